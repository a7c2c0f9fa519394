"""What a server does about one before it that was killed."""

from __future__ import annotations

import subprocess
import sys
from pathlib import Path

import psutil
import pytest

from pkgops.local.databases import postgres
from pkgops.local.databases.server_process import NotStartedError
from tests.processes import needs_process_table


def marked(data: Path) -> Path:
    """The mark of a server that has ended, whose number nobody has."""
    mark = data / "postmaster.pid"
    mark.write_text("999999999\n")
    return mark


def test_the_mark_of_a_server_that_is_gone_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    mark = marked(tmp_path)
    postgres._await_predecessor(tmp_path)
    assert not mark.exists()

    def without_proc() -> None:
        raise FileNotFoundError("/proc")

    monkeypatch.setattr(psutil, "process_iter", without_proc)
    mark = marked(tmp_path)
    postgres._await_predecessor(tmp_path)
    assert not mark.exists()


@needs_process_table
def test_what_is_left_of_a_server_is_waited_for(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(postgres, "_END_SECONDS", 0.0)
    mark = marked(tmp_path)
    left = subprocess.Popen([sys.executable, "-S", "-c", "input()"], cwd=tmp_path, stdin=subprocess.PIPE)
    with left:
        with pytest.raises(NotStartedError, match=f"Process {left.pid} still uses"):
            postgres._await_predecessor(tmp_path)
        assert mark.exists()
        left.kill()
    postgres._await_predecessor(tmp_path)
    assert not mark.exists()
