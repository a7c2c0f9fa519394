"""How soon does `pkgops console` answer, and its pages once it does?

Compared with a command that serves one constant page with the same libraries, and with a file of the console's own.
"""

from __future__ import annotations

import http.client
import subprocess
import time
from collections.abc import Iterator, Sequence
from pathlib import Path
from statistics import median
from urllib.parse import urlsplit

from tests.bench.measure import BenchmarkError, Row
from tests.bench.workplace import Workplace

FIRST, PAGE = "console: its first byte", "console: "
PAGES = ("/", "/systems", "/functions", "/systems/pkgwatch/picture")
_FILE = "/static/console.css"
_RUNS = 9


def measured(place: Workplace, only: str) -> Iterator[Row]:
    """The first byte with the memory after all pages, and each page, warm."""
    if only not in FIRST:
        return
    place.pkgops("deploy", "pkgwatch", "--yes")()
    floors, ours = [], []
    for _ in range(_RUNS):
        with _Served(place, place.floor("click_console").arguments) as floor:
            floors.append(floor)
        with _Served(place, place.pkgops("console", "--no-open").arguments) as served:
            ours.append(served)
            times = {path: [served.page(path) for _ in range(_RUNS)] for path in (_FILE, *PAGES)}
            served.look()
    first, bare = median(one.first for one in ours), median(one.first for one in floors)
    memory, bare_memory = max(one.memory for one in ours), max(one.memory for one in floors)
    yield Row(FIRST, first, bare, 1.7, memory, bare_memory, _RUNS)
    for path in PAGES:
        yield Row(f"{PAGE}{path}", median(times[path][1:]), median(times[_FILE][1:]), runs=_RUNS)


class _Served:
    """A process that prints an address; ``first`` is when its first byte came, in seconds after it was started."""

    def __init__(self, place: Workplace, arguments: Sequence[str]) -> None:
        self.memory, self._cookie = 0, ""
        started = time.perf_counter()
        self._process = subprocess.Popen(
            arguments,
            cwd=place.project,
            env=dict(place.environment),
            stdout=subprocess.PIPE,
            stderr=subprocess.DEVNULL,
            text=True,
        )
        assert self._process.stdout
        self._address = urlsplit(self._process.stdout.readline().strip())
        status, cookie = self._get(f"{self._address.path}?{self._address.query}")
        self.first = time.perf_counter() - started
        if status not in (200, 303):
            raise BenchmarkError(f"{' '.join(arguments)} answered {status}.")
        self._cookie = cookie.partition(";")[0]
        self.look()

    def __enter__(self) -> _Served:
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        assert self._process.stdout
        self._process.stdout.close()

    def page(self, path: str) -> float:
        """Seconds until all of it is here. BenchmarkError if it is an error, or larger than 100 kB."""
        started = time.perf_counter()
        status, _ = self._get(path)
        if status != 200:
            raise BenchmarkError(f"{path} answered {status}.")
        return time.perf_counter() - started

    def look(self) -> None:
        """Notes how much memory it takes."""
        with Path(f"/proc/{self._process.pid}/status").open() as file:
            rows = [row.split() for row in file if row.startswith("VmHWM")]
        self.memory = max(self.memory, int(rows[0][1]) * 1024 if rows else 0)

    def _get(self, path: str) -> tuple[int, str]:
        connection = http.client.HTTPConnection(self._address.hostname or "", self._address.port, timeout=60)
        try:
            connection.request("GET", path, headers={"cookie": self._cookie} if self._cookie else {})
            answer = connection.getresponse()
            if len(answer.read()) > 100_000:
                raise BenchmarkError(f"{path} has more than 100 kB.")
            return answer.status, answer.getheader("set-cookie") or ""
        finally:
            connection.close()
