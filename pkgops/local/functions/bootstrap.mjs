// The program of a function's process for Node.js. It speaks as bootstrap.py does: standard input and output carry one
// JSON document a line, what the handler prints goes to standard error, with END behind each invocation, and a newline
// inside one log record travels as BREAK.
import { existsSync, writeSync } from "node:fs";
import { createInterface } from "node:readline";
import { inspect, format } from "node:util";
import { pathToFileURL } from "node:url";
import { Writable } from "node:stream";

const END = "\0end\n";
const BREAK = "\x1e";
const LARGEST = 6 * 1024 * 1024 + 100; // bytes that AWS Lambda takes from a runtime
const STREAMING = Symbol.for("aws.lambda.runtime.handler.streaming");
const METADATA = Symbol("metadata");

let requestId = "";
const sendAnswer = (body) => {
  const bytes = Buffer.from(`${body}\n`);
  for (let at = 0; at < bytes.length; ) at += written(1, bytes.subarray(at));
};

// A pipe that is full says so: it is tried again until the reader has made room.
function written(descriptor, bytes) {
  try {
    return writeSync(descriptor, bytes);
  } catch (error) {
    if (error.code === "EAGAIN") return 0;
    throw error;
  }
}

function log(text) {
  const bytes = Buffer.from(text);
  for (let at = 0; at < bytes.length; ) at += written(2, bytes.subarray(at));
}

function record(level, text, start) {
  const time = new Date().toISOString();
  const line = start.log_format === "JSON"
    ? JSON.stringify({ timestamp: time, level, requestId, message: text })
    : `${time}\t${requestId || "undefined"}\t${level}\t${text}`;
  log(`${line.replaceAll("\n", BREAK)}\n`);
}

const LEVELS = ["TRACE", "DEBUG", "INFO", "WARN", "ERROR", "FATAL"];

function configureLogging(start) {
  const least = Math.max(0, LEVELS.indexOf(start.log_level));
  const names = { trace: "TRACE", debug: "DEBUG", log: "INFO", info: "INFO", warn: "WARN", error: "ERROR" };
  for (const [method, level] of Object.entries(names)) {
    console[method] = (...values) => {
      if (LEVELS.indexOf(level) >= least) record(level, format(...values), start);
    };
  }
  process.stdout.write = (chunk, ...others) => {
    log(Buffer.from(chunk));
    others.find((one) => typeof one === "function")?.();
    return true;
  };
}

// What a function that answers in pieces writes to. The emulator passes answers on as a whole.
class Answer extends Writable {
  chunks = [];

  setContentType(type) {
    this.type = type;
  }

  _write(chunk, _, done) {
    this.chunks.push(Buffer.from(chunk));
    done();
  }

  proxied() {
    const body = Buffer.concat(this.chunks).toString("base64");
    const headers = this.type ? { "content-type": this.type } : {};
    return { statusCode: 200, headers, ...this[METADATA], body, isBase64Encoded: true };
  }
}

globalThis.awslambda = {
  streamifyResponse(handler) {
    handler[STREAMING] = "response";
    return handler;
  },
  HttpResponseStream: {
    from(stream, metadata) {
      stream[METADATA] = metadata;
      return stream;
    },
  },
};

function failure(error, kind, text) {
  const errorType = kind ?? (error instanceof Error ? error.name : typeof error);
  const errorMessage = text ?? (error instanceof Error ? error.message : format(error));
  const stack = error instanceof Error ? (error.stack ?? "").split("\n").filter((line) => !line.includes("bootstrap.mjs")) : [];
  log(`${`ERROR\t${errorType}: ${errorMessage}\n${stack.slice(1).join("\n")}`.trimEnd().replaceAll("\n", BREAK)}\n`);
  return JSON.stringify({ error: { errorMessage, errorType, requestId, trace: stack } });
}

