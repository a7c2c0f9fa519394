// What a terminal's output makes of its screen: a grid of cells. It never answers, and knows no title, no links and no
// clipboard: output can come from anywhere.

import {Parser} from "/js/parser.js";
import {styled, PLAIN} from "/js/style.js";

const HISTORY = 1000; // lines above the screen
const WIDE = /[\u1100-\u115f\u2e80-\ua4cf\uac00-\ud7a3\uf900-\ufaff\ufe30-\ufe6f\uff00-\uff60\uffe0-\uffe6]|\p{Emoji_Presentation}/u;
const LONGEST = 16; // code units of a cell: marks can be heaped on a letter

export class Screen {
  constructor(cols, rows) {
    Object.assign(this, {cols, rows, history: [], modes: new Set(["cursor"]), other: null});
    this.parser = new Parser(this);
    this.reset();
  }

  write(text) {
    this.parser.take(text);
  }

  reset() {
    Object.assign(this, {x: 0, y: 0, style: PLAIN, saved: null, top: 0, bottom: this.rows - 1, lastCell: null});
    this.lines = Array.from({length: this.rows}, () => this.blank());
  }

  resize(cols, rows) {
    const fit = line => Array.from({length: cols}, (_, x) => line[x] || {text: " ", style: PLAIN});
    while (this.lines.length > rows && this.y >= rows) {
      this.keep(this.lines.shift());
      this.y--;
    }
    Object.assign(this, {cols, rows, top: 0, bottom: rows - 1, x: Math.min(this.x, cols - 1), y: Math.min(this.y, rows - 1)});
    const sized = lines => Array.from({length: rows}, (_, y) => lines[y] ? fit(lines[y]) : this.blank());
    this.lines = sized(this.lines);
    if (this.other) this.other.lines = sized(this.other.lines);
  }

  // What the parser finds.

  print(letter) {
    if (/\p{M}/u.test(letter)) {
      if (this.lastCell && this.lastCell.text.length < LONGEST) this.lastCell.text += letter;
      return;
    }
    const width = WIDE.test(letter) ? 2 : 1;
    if (this.x + width > this.cols) {
      this.x = 0;
      this.feed();
    }
    const line = this.lines[this.y];
    this.lastCell = line[this.x] = {text: letter, style: this.style};
    if (width === 2) line[this.x + 1] = {text: "", style: this.style};
    this.x += width;
  }

  control(letter) {
    if (letter === "\r") this.x = 0;
    if (letter === "\b") this.x = Math.max(0, Math.min(this.x, this.cols - 1) - 1);
    if (letter === "\t") this.x = Math.min(this.cols - 1, (this.x >> 3) + 1 << 3);
    if ("\n\v\f".includes(letter)) this.feed();
  }

  escape(letter) {
    const actions = {
      7: () => this.save(), 8: () => this.restore(), c: () => this.reset(),
      D: () => this.feed(), E: () => { this.x = 0; this.feed(); }, M: () => this.feedBack(),
    };
    actions[letter]?.();
  }

  command(letter, numbers, mark) {
    if (mark === "?") return this.mode(letter, numbers);
    if (mark) return undefined;
    const count = Math.max(1, numbers[0] || 0);
    return this.move(letter, count, numbers) || this.edit(letter, count, numbers);
  }

  move(letter, count, numbers) {
    const column = Math.min(this.x, this.cols - 1);
    const to = (x, y) => {
      this.x = Math.max(0, Math.min(this.cols - 1, x));
      this.y = Math.max(0, Math.min(this.rows - 1, y));
      return true;
    };
    switch (letter) {
      case "A": return to(column, this.y - count);
      case "B": case "e": return to(column, this.y + count);
      case "C": case "a": return to(column + count, this.y);
      case "D": return to(column - count, this.y);
      case "E": return to(0, this.y + count);
      case "F": return to(0, this.y - count);
      case "G": case "`": return to(count - 1, this.y);
      case "d": return to(column, count - 1);
      case "H": case "f": return to((numbers[1] || 1) - 1, count - 1);
      default: return false;
    }
  }

