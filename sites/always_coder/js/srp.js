// A login that never sends the password: SRP-6a as Cognito has it, in RFC 5054's group of 3072 bits.

const N = BigInt("0x" +
  "FFFFFFFFFFFFFFFFC90FDAA22168C234C4C6628B80DC1CD129024E088A67CC74020BBEA63B139B22514A08798E3404DD" +
  "EF9519B3CD3A431B302B0A6DF25F14374FE1356D6D51C245E485B576625E7EC6F44C42E9A637ED6B0BFF5CB6F406B7ED" +
  "EE386BFB5A899FA5AE9F24117C4B1FE649286651ECE45B3DC2007CB8A163BF0598DA48361C55D39A69163FA8FD24CF5F" +
  "83655D23DCA3AD961C62F356208552BB9ED529077096966D670C354E4ABC9804F1746C08CA18217C32905E462E36CE3B" +
  "E39E772C180E86039B2783A2EC07A28FB5C55DF06F4C52C9DE2BCBF6955817183995497CEA956AE515D2261898FA0510" +
  "15728E5A8AAAC42DAD33170D04507A33A85521ABDF1CBA64ECFB850458DBEF0A8AEA71575D060C7DB3970F85A6E1E4C7" +
  "ABF5AE8CDB0933D71E8C94E04A25619DCEE3D2261AD2EE6BF12FFA06D98A0864D87602733EC86A64521F2B18177B200C" +
  "BBE117577A615D6C770988C0BAD946E208E24FA074E5AB3143DB5BFCE0FD108E4B82D120A93AD2CAFFFFFFFFFFFFFFFF");
const G = 2n;
const utf8 = new TextEncoder();

export const fromBase64 = text => Uint8Array.from(atob(text), letter => letter.charCodeAt(0));
export const toBase64 = bytes => btoa(Array.from(bytes, byte => String.fromCharCode(byte)).join(""));

/** The secret of one login, and the public number that goes with it. */
export function begin() {
  const secret = number(crypto.getRandomValues(new Uint8Array(128)));
  return {secret, open: power(G, secret)};
}

/** `ChallengeResponses` to the `PASSWORD_VERIFIER` that Cognito has posed to `open`. */
export async function prove({secret, open}, pool, password, challenge, now = new Date()) {
  const {SRP_B, SALT, SECRET_BLOCK, USER_ID_FOR_SRP: user} = challenge;
  const theirs = BigInt("0x" + SRP_B);
  const scramble = number(await sha256(padded(open), padded(theirs)));
  if (theirs % N === 0n || scramble === 0n) throw new Error("The user pool's answer is not safe to use.");
  const name = pool.slice(pool.indexOf("_") + 1);
  const inner = await sha256(utf8.encode(`${name}${user}:${password}`));
  const x = number(await sha256(padded(BigInt("0x" + SALT)), inner));
  const multiplier = number(await sha256(padded(N), padded(G)));
  const known = (theirs - multiplier * power(G, x) % N + N) % N;
  const shared = power(known, secret + scramble * x);
  const extracted = await hmac(padded(scramble), padded(shared));
  const key = (await hmac(extracted, utf8.encode("Caldera Derived Key\u0001"))).slice(0, 16);
  const timestamp = written(now);
  const signature = await hmac(key, utf8.encode(name + user), fromBase64(SECRET_BLOCK), utf8.encode(timestamp));
  return {
    USERNAME: user,
    PASSWORD_CLAIM_SECRET_BLOCK: SECRET_BLOCK,
    PASSWORD_CLAIM_SIGNATURE: toBase64(signature),
    TIMESTAMP: timestamp,
  };
}

/** As Cognito reads it: Mon Nov 2 09:05:00 UTC 2026. */
function written(date) {
  const [weekday, day, month, year, time] = date.toUTCString().replace(",", "").split(" ");
  return `${weekday} ${month} ${Number(day)} ${time} UTC ${year}`;
}

function power(base, exponent) {
  let result = 1n;
  for (let square = base % N; exponent > 0n; exponent >>= 1n, square = square * square % N) {
    if (exponent & 1n) result = result * square % N;
  }
  return result;
}

const number = bytes => BigInt("0x" + Array.from(bytes, byte => byte.toString(16).padStart(2, "0")).join(""));

/** Big-endian bytes, with a zero before a first bit that would be taken for a sign. */
function padded(value) {
  let text = value.toString(16);
  if (text.length % 2) text = "0" + text;
  if (/^[89a-f]/.test(text)) text = "00" + text;
  return Uint8Array.from(text.match(/../g), pair => parseInt(pair, 16));
}

function joined(parts) {
  const whole = new Uint8Array(parts.reduce((length, part) => length + part.length, 0));
  let at = 0;
  for (const part of parts) {
    whole.set(part, at);
    at += part.length;
  }
  return whole;
}

const sha256 = async (...parts) => new Uint8Array(await crypto.subtle.digest("SHA-256", joined(parts)));

async function hmac(secret, ...parts) {
  const key = await crypto.subtle.importKey("raw", secret, {name: "HMAC", hash: "SHA-256"}, false, ["sign"]);
  return new Uint8Array(await crypto.subtle.sign("HMAC", key, joined(parts)));
}