async function load(start) {
  const [module, name] = start.handler.split(/\.(?=[^.]*$)/);
  if (!name) return { failed: failure(null, "Runtime.MalformedHandlerName", `Bad handler ${start.handler}`) };
  const file = [".mjs", ".js", ".cjs"].map((end) => `${start.path[0]}/${module}${end}`).find((one) => existsSync(one));
  if (!file) {
    const text = `Error: Cannot find module '${module}'`;
    return { failed: failure(null, "Runtime.ImportModuleError", text) };
  }
  let loaded;
  try {
    loaded = await import(pathToFileURL(file));
  } catch (error) {
    const kind = error instanceof SyntaxError ? "Runtime.UserCodeSyntaxError" : undefined;
    return { failed: failure(error, kind) };
  }
  const handler = loaded[name] ?? loaded.default?.[name];
  if (typeof handler === "function") return { handler };
  return { failed: failure(null, "Runtime.HandlerNotFound", `${start.handler} is undefined or not exported`) };
}

function contextOf(call) {
  const deadline = performance.now() + call.seconds * 1000;
  return {
    callbackWaitsForEmptyEventLoop: true,
    functionName: process.env.AWS_LAMBDA_FUNCTION_NAME,
    functionVersion: process.env.AWS_LAMBDA_FUNCTION_VERSION,
    memoryLimitInMB: process.env.AWS_LAMBDA_FUNCTION_MEMORY_SIZE,
    logGroupName: process.env.AWS_LAMBDA_LOG_GROUP_NAME,
    logStreamName: process.env.AWS_LAMBDA_LOG_STREAM_NAME,
    invokedFunctionArn: call.arn,
    awsRequestId: call.request_id,
    getRemainingTimeInMillis: () => Math.max(0, Math.floor(deadline - performance.now())),
  };
}

function called(handler, call) {
  const context = contextOf(call);
  if (handler[STREAMING]) {
    const answer = new Answer();
    const ended = new Promise((resolve, reject) => answer.on("finish", resolve).on("error", reject));
    return Promise.resolve(handler(call.event, answer, context)).then(() => ended).then(() => answer.proxied());
  }
  return new Promise((resolve, reject) => {
    const back = (error, result) => (error ? reject(error) : resolve(result));
    const found = handler(call.event, context, back);
    if (typeof found?.then === "function") found.then(resolve, reject);
    else if (found !== undefined || handler.length < 3) resolve(found);
  });
}

async function invoked(handler, call) {
  let result;
  try {
    result = await called(handler, call);
  } catch (error) {
    return failure(error);
  }
  let text;
  try {
    text = JSON.stringify(result) ?? "null";
  } catch (error) {
    return failure(error, "Runtime.MarshalError", `Unable to stringify response body: ${error.message}`);
  }
  if (Buffer.byteLength(text) > LARGEST) {
    const why = `Response payload size exceeded maximum allowed payload size (${LARGEST} bytes).`;
    return failure(null, "Function.ResponseSizeTooLarge", why);
  }
  return `{"result":${text}}`;
}

function setEnvironment(changes) {
  for (const [name, value] of Object.entries(changes)) {
    if (value === null) delete process.env[name];
    else process.env[name] = value;
  }
}

function answered(body) {
  log(END);
  sendAnswer(body);
}

async function main() {
  const lines = createInterface({ input: process.stdin, crlfDelay: Infinity })[Symbol.asyncIterator]();
  const start = JSON.parse((await lines.next()).value);
  configureLogging(start);
  process.on("unhandledRejection", (error) => {
    failure(error, "Runtime.UnhandledPromiseRejection", inspect(error));
    process.exit(128);
  });
  const { handler, failed } = await load(start);
  answered(failed ?? "{}");
  if (failed) process.exit(0);
  for (let line = await lines.next(); !line.done; line = await lines.next()) {
    const call = JSON.parse(line.value);
    requestId = call.request_id;
    setEnvironment(call.environment);
    answered(await invoked(handler, call));
  }
  process.exit(0);
}

await main();
