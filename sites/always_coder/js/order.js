// The relay hands frames on at once, so that one may overtake another: they are put in the order they were sent in.

const PATIENCE = 250; // milliseconds, for one that may have been for another viewer
const REMEMBERED = 4096;

/** Calls `deliver(message)` once for each number, in order as far as messages come soon enough. */
export class Order {
  constructor(deliver) {
    Object.assign(this, {deliver, held: new Map(), seen: new Set(), next: null, timer: 0});
  }

  take(number, message) {
    if (!Number.isSafeInteger(number) || this.seen.has(number) || this.held.has(number)) return;
    if (this.next === null || number <= this.next) {
      this.pass(number, message);
      this.passHeld();
    } else {
      this.held.set(number, message);
      this.timer ||= setTimeout(() => this.giveUp(), PATIENCE);
    }
  }

  pass(number, message) {
    this.seen.add(number);
    if (this.seen.size > REMEMBERED) this.seen.delete(this.seen.values().next().value);
    this.next = Math.max(this.next ?? 0, number + 1);
    this.deliver(message);
  }

  passHeld() {
    while (this.held.has(this.next)) {
      const [number, message] = [this.next, this.held.get(this.next)];
      this.held.delete(number);
      this.pass(number, message);
    }
    if (!this.held.size) {
      clearTimeout(this.timer);
      this.timer = 0;
    }
  }

  giveUp() {
    this.timer = 0;
    if (!this.held.size) return;
    this.next = Math.min(...this.held.keys());
    this.passHeld();
    if (this.held.size) this.timer = setTimeout(() => this.giveUp(), PATIENCE);
  }
}
