"""How long does it take to package a Next.js application that is built, and to get the first byte of it on stage local?

The application is that of tests/fixtures/next-app, in Stream Sales' place. Its artifacts are compared with folders
zipped by the standard library; a request through the distribution's port (TLS, the function at the edge, the header,
the server's process) with the server's bundle called by plain Node.js.
"""

from __future__ import annotations

import http.client
import json
import shutil
import ssl
import subprocess
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from urllib.parse import urlsplit

from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import HERE, Workplace
from tests.next_app import built_app

PACKAGING = "Next.js: packaging the application, from cache"
FIRST_BYTE = "Next.js: first byte of a route, local distribution"
ROUTE = "/api/health"
FOLDERS = ("server-functions/default", "image-optimization-function", "revalidation-function")


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """The rows, or a note where there is no Node.js."""
    if not any(only in name for name in (PACKAGING, FIRST_BYTE)):
        return
    if any(shutil.which(name) is None for name in ("node", "npm")):
        yield f"{PACKAGING}: there is no Node.js on this machine"
        return
    built = built_app()
    place.pkgops("web", "build", "stream_sales", "--from", str(built))()
    if only in PACKAGING:
        target = place.scratch / "zipped"
        floor = place.floor("zip_folders", str(target), *(str(built / folder) for folder in FOLDERS))
        yield Contest(PACKAGING, floor, place.pkgops("package", "stream_sales"), 1.0, 5).run()
    if only in FIRST_BYTE:
        yield _first_byte(place, built)


def _first_byte(place: Workplace, built: Path) -> Row:
    place.pkgops("deploy", "stream_sales", "--yes", "--output", "json")()
    outputs = place.pkgops("outputs", "stream_sales", "--output", "json")
    outputs()
    url = urlsplit(json.loads(outputs.said)["stack"]["CloudFrontURL"])
    trusted = ssl.create_default_context(cafile=str(place.project / ".pkgops/local/certificate.pem"))
    connection = http.client.HTTPSConnection(url.hostname or "", url.port, context=trusted, timeout=60)
    bundle = built / FOLDERS[0]
    command = ["node", str(HERE / "floors/bundle.mjs"), str(bundle / "index.mjs")]
    alone = subprocess.Popen(command, cwd=bundle, stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True)
    try:
        return Contest(FIRST_BYTE, _alone(alone), _asked(connection), 8.0, 50, warm_up=5).run()
    finally:
        alone.kill()
        alone.communicate()
        connection.close()


def _asked(connection: http.client.HTTPSConnection) -> Callable[[], Sample]:
    def run() -> Sample:
        began = time.perf_counter()
        connection.request("GET", ROUTE)
        answer = connection.getresponse()
        answer.read(1)
        seconds = time.perf_counter() - began
        answer.read()
        if answer.status != 200:
            raise BenchmarkError(f"{ROUTE} answered {answer.status}")
        return Sample(seconds)

    return run


def _alone(server: subprocess.Popen[str]) -> Callable[[], Sample]:
    context = {"http": {"method": "GET", "path": ROUTE, "sourceIp": "127.0.0.1"}}
    event = {
        "version": "2.0",
        "rawPath": ROUTE,
        "rawQueryString": "",
        "headers": {"host": "a"},
        "requestContext": context,
    }
    assert server.stdin is not None
    assert server.stdout is not None
    send, receive = server.stdin, server.stdout

    def run() -> Sample:
        began = time.perf_counter()
        send.write(json.dumps(event) + "\n")
        send.flush()
        status = receive.readline().strip()
        seconds = time.perf_counter() - began
        if status != "200":
            raise BenchmarkError(f"the bundle answered {status or 'nothing'} to {ROUTE}")
        return Sample(seconds)

    return run
