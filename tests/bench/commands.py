"""How do commands compare with the programs one would write for the same purpose?"""

from __future__ import annotations

import base64
import itertools
import json
import time
import zipfile
from collections.abc import Callable, Iterator
from functools import partial
from pathlib import Path

from tests.bench.measure import BenchmarkError, Contest
from tests.bench.workplace import Workplace
from tests.emulator import client

EVENTS = 10_000
CHANGED = "handlers/pkgwatch/api/get_package.py"


def contests(place: Workplace) -> Iterator[Contest]:
    """In this order: the first deployment leaves behind what the others work on."""
    yield Contest("pkgops --help", place.floor("click_help", "--help"), place.pkgops("--help"), 1.5, 15)
    yield _synth(place)
    yield _first(place)
    yield _first_uploaded(place)
    yield _destroy(place)
    unchanged = place.pkgops("deploy", "--yes")
    yield Contest("unchanged deployment", place.floor("describe_stacks"), unchanged, 1.1, 11)
    yield _changed(place)
    yield _diff(place)
    yield _tail(place)


def same_templates(place: Workplace) -> None:
    """BenchmarkError unless the floor of synth makes the templates that synth makes."""
    floor, ours = _plain(place), place.pkgops("synth")
    floor()
    ours()
    if json.loads(floor.said) != json.loads(ours.said):
        raise BenchmarkError("The plain troposphere script makes other templates than pkgops synth.")


def _plain(place: Workplace):
    # A module, so that both sides find their code compiled.
    return place.python("-c", "import plain_troposphere; plain_troposphere.main()")


def _synth(place: Workplace) -> Contest:
    def forget() -> None:
        for path in (place.project / ".pkgops" / "cache").glob("*.json"):
            if path.name != "artifacts.json":
                path.unlink()

    why = (
        "it takes 45 ms of processor time more, and importing no YAML gives it 9: importing our modules takes 32, of "
        "which 20 define frozen dataclasses (docs/adr/0035), click and msgspec 6, the fingerprint of 330 sources 4, "
        "keeping the result 3; what a plain script does as well takes 105"
    )
    return Contest("synth of PkgWatch", _plain(place), place.pkgops("synth"), 1.55, 9, before_ours=forget, why=why)


def _first(place: Workplace) -> Contest:
    floor = place.floor("deploy", str(place.scratch / "first.json"))
    ours = place.pkgops("deploy", "--yes")
    before = partial(_nothing_deployed, place)
    why = "of its memory 12 MB are what the allocator keeps for each thread: with one arena (MALLOC_ARENA_MAX) it is 68"
    return Contest("first deployment", floor, ours, 1.15, 7, before, before, why=why)


def _first_uploaded(place: Workplace) -> Contest:
    """With a bucket that has all artifacts: ours looks whether they are there, the floor knows."""

    def before() -> None:
        _nothing_deployed(place)
        place.floor("deploy", str(place.scratch / "bucket.json"))()
        s3 = client(place.emulator, "s3")
        for key, path in whole["artifacts"]:
            checksum = base64.b64encode(bytes.fromhex(Path(key).stem)).decode()
            body = Path(path).read_bytes()
            s3.put_object(Bucket=whole["bucket"], Key=key, Body=body, ChecksumSHA256=checksum)

    whole = place.read("first.json")
    early = [stack for stack in whole["stacks"] if stack["early"]]
    place.write("bucket.json", {**whole, "artifacts": [], "stacks": early})
    rest = [stack for stack in whole["stacks"] if not stack["early"]]
    place.write("rest.json", {**whole, "artifacts": [], "stacks": rest})
    floor = place.floor("deploy", str(place.scratch / "rest.json"))
    ours = place.pkgops("deploy", "--yes")
    why = (
        "it asks seven services for taken names, and for each of 59 artifacts whether it is whole; the floor knows. "
        "The questions about artifacts take 60 ms of processor time, six more clients 26"
    )
    return Contest("first deployment, artifacts uploaded", floor, ours, 1.5, 7, before, before, why=why)


