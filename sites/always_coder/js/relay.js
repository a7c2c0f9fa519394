// The relay's protocol, as a viewer of a terminal and as somebody who asks for their sessions speaks it.

import {newPair, seal, sharedKey, unseal} from "/js/box.js";
import {Order} from "/js/order.js";
import {fromBase64, toBase64} from "/js/srp.js";

const PING = 30_000;
const PATIENCE = 10_000;
const RETRIES = 5;
const PIECE = 4096; // characters of input a frame: frames have 32 kB at most
const MESSAGES = {
  SESSION_NOT_FOUND: "There is no such session. It may have ended more than a day ago.",
  CONNECTION_FAILED: "The terminal cannot be reached.",
};

/** One question of somebody who is logged in, and its answer. */
export function ask(server, token, question) {
  return new Promise((answered, failed) => {
    const socket = new WebSocket(`${server}?token=${encodeURIComponent(token)}`);
    const timer = setTimeout(() => end(failed, new Error("The relay does not answer.")), PATIENCE);
    const end = (how, what) => {
      clearTimeout(timer);
      socket.onclose = null;
      socket.close();
      how(what);
    };
    socket.onopen = () => socket.send(JSON.stringify(question));
    socket.onclose = () => end(failed, new Error("The relay refused the connection. Log in again."));
    socket.onmessage = event => {
      const frame = parsed(event.data);
      if (frame.type === "error") end(failed, new Error(frame.message));
      else end(answered, frame);
    };
  });
}

/**
 * A view of a terminal. `expected` is its public key from the link, or null: then whoever runs the relay could read
 * along. Calls `shown(state, text)` with "connecting", "live", "waiting" or "ended", `begun()` before the first output
 * of a connection, and `output(text)`.
 */
export class Viewer {
  constructor(server, session, expected, {shown, begun, output}) {
    Object.assign(this, {server, session, expected, shown, begun, output, retries: 0, waiting: false, size: null});
  }

  async start() {
    this.pair = await newPair();
    this.connect();
  }

  type(text) {
    for (let at = 0; at < text.length; at += PIECE) this.sendInner("terminal:input", text.slice(at, at + PIECE));
  }

  resize(cols, rows) {
    this.size = {cols, rows};
    this.sendInner("terminal:resize", this.size);
  }

  connect() {
    this.shown("connecting", "Connecting");
    this.key = null;
    const socket = this.socket = new WebSocket(this.server);
    let handled = Promise.resolve();
    socket.onopen = () => {
      this.timer = setInterval(() => this.send({type: "ping", timestamp: Date.now()}), PING);
      this.join();
    };
    socket.onmessage = event => {
      const frame = parsed(event.data);
      // One after the other: working out a key takes a moment.
      handled = handled.then(() => this.handle(frame)).catch(error => this.end(error.message));
    };
    socket.onclose = () => this.lost();
  }

  join() {
    this.send({type: "session:join", sessionId: this.session, publicKey: toBase64(this.pair.open)});
  }

  async handle(frame) {
    if (frame.version === 1 && frame.sessionId === this.session) return this.receive(frame);
    if (frame.type === "session:joined") return this.joined(frame);
    if (frame.type === "cli:reconnected") return this.join();
    if (frame.type === "cli:disconnected") return this.wait();
    if (frame.type === "error") return this.failed(frame.code);
    return undefined;
  }

  async joined({cliPublicKey, cliDisconnected}) {
    const open = fromBase64(cliPublicKey);
    if (this.expected && toBase64(open) !== toBase64(this.expected)) {
      return this.end("The terminal's key is another one than the link's. Open the link that the terminal shows now.");
    }
    const wasLive = this.key && !this.waiting;
    this.key = await sharedKey(this.pair, open);
    this.retries = 0;
    if (cliDisconnected) return this.wait();
    if (!wasLive) this.restart();
    this.waiting = false;
    this.shown("live", "Connected");
    if (this.size) this.sendInner("terminal:resize", this.size);
    return undefined;
  }

  /** The terminal sends what it has shown so far, so that everything begins anew. */
  restart() {
    this.sent = 0;
    this.order = new Order(inner => this.deliver(inner));
    this.begun();
  }

  receive({nonce, ciphertext}) {
    const message = this.key && unsealed(this.key, nonce, ciphertext);
    if (!message) return; // for another viewer: the terminal holds one key, the latest viewer's
    const inner = parsed(new TextDecoder().decode(message));
    this.order.take(inner.seq, inner);
  }

  deliver({type, payload}) {
    if (type === "terminal:output" && typeof payload === "string") this.output(payload);
  }

  sendInner(type, payload) {
    if (!this.key || this.waiting) return;
    const message = new TextEncoder().encode(JSON.stringify({type, payload, seq: ++this.sent}));
    const {nonce, sealed} = seal(this.key, message);
    const envelope = {version: 1, sessionId: this.session, nonce: toBase64(nonce), ciphertext: toBase64(sealed)};
    this.send({...envelope, timestamp: Date.now()});
  }

  send(frame) {
    if (this.socket.readyState === WebSocket.OPEN) this.socket.send(JSON.stringify(frame));
  }

  wait() {
    this.waiting = true;
    this.shown("waiting", "The terminal is away. This page goes on when it is back.");
  }

  failed(code) {
    if (code === "CONNECTION_FAILED" && this.waiting) return;
    if (code in MESSAGES) this.end(MESSAGES[code]);
  }

  lost() {
    clearInterval(this.timer);
    if (this.over) return;
    if (this.retries >= RETRIES) {
      this.end("The connection to the relay is lost.");
      return;
    }
    this.waiting = false;
    this.shown("connecting", "The connection is lost; trying again");
    setTimeout(() => this.over || this.connect(), 1000 * 2 ** this.retries++);
  }

  end(text) {
    this.over = true;
    this.shown("ended", text);
    this.socket.close(1000);
  }
}

/** The message of an envelope; null if it is none for this key, whatever its texts are. */
function unsealed(key, nonce, ciphertext) {
  try {
    return unseal(key, fromBase64(nonce), fromBase64(ciphertext));
  } catch {
    return null;
  }
}

function parsed(text) {
  try {
    return Object(JSON.parse(text));
  } catch {
    return {};
  }
}
