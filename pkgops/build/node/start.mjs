// What stands in front of a server's own code. It reads the server's secrets once for each process, fills the
// environment with them, loads the server, and lets no request through that has not come by the distribution.
// What to do is said in one variable, which pkgops.kit.next.start writes.
import { createHash, createHmac, timingSafeEqual } from "node:crypto";
import { existsSync } from "node:fs";
import http from "node:http";
import https from "node:https";

const TRIES = 3;
const PATIENCE = 3000; // milliseconds that one answer may take
const task = JSON.parse(process.env.PKGOPS_START);

const sha256 = (text) => createHash("sha256").update(text).digest();
const hmac = (key, text) => createHmac("sha256", key).update(text).digest();
const encoded = (text) =>
  encodeURIComponent(text).replace(/[!'()*]/g, (one) => `%${one.charCodeAt(0).toString(16).toUpperCase()}`);

function endpoint(region) {
  const given = process.env.AWS_ENDPOINT_URL_SECRETS_MANAGER ?? process.env.AWS_ENDPOINT_URL;
  const ending = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  return new URL(given ?? `https://secretsmanager.${region}.${ending}`);
}

// Signature Version 4, so that no SDK has to be loaded.
function signed(url, region, body) {
  const time = new Date().toISOString().replace(/[-:]|\.\d+/g, "");
  const headers = {
    "content-type": "application/x-amz-json-1.1",
    host: url.host,
    "x-amz-date": time,
    "x-amz-target": "secretsmanager.GetSecretValue",
  };
  if (process.env.AWS_SESSION_TOKEN) headers["x-amz-security-token"] = process.env.AWS_SESSION_TOKEN;
  const names = Object.keys(headers).sort();
  const lines = names.map((name) => `${name}:${headers[name]}\n`).join("");
  const request = ["POST", "/", "", lines, names.join(";"), sha256(body).toString("hex")].join("\n");
  const where = `${time.slice(0, 8)}/${region}/secretsmanager/aws4_request`;
  const text = ["AWS4-HMAC-SHA256", time, where, sha256(request).toString("hex")].join("\n");
  const key = where.split("/").reduce(hmac, `AWS4${process.env.AWS_SECRET_ACCESS_KEY}`);
  const proof = createHmac("sha256", key).update(text).digest("hex");
  const who = `Credential=${process.env.AWS_ACCESS_KEY_ID}/${where}`;
  headers.authorization = `AWS4-HMAC-SHA256 ${who}, SignedHeaders=${names.join(";")}, Signature=${proof}`;
  return headers;
}

// Not with fetch, which names itself a browser.
function sent(url, headers, body) {
  return new Promise((resolve, reject) => {
    const options = { method: "POST", headers, timeout: PATIENCE };
    const request = (url.protocol === "http:" ? http : https).request(url, options, (answer) => {
      const chunks = [];
      answer.on("data", (chunk) => chunks.push(chunk));
      answer.on("end", () => resolve({ status: answer.statusCode, text: Buffer.concat(chunks).toString() }));
      answer.on("error", reject);
    });
    request.on("timeout", () => request.destroy(new Error("no answer in time")));
    request.on("error", reject);
    request.end(body);
  });
}

function parsed(text) {
  try {
    return JSON.parse(text);
  } catch {
    return {};
  }
}

async function ask(arn) {
  const region = arn.split(":")[3] || process.env.AWS_REGION;
  const url = endpoint(region);
  const body = JSON.stringify({ SecretId: arn });
  const { status, text } = await sent(url, signed(url, region, body), body);
  const found = parsed(text);
  if (status === 200) return found.SecretString;
  const error = new Error(`${status} ${found.__type ?? ""} ${found.message ?? found.Message ?? ""}`.trim());
  error.final = status < 500 && !/Throttl|TooManyRequests/.test(found.__type ?? "");
  throw error;
}

async function secret(arn) {
  for (let count = 1; ; count += 1) {
    try {
      return await ask(arn);
    } catch (error) {
      if (error.final || count === TRIES) throw new Error(`The secret ${arn} cannot be read: ${error.message}`);
      await new Promise((resolve) => setTimeout(resolve, 100 * count));
    }
  }
}

function address(row, text) {
  const { username, password, host, port = 5432, dbname } = JSON.parse(text);
  const missing = Object.entries({ username, password, host, dbname }).filter(([, value]) => !value);
  if (missing.length) throw new Error(`The secret in ${row.secret} has no ${missing.map(([name]) => name).join(", ")}`);
  const options = new URLSearchParams(row.options).toString();
  const query = options ? `?${options}` : "";
  return `postgresql://${encoded(username)}:${encoded(password)}@${host}:${port}/${encoded(dbname)}${query}`;
}

function value(row, text) {
  if ("options" in row) return address(row, text);
  if (!row.field) return text;
  const found = JSON.parse(text)[row.field];
  if (typeof found !== "string") throw new Error(`The secret in ${row.secret} has no ${row.field}`);
  return found;
}

async function prepared() {
  const rows = [...task.variables, task.origin];
  const arns = [...new Set(rows.map((row) => process.env[row.secret]))];
  const texts = new Map(await Promise.all(arns.map(async (arn) => [arn, await secret(arn)])));
  for (const row of task.variables) process.env[row.name] = value(row, texts.get(process.env[row.secret]));
  return sha256(value(task.origin, texts.get(process.env[task.origin.secret])));
}

async function loaded() {
  const [file, name] = task.entry.split(/\.(?=[^.]*$)/);
  const found = [".mjs", ".js", ".cjs"].map((end) => new URL(`./${file}${end}`, import.meta.url)).find(existsSync);
  const module = await import(found);
  return module[name] ?? module.default[name];
}

const expected = await prepared();
const server = await loaded();

// What is invoked otherwise than over HTTP needs a permission of its own, such as the warmer's.
function refused(event) {
  if (!event.requestContext) return false;
  const given = event.headers?.[task.header];
  delete event.headers?.[task.header];
  return !timingSafeEqual(sha256(given ?? ""), expected);
}

const FORBIDDEN = { statusCode: 403, headers: { "cache-control": "no-store", "content-type": "text/plain" } };
const TEXT = "Forbidden";

// Next.js says 304 and takes it back before a buffered answer is made of it: what is left is an empty 200, which
// browsers show and CloudFront keeps. Such a request is answered once more, in full.
function emptied(event, answer) {
  const asked = event.requestContext?.http?.method === "GET" && event.headers?.["if-none-match"];
  return asked && answer?.statusCode === 200 && !answer.body;
}

async function answered(event, context) {
  if (refused(event)) return { ...FORBIDDEN, body: TEXT };
  const unconditional = { ...event, headers: { ...event.headers } };
  delete unconditional.headers["if-none-match"];
  const answer = await server(event, context);
  return emptied(event, answer) ? server(unconditional, context) : answer;
}

async function streamed(event, stream, context) {
  if (!refused(event)) return server(event, stream, context);
  awslambda.HttpResponseStream.from(stream, FORBIDDEN).end(TEXT);
}

export const handler = task.streaming ? awslambda.streamifyResponse(streamed) : answered;
