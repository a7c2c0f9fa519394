"""One JSON object a line, nothing of what clients sent."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

from tests.repository import ROOT

SCRIPT = """
from tests.handlers.gateway import call, proxy_event
from handlers.pkgwatch.api.scan import handler
call(handler, proxy_event("POST", "/scan", headers={"X-API-Key": "pw_secret"}, body="{", source_ip="198.51.100.77"))
"""


def test_lines_are_json_and_hold_no_secret(world: Any) -> None:
    process = subprocess.run(
        [sys.executable, "-c", SCRIPT],
        check=False,
        cwd=ROOT,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        capture_output=True,
        text=True,
    )
    assert process.returncode == 0, process.stderr
    (line,) = [json.loads(text) for text in process.stdout.splitlines()]
    assert line.pop("timestamp")
    assert line.pop("duration_ms") > 0
    assert line == {
        "level": "INFO",
        "logger": "pkgwatch",
        "service": "pkgwatch",
        "message": "POST /scan",
        "request_id": "request-1",
        "function_name": "pkgwatch-api-test",
        "status": 401,
    }
    assert "pw_secret" not in process.stdout + process.stderr
    assert "198.51.100.77" not in process.stdout + process.stderr
