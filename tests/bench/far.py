"""How long does `pkgops dev` take to swap code where each call takes its time, as on AWS?

The calls go to the emulator through a proxy that holds each one back. The floor makes the calls that there is no way
around, as many at once: it uploads zips that are ready, tells Lambda to run them, at the pace that Lambda's quotas
allow (fifteen changes a second), and asks whether it does. How long Lambda itself takes is up to the emulator here.
"""

from __future__ import annotations

import itertools
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from typing import Any

from pkgops.aws.ports import AwsPorts
from pkgops.build.build import build
from pkgops.config import Project, load
from pkgops.dev.code import FunctionCode
from pkgops.dev.swap import _BURST, _PARALLEL, _PAUSE, _RATE, Swapper
from pkgops.rate_limiter import RateLimiter
from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import Workplace
from tests.pkgops.deploy.faults.proxy import Proxy, proxied

LATENCY = 0.1  # seconds that are added to each call
ALL = 33  # functions of PkgWatch
ONE_SWAP, ALL_SWAPS = "dev: a swap of one function, 100 ms a call", f"dev: a swap of {ALL} functions, 100 ms a call"
NAMES = (ONE_SWAP, ALL_SWAPS)
BUCKET, FLOOR = "pkgops-artifacts-local-000000000000-us-east-1", "bench-floor"


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """A row for a handler's own file, one for a file that all functions import, and how many calls they make."""
    project = load("local", "pkgwatch", place.project)
    code = FunctionCode(project, build(project, checked=False))
    with proxied(place.port, lambda _: "delay") as proxy:
        proxy.delay = LATENCY
        for what, count, bound in ((ONE_SWAP, 1, 2.5), (ALL_SWAPS, ALL, 1.5)):
            if only in what:
                calls: list[Counter[str]] = []
                yield replace(_contest(what, count, project, code, proxy, place, calls).run(), bound=bound)
                yield f"{what}: {', '.join(f'{number} {name}' for name, number in sorted(calls[-1].items()))}"


def _contest(
    what: str,
    count: int,
    project: Project,
    code: FunctionCode,
    proxy: Proxy,
    place: Workplace,
    calls: list[Counter[str]],
) -> Contest:
    ports = AwsPorts(project.stage, proxy.endpoint, root_secret=place.emulator.credentials().secret)
    swapper = Swapper(project, _as_on_aws(ports))
    path = project.root / _imported_by(code, count)
    numbers = itertools.count(1)

    def ours() -> Sample:
        with path.open("a", encoding="utf-8") as file:
            file.write(f"# {next(numbers)}\n")
        before = Counter(proxy.calls)
        began = time.perf_counter()
        found = code.changes({str(path.relative_to(project.root))})
        if not found or len(found) != count:
            raise BenchmarkError(f"{path} is imported by {found}")
        swapper.swap(found)
        code.runs(found)
        calls.append(Counter(proxy.calls) - before)
        return Sample(time.perf_counter() - began)

    return Contest(what, _floor(ports, place, count), ours, None, 5, before_floor=_rest, before_ours=_rest)


def _floor(ports: AwsPorts, place: Workplace, count: int) -> Callable[[], Sample]:
    store = place.project / ".pkgops" / "artifacts"
    body = min(store.glob("*.zip"), key=lambda path: path.stat().st_size).read_bytes()
    s3, functions = ports.clients.get("s3"), ports.clients.get("lambda", repeatable=True)
    key = f"bench/{count}.zip"

    def swap() -> Sample:
        limiter, lock = RateLimiter(_RATE, _BURST), threading.Lock()

        def put(_: int) -> None:
            s3.put_object(Bucket=BUCKET, Key=key, Body=body)

        def update(_: int) -> None:
            with lock:
                pause = limiter.reserve()
            time.sleep(pause)
            found = functions.update_function_code(FunctionName=FLOOR, S3Bucket=BUCKET, S3Key=key)
            while found["LastUpdateStatus"] == "InProgress":
                time.sleep(_PAUSE)
                found = functions.get_function(FunctionName=FLOOR)["Configuration"]

        began = time.perf_counter()
        with ThreadPoolExecutor(_PARALLEL) as pool:
            list(pool.map(put, range(count)))
            list(pool.map(update, range(count)))
        return Sample(time.perf_counter() - began)

    return swap


def _as_on_aws(ports: AwsPorts) -> Any:
    """What the emulator is spared is not: the pace is the one on AWS."""
    ports.endpoint = None
    return ports


def _imported_by(code: FunctionCode, count: int) -> str:
    """A file that so many functions import."""
    found = Counter(path for row in code._running.values() for path in row.closure.files if path.endswith(".py"))
    return next(path for path, number in sorted(found.items()) if number == count)


def _rest() -> None:
    """Until a burst is allowed again."""
    time.sleep(_BURST / _RATE)
