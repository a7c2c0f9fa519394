"""Does each function get a zip that runs as it is, and does the manifest tell which could not be made?"""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.operate.function_zips import FunctionZip, write_zips
from tests import probe as probes
from tests import wheels as indexes
from tests.probe import Probe
from tests.wheels import Wheels

RUN = "import sys; sys.path[:] = [sys.argv[1], *(p for p in sys.path if p and 'site-packages' not in p)]\n"
CALL = "from handlers.probe.one import handler; print(handler({}, None))"


@pytest.fixture
def probe(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Probe]:
    """A system of two functions with the same name and a third, one of which imports a package."""
    made = probes.make(tmp_path / "probe")
    (tmp_path / "wheels").mkdir()
    wheels = Wheels(tmp_path / "wheels")
    indexes.use(wheels, monkeypatch)
    wheels.add("pad", "1.0", {"pad/__init__.py": "WIDTH = 7\n"})
    made.write("handlers/requirements.in", "pad\n")
    made.write("handlers/requirements.txt", wheels.lines())
    made.stack('Function("one")', 'Function("api/two")', 'Function("jobs/two")')
    made.handler("import pad\nfrom handlers.probe import rules\n\ndef answer():\n    return pad.WIDTH + rules.MORE")
    made.write("handlers/probe/rules.py", "MORE = 1\n")
    for name in ("api/two", "jobs/two"):
        made.write(f"handlers/probe/{name.split('/')[0]}/__init__.py", "")
        made.handler("def answer():\n    return 2", name)
    yield made
    probes.forget()


def packaged(probe: Probe) -> list[FunctionZip]:
    project = probe.load()
    return write_zips(project, synthesized(project), probe.root / "dist")


def manifest(probe: Probe) -> dict[str, dict[str, object]]:
    document = json.loads((probe.root / "dist/build-manifest.json").read_text(encoding="utf-8"))
    assert abs(datetime.fromisoformat(document["buildTime"]) - datetime.now(UTC)) < timedelta(hours=1)
    return document["functions"]


def test_a_zip_runs_without_any_layer(probe: Probe) -> None:
    assert [one.name for one in packaged(probe)] == ["one", "api-two", "jobs-two"]
    path = probe.root / "dist/one.zip"
    assert manifest(probe)["one"] == {"zipPath": str(path), "success": True}
    done = subprocess.run([sys.executable, "-I", "-c", RUN + CALL, path], capture_output=True, text=True, check=False)
    assert (done.stdout, done.stderr) == ("8\n", "")


def test_equal_code_gives_equal_zips(probe: Probe) -> None:
    packaged(probe)
    before = {path.name: path.read_bytes() for path in (probe.root / "dist").glob("*.zip")}
    packaged(probe)
    assert {path.name: path.read_bytes() for path in (probe.root / "dist").glob("*.zip")} == before
    assert sorted(before) == ["api-two.zip", "jobs-two.zip", "one.zip"]


def test_one_that_fails_does_not_stop_the_others(probe: Probe) -> None:
    packaged(probe)
    probe.handler("import nothing_at_all\n\ndef answer():\n    return 1")
    assert [bool(one.error) for one in packaged(probe)] == [True, False, False]
    found = manifest(probe)
    assert [row["success"] for row in found.values()] == [False, True, True]
    assert "handlers/probe/one.py:1" in str(found["one"]["error"])
    assert "nothing_at_all" in str(found["one"]["error"])
    assert not (probe.root / "dist/one.zip").exists()
    assert (probe.root / "dist/api-two.zip").is_file()