def _destroy(place: Workplace) -> Contest:
    def before() -> None:
        _nothing_deployed(place)
        place.pkgops("deploy", "--yes")()

    floor = place.floor("destroy", str(place.scratch / "first.json"))
    why = "it reads first what it would delete, in two calls a stack and more"
    return Contest("destroy", floor, place.pkgops("destroy", "--yes"), 1.2, 7, before, before, why=why)


def _nothing_deployed(place: Workplace) -> None:
    place.emulator.reset()
    if not list((place.project / ".pkgops" / "cache").glob("*.packaged.json")):
        place.pkgops("package")()


def _changed(place: Workplace) -> Contest:
    floor = place.floor("deploy", str(place.scratch / "change.json"))
    ours = place.pkgops("deploy", "--yes")
    why = (
        "the floor has its zip; ours reads the requirements, and the imports of all functions to find the one. Four "
        "quiet runs gave 1.06 to 1.22 x"
    )
    return Contest("one handler line changed", floor, ours, 1.3, 9, *_edits(place), why=why)


def _diff(place: Workplace) -> Contest:
    floor = place.floor("diff", str(place.scratch / "change.json"))
    return Contest("diff of one handler line", floor, place.pkgops("diff"), 1.15, 9, *_edits(place))


def _edits(place: Workplace) -> tuple[Callable[[], None], Callable[[], None]]:
    """What changes a line: for the floor, which has the new zip already, and for ours."""
    numbers = itertools.count(time.time_ns())

    def build() -> None:
        place.write("change.json", _update(place, next(numbers)))

    def edit() -> None:
        with (place.project / CHANGED).open("a", encoding="utf-8") as file:
            file.write(f"# {next(numbers)}\n")

    return build, edit


def _update(place: Workplace, number: int) -> dict[str, object]:
    """The job of deploying one other zip of the handler, built beforehand."""
    first = place.read("first.json")
    (function,) = [row for row in place.read("functions.json") if row["handler"] == CHANGED]
    (stack,) = [row for row in first["stacks"] if row["name"] == function["stack"]]
    key = f"floor/{number}.zip"
    path = place.scratch / f"{number}.zip"
    path.write_bytes(place.artifact(function["code"]).read_bytes())
    with zipfile.ZipFile(path, "a") as archive:
        archive.comment = str(number).encode()
    update = {
        **stack,
        "type": "UPDATE",
        "template": stack["template"].replace(function["code"], key),
        "inputs": dict.fromkeys(stack["inputs"]),
    }
    return {"bucket": first["bucket"], "artifacts": [[key, str(path)]], "stacks": [update]}


def _tail(place: Workplace) -> Contest:
    groups = [row["group"] for row in place.read("functions.json")]
    since = int(time.time() * 1000) - 3_600_000
    written = False

    def fill() -> None:
        nonlocal written
        if not written:
            write_events(place, groups)
            written = True

    what = f"tail-logs of {EVENTS:,} events in {len(groups)} groups"
    floor = place.floor("print_logs", str(since), *groups)
    return Contest(what, floor, place.pkgops("tail-logs", "--since", "50m"), 1.1, 7, fill)


def write_events(place: Workplace, groups: list[str]) -> None:
    """What handlers write: one JSON object a line, spread over the last minutes and evenly over the groups."""
    logs = client(place.emulator, "logs")
    begin = int(time.time() * 1000) - 600_000
    for place_of_group, group in enumerate(groups):
        logs.create_log_stream(logGroupName=group, logStreamName="bench")
        numbers = range(place_of_group, EVENTS, len(groups))
        rows = [{"timestamp": begin + 50 * number, "message": _message(number)} for number in numbers]
        logs.put_log_events(logGroupName=group, logStreamName="bench", logEvents=rows)


def _message(number: int) -> str:
    fields = {
        "timestamp": "2026-05-01T09:30:00.000Z",
        "level": "INFO",
        "logger": "pkgwatch",
        "message": f"Answered request {number}",
        "request_id": f"00000000-0000-4000-8000-{number:012}",
        "function_name": "pkgwatch-api-get-package",
        "duration_ms": number % 100,
    }
    return json.dumps(fields)
