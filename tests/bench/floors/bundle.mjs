// The floor of a request: the server's bundle alone, called by plain Node.js. ``bundle.mjs FILE``; an event a line on
// standard input, a status a line on standard output.
import { createInterface } from "node:readline";

const { handler } = await import(process.argv[2]);
for await (const line of createInterface({ input: process.stdin })) {
  const { statusCode } = await handler(JSON.parse(line), {});
  process.stdout.write(`${statusCode}\n`);
}
