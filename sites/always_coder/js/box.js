// What the terminal and this page say to each other, so that nobody between them can read it: NaCl's box, that is
// X25519 by the browser, and XSalsa20 with Poly1305 here, as no browser has them.

const SIGMA = [0x61707865, 0x3320646e, 0x79622d32, 0x6b206574];
const ROUNDS = [
  [0, 4, 8, 12], [5, 9, 13, 1], [10, 14, 2, 6], [15, 3, 7, 11],
  [0, 1, 2, 3], [5, 6, 7, 4], [10, 11, 8, 9], [15, 12, 13, 14],
];
const PRIME = (1n << 130n) - 5n;
const CLAMP = 0x0ffffffc0ffffffc0ffffffc0fffffffn;
const NONCE = 24;
const TAG = 16;

/** A new key pair: `{pair, open}` with the public key's 32 bytes. */
export async function newPair() {
  const pair = await crypto.subtle.generateKey({name: "X25519"}, false, ["deriveBits"]);
  return {pair, open: new Uint8Array(await crypto.subtle.exportKey("raw", pair.publicKey))};
}

/** The key that only the two sides can work out. A public key that fixes it is refused by the browser. */
export async function sharedKey({pair}, theirs) {
  const open = await crypto.subtle.importKey("raw", theirs, {name: "X25519"}, false, []);
  const bits = await crypto.subtle.deriveBits({name: "X25519", public: open}, pair.privateKey, 256);
  return hsalsa(new Uint8Array(bits), new Uint8Array(16));
}

/** `{nonce, sealed}` */
export function seal(key, message, nonce = crypto.getRandomValues(new Uint8Array(NONCE))) {
  const {start, text} = ciphered(key, nonce, message);
  const sealed = new Uint8Array(TAG + text.length);
  sealed.set(poly1305(start, text));
  sealed.set(text, TAG);
  return {nonce, sealed};
}

/** The message; null if it was made with another key, or changed. */
export function unseal(key, nonce, sealed) {
  if (nonce.length !== NONCE || sealed.length < TAG) return null;
  const text = sealed.subarray(TAG);
  const {start, text: message} = ciphered(key, nonce, text);
  const tag = poly1305(start, text);
  let difference = 0;
  for (let at = 0; at < TAG; at++) difference |= tag[at] ^ sealed[at];
  return difference ? null : message;
}

/** The text combined with the key stream after its first 32 bytes, which are the key of the tag. */
function ciphered(key, nonce, given) {
  const inner = hsalsa(key, nonce.subarray(0, 16));
  const stream = salsa(inner, nonce.subarray(16), 32 + given.length);
  return {start: stream.subarray(0, 32), text: given.map((byte, at) => byte ^ stream[32 + at])};
}

const view = bytes => new DataView(bytes.buffer, bytes.byteOffset, bytes.byteLength);
const words = bytes => Array.from({length: bytes.length / 4}, (_, at) => view(bytes).getUint32(4 * at, true));

function mixed(state) {
  const x = Uint32Array.from(state);
  const turn = (to, a, b, by) => {
    const sum = (x[a] + x[b]) >>> 0;
    x[to] ^= (sum << by) | (sum >>> (32 - by));
  };
  for (let round = 0; round < 10; round++) {
    for (const [a, b, c, d] of ROUNDS) {
      turn(b, a, d, 7);
      turn(c, b, a, 9);
      turn(d, c, b, 13);
      turn(a, d, c, 18);
    }
  }
  return x;
}

const arranged = (key, four) =>
  [SIGMA[0], ...key.slice(0, 4), SIGMA[1], ...four, SIGMA[2], ...key.slice(4), SIGMA[3]];

function hsalsa(key, input) {
  const x = mixed(arranged(words(key), words(input)));
  const result = new Uint8Array(32);
  [0, 5, 10, 15, 6, 7, 8, 9].forEach((from, at) => view(result).setUint32(4 * at, x[from], true));
  return result;
}

function salsa(key, nonce, length) {
  const stream = new Uint8Array(Math.ceil(length / 64) * 64);
  const [keyWords, nonceWords] = [words(key), words(nonce)];
  for (let block = 0; block * 64 < length; block++) {
    const state = arranged(keyWords, [...nonceWords, block, 0]);
    mixed(state).forEach((word, at) => view(stream).setUint32(block * 64 + 4 * at, word + state[at], true));
  }
  return stream.subarray(0, length);
}

function poly1305(key, message) {
  const [r, s] = [number(key.subarray(0, 16)) & CLAMP, number(key.subarray(16))];
  let sum = 0n;
  for (let at = 0; at < message.length; at += 16) {
    const block = message.subarray(at, at + 16);
    sum = (sum + number(block) + (1n << BigInt(8 * block.length))) * r % PRIME;
  }
  const tag = new Uint8Array(TAG);
  const value = sum + s;
  view(tag).setBigUint64(0, BigInt.asUintN(64, value), true);
  view(tag).setBigUint64(8, BigInt.asUintN(64, value >> 64n), true);
  return tag;
}

/** Little-endian, of at most 16 bytes. */
function number(bytes) {
  const whole = new Uint8Array(16);
  whole.set(bytes);
  return view(whole).getBigUint64(0, true) | (view(whole).getBigUint64(8, true) << 64n);
}
