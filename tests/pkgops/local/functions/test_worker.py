"""What counts as a function's cold start on stage local?"""

from __future__ import annotations

import io
import zipfile
from types import SimpleNamespace

from pkgops.local.functions import worker
from pkgops.local.functions.unpacked import unpack
from pkgops.local.functions.worker import FunctionWorker
from tests.emulator import ACCOUNT, REGION


def code(program: str) -> bytes:
    archive = io.BytesIO()
    with zipfile.ZipFile(archive, "w") as files:
        files.writestr("app.py", program)
    return archive.getvalue()


def test_unpacking_code_is_neither_initialization_nor_duration(tmp_path, monkeypatch):
    clock = [1000.0]  # nothing but unpacking takes time

    def slowly(archive, below):
        clock[0] += 100
        return unpack(archive, below)

    monkeypatch.setenv("GATEWAY_PORT", "9")
    monkeypatch.setattr(worker, "_scratch_directory", lambda name: tmp_path / name)
    monkeypatch.setattr(worker, "unpack", slowly)
    monkeypatch.setattr(worker, "time", SimpleNamespace(time=lambda: clock[0], perf_counter=lambda: clock[0]))
    arn = f"arn:aws:lambda:{REGION}:{ACCOUNT}:function:slow"
    config = {"FunctionName": "slow", "FunctionArn": arn, "Handler": "app.handler", "Runtime": "python3.12"}
    function = FunctionWorker("slow", config, code("def handler(event, context): return event"))
    try:
        assert function.invoke(1, "id")["result"] == 1
    finally:
        function._discard()
        function._discard_tmpdir()
    assert (function.began, function.init_ms) == (1100, 0)
