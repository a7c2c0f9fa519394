"""How long does it take from a save to the new answer, with `pkgops dev` running?

Compared with a script that has the new zip already, uploads it, and tells Lambda to run it. Both sides wait for the
answer of the new code, so both pay for its cold start.
"""

from __future__ import annotations

import io
import itertools
import json
import subprocess
import time
import zipfile
from collections.abc import Iterator
from typing import IO, Any

from tests.bench import far
from tests.bench.far import BUCKET, FLOOR
from tests.bench.measure import BenchmarkError, Contest, Row, Sample
from tests.bench.workplace import BIN, Workplace
from tests.emulator import client

SAVE, TEMPLATE = "dev: a save to the new answer", "dev: a template change of PkgWatch's API"
FILE, FUNCTION = "handlers/pkgwatch/api/health.py", "pkgwatch-api-health-local"
STACK = "templates/pkgwatch/api.py"
ANSWER = "\n\ndef handler(event, context):\n    return {answer!r}\n"
OUTPUT = '\n\n_build = build\n\n\ndef build(scope):\n    _build(scope)\n    scope.output("Bench", "{}")\n'
_IDLE = 5.0  # seconds of watching whose CPU time is measured
_BETWEEN = 0.6  # seconds between two saves
_PATIENCE = 60.0


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """The rows, and a line about watching while nothing happens."""
    if not any(only in name for name in (SAVE, TEMPLATE, *far.NAMES)):
        return
    place.pkgops("deploy", "pkgwatch", "--yes")()
    _copy(client(place.emulator, "lambda"))
    with _Loop(place) as loop:
        if only in SAVE:
            yield _save(place)
        if only in TEMPLATE:
            yield _template(place, loop)
            yield f"dev: the linter's findings followed {loop.wait('Checked')['seconds']:.1f} s later, beside it"
        yield loop.idle()
    yield from far.measured(place, only)


class _Loop:
    """``pkgops dev`` as users start it, with its events."""

    def __init__(self, place: Workplace) -> None:
        words = [str(BIN / "pkgops"), "dev", "pkgwatch", "--no-logs", "--output", "json"]
        self._process = subprocess.Popen(
            words, cwd=place.project, env=dict(place.environment), stderr=subprocess.PIPE, stdout=subprocess.DEVNULL
        )
        assert self._process.stderr
        self._events: IO[bytes] = self._process.stderr

    def __enter__(self) -> _Loop:
        self.wait("Watching")
        return self

    def __exit__(self, *_: object) -> None:
        self._process.terminate()
        self._process.wait()
        self._events.close()

    def wait(self, kind: str) -> dict[str, Any]:
        """The next event of that kind. BenchmarkError if something fails first."""
        for line in self._events:
            event: dict[str, Any] = json.loads(line)
            if event.get("event") == kind:
                return event
            if event.get("event") == "Failed":
                raise BenchmarkError(event["message"])
        raise BenchmarkError("pkgops dev has ended")

    def idle(self) -> str:
        """How much of a core watching takes."""
        time.sleep(_BETWEEN)  # what it prepares for the first swap is not watching
        before = _cpu(self._process.pid)
        time.sleep(_IDLE)
        return f"dev: watching takes {(_cpu(self._process.pid) - before) / _IDLE:.1%} of a core"


def _save(place: Workplace) -> Row:
    """The floor swaps a function of its own, so that nothing it does is in the loop's way."""
    numbers = itertools.count(1)
    functions, s3 = client(place.emulator, "lambda"), client(place.emulator, "s3")
    source = (place.project / FILE).read_text(encoding="utf-8")
    zips: list[tuple[str, bytes]] = []

    def build() -> None:
        answer = f"floor {next(numbers)}"
        zips.append((answer, _zip(place, source + ANSWER.format(answer=answer))))
        functions.invoke(FunctionName=FLOOR)  # both sides have a process of the old code

    def floor() -> Sample:
        answer, body = zips[-1]
        began = time.perf_counter()
        s3.put_object(Bucket=BUCKET, Key="bench/floor.zip", Body=body)
        functions.update_function_code(FunctionName=FLOOR, S3Bucket=BUCKET, S3Key="bench/floor.zip")
        return _answered(functions, FLOOR, answer, began)

    def wait() -> None:
        """The loop takes saves that follow each other more quickly for parts of one."""
        time.sleep(_BETWEEN)
        functions.invoke(FunctionName=FUNCTION)

    def ours() -> Sample:
        answer = f"ours {next(numbers)}"
        began = time.perf_counter()
        (place.project / FILE).write_text(source + ANSWER.format(answer=answer), encoding="utf-8")
        return _answered(functions, FUNCTION, answer, began)

    return Contest(SAVE, floor, ours, 2.0, 15, before_floor=build, before_ours=wait).run()


def _copy(functions: Any) -> None:
    """Makes another function of the same code and configuration."""
    kept = ("Runtime", "Role", "Handler", "Timeout", "MemorySize", "Environment", "Architectures", "LoggingConfig")
    found = functions.get_function_configuration(FunctionName=FUNCTION)
    layers = [one["Arn"] for one in found.get("Layers", ())]
    code = {"S3Bucket": BUCKET, "S3Key": _key(found["CodeSha256"])}
    made = {name: found[name] for name in kept if name in found}
    functions.create_function(FunctionName=FLOOR, Code=code, Layers=layers, **made)


def _template(place: Workplace, loop: _Loop) -> Row:
    file = place.project / STACK
    source = file.read_text(encoding="utf-8")
    numbers = itertools.count(1)

    def ours() -> Sample:
        began = time.perf_counter()
        file.write_text(source + OUTPUT.format(next(numbers)), encoding="utf-8")
        loop.wait("Updated")
        return Sample(time.perf_counter() - began)

    floor = place.floor("describe_stacks")
    return Contest(TEMPLATE, floor, ours, 2.0, 5).run()


def _answered(functions: Any, name: str, answer: str, began: float) -> Sample:
    while time.perf_counter() - began < _PATIENCE:
        if json.loads(functions.invoke(FunctionName=name)["Payload"].read()) == answer:
            return Sample(time.perf_counter() - began)
    raise BenchmarkError(f"{name} does not answer {answer!r}")


def _zip(place: Workplace, source: str) -> bytes:
    """The function's zip with another handler in it."""
    made = io.BytesIO()
    store = place.project / ".pkgops" / "artifacts"
    found = next(path for path in store.glob("*.zip") if FILE in zipfile.ZipFile(path).namelist())
    with zipfile.ZipFile(found) as old, zipfile.ZipFile(made, "w", zipfile.ZIP_DEFLATED) as new:
        for name in old.namelist():
            new.writestr(name, source if name == FILE else old.read(name))
    return made.getvalue()


def _key(sha256: str) -> str:
    import base64

    return f"pkgwatch/{base64.b64decode(sha256).hex()}.zip"


def _cpu(pid: int) -> float:
    """Seconds of CPU time that a process has used."""
    import psutil

    times = psutil.Process(pid).cpu_times()
    return float(times.user + times.system)