  edit(letter, count, numbers) {
    switch (letter) {
      case "J": return this.eraseScreen(numbers[0] || 0);
      case "K": return this.eraseLine(numbers[0] || 0);
      case "L": return this.y >= this.top && this.y <= this.bottom && this.scroll(this.y, this.bottom, -count);
      case "M": return this.y >= this.top && this.y <= this.bottom && this.scroll(this.y, this.bottom, count);
      case "S": return this.scroll(this.top, this.bottom, count);
      case "T": return this.scroll(this.top, this.bottom, -count);
      case "P": return this.shift(-count);
      case "@": return this.shift(count);
      case "X": return this.clear(this.y, this.x, this.x + count);
      case "m": this.style = styled(this.style, numbers); return true;
      case "r": return this.region(numbers);
      case "s": return this.save();
      case "u": return this.restore();
      default: return false;
    }
  }

  mode(letter, numbers) {
    if (letter !== "h" && letter !== "l") return;
    const on = letter === "h";
    const named = {1: "arrows", 25: "cursor", 2004: "paste"};
    for (const number of numbers) {
      if (number in named) this.modes[on ? "add" : "delete"](named[number]);
      if ([47, 1047, 1049].includes(number)) this.alternate(on);
    }
  }

  // How it changes.

  blank() {
    return Array.from({length: this.cols}, () => ({text: " ", style: this.style?.back ? {...PLAIN, back: this.style.back} : PLAIN}));
  }

  keep(line) {
    this.history.push(line);
    if (this.history.length > HISTORY) this.history.shift();
  }

  feed() {
    if (this.y === this.bottom) this.scroll(this.top, this.bottom, 1);
    else this.y = Math.min(this.rows - 1, this.y + 1);
  }

  feedBack() {
    if (this.y === this.top) this.scroll(this.top, this.bottom, -1);
    else this.y = Math.max(0, this.y - 1);
  }

  /** Moves lines up by `count`, or down if it is negative. */
  scroll(top, bottom, count) {
    const times = Math.min(Math.abs(count), bottom - top + 1);
    for (let time = 0; time < times; time++) {
      if (count > 0) {
        const [gone] = this.lines.splice(top, 1);
        if (top === 0 && !this.other) this.keep(gone);
        this.lines.splice(bottom, 0, this.blank());
      } else {
        this.lines.splice(bottom, 1);
        this.lines.splice(top, 0, this.blank());
      }
    }
    return true;
  }

  clear(y, from, to) {
    const blank = this.blank();
    for (let x = Math.max(0, from); x < Math.min(this.cols, to); x++) this.lines[y][x] = blank[x];
    return true;
  }

  eraseLine(how) {
    return this.clear(this.y, how === 0 ? this.x : 0, how === 1 ? this.x + 1 : this.cols);
  }

  eraseScreen(how) {
    if (how === 3) this.history = [];
    if (how < 2) this.eraseLine(how);
    const [from, to] = how === 0 ? [this.y + 1, this.rows] : how === 1 ? [0, this.y] : [0, this.rows];
    for (let y = from; y < to; y++) this.clear(y, 0, this.cols);
    return true;
  }

  shift(count) {
    const line = this.lines[this.y];
    const times = Math.min(Math.abs(count), this.cols - this.x);
    if (count > 0) line.splice(this.x, 0, ...this.blank().slice(0, times));
    else line.splice(this.x, times);
    this.lines[this.y] = [...line, ...this.blank()].slice(0, this.cols);
    return true;
  }

  region([first, last]) {
    const [top, bottom] = [(first || 1) - 1, Math.min(last || this.rows, this.rows) - 1];
    if (top < bottom) Object.assign(this, {top, bottom, x: 0, y: 0});
    return true;
  }

  save() {
    this.saved = {x: this.x, y: this.y, style: this.style};
    return true;
  }

  restore() {
    const {x, y, style} = this.saved || {x: 0, y: 0, style: PLAIN};
    Object.assign(this, {x: Math.min(x, this.cols - 1), y: Math.min(y, this.rows - 1), style});
    return true;
  }

  alternate(on) {
    if (on === Boolean(this.other)) return;
    if (on) {
      this.other = {lines: this.lines, x: this.x, y: this.y};
      this.lines = Array.from({length: this.rows}, () => this.blank());
    } else {
      Object.assign(this, this.other);
      this.other = null;
    }
    Object.assign(this, {top: 0, bottom: this.rows - 1, x: Math.min(this.x, this.cols - 1), y: Math.min(this.y, this.rows - 1)});
  }
}
