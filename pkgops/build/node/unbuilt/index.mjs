// What answers on stage local for an application that has not been built.
const TEXT = "This application has not been built yet. Run: pkgops web build, then: pkgops deploy\n";

export const handler = async () => ({
  statusCode: 503,
  headers: { "cache-control": "no-store", "content-type": "text/plain; charset=utf-8" },
  body: TEXT,
});
