"""Whatever a stranger makes a handler print: do tail-logs, its --follow and invoke show it, and go on?"""

from __future__ import annotations

import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.testing.deployed import Deployed, deployment
from tests.canary import listen

pytestmark = pytest.mark.e2e

FILES = {
    "stages.toml": "[local]\n",
    "templates/echo/__init__.py": '''
"""Echo: prints what it is sent."""
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    key="echo", title="Echo", stacks=(Stack("app", "Echo"),), settings=Settings, environments={},
    check=lambda stage, settings: [], tags=lambda stage: {},
)
''',
    "templates/echo/app.py": """
from pkgops.kit.function import Function, FunctionDefaults, functions

def build(scope):
    functions(scope, FunctionDefaults("handlers/echo", "echo-"), (Function("say"),))
""",
    "handlers/echo/say.py": """
def handler(event, context):
    print(event["line"])
""",
}
LINES = {
    "metrics": '{"_aws":{"CloudWatchMetrics":[{"Metrics":["x"]}]},"mark":"metrics"}',
    "record": '{"type":"platform.report","record":null,"mark":"record"}',
    "words": '{"type":"platform.report","record":"none","mark":"words"}',
    "kind": '{"type":["platform.report"],"mark":"kind"}',
    "escape": '{"level":"info","message":"m","\\u001b[2Jkey":"escape"}',
    "depth": "[" * 50_000 + "depth",
    "half": '{"message":"half \\ud83d"}',
    "long": "x" * 100_000 + "long",
    "last": "last",
}


@pytest.fixture(scope="module")
def echo(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Deployed]:
    root = tmp_path_factory.mktemp("echo")
    for name, text in FILES.items():
        (root / name).parent.mkdir(parents=True, exist_ok=True)
        (root / name).write_text(text)
    with deployment(root, tmp_path_factory.mktemp("deployed")) as system:
        yield system


class Following:
    """``tail-logs --follow``, and what it has shown so far."""

    def __init__(self, root: Path) -> None:
        command = [sys.executable, "-m", "pkgops.cli", "tail-logs", "--follow", "--since", "1h"]
        self._process = subprocess.Popen(command, cwd=root, stdout=subprocess.PIPE, text=True)
        self.shown = ""
        self._reader = threading.Thread(target=self._read, daemon=True)
        self._reader.start()

    def _read(self) -> None:
        assert self._process.stdout is not None
        for line in self._process.stdout:
            self.shown += line

    @property
    def running(self) -> bool:
        return self._process.poll() is None

    def end(self) -> None:
        self._process.terminate()
        self._process.wait(20)
        self._reader.join(20)
        listen(["tail-logs", "--follow"], self.shown)
        assert self._process.stdout is not None
        self._process.stdout.close()


def test_every_line_is_shown_and_ends_nothing(echo: Deployed) -> None:
    following = Following(echo.root)
    try:
        for line in LINES.values():
            assert "null" in echo.pkgops("invoke", "say", "--payload", json.dumps({"line": line}))
        shown = echo.until(lambda: following.shown, lambda text: "last" in text)
        assert following.running
    finally:
        following.end()
    tail = echo.pkgops("tail-logs", "--since", "1h")
    rows = echo.pkgops("tail-logs", "--since", "1h", "--output", "json").splitlines()
    data = repr([json.loads(row) for row in rows])
    for mark in LINES:
        assert mark in shown, mark
        assert mark in tail, mark
        assert mark in data, mark
    assert "\x1b" not in shown + tail
