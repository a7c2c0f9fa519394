"""Server processes: given up when they end, ended with their input, and found by their place."""

from __future__ import annotations

import os
import signal
import sys
from dataclasses import dataclass
from pathlib import Path

import psutil
import pytest

from pkgops.local.databases import server_process
from pkgops.local.databases.server_process import NotStartedError, ServerProcess, Servers, start, supervised
from tests.waiting import eventually

# A server ends in order when it is interrupted, whatever the shell that started it has told it to ignore.
PROGRAM = """\
import signal, sys
signal.signal(signal.SIGINT, signal.SIG_DFL)
open(sys.argv[1], "w").write(sys.stdin.read())
signal.pause()
"""


@dataclass(frozen=True, slots=True)
class Imaginary(ServerProcess):
    """A process that answers once it has written what it was given to a file."""

    file: Path

    def answers(self) -> bool:
        return self.file.exists() and self.file.read_text() != ""


def imaginary(folder: Path, name: str = "one") -> Imaginary:
    file = folder / name

    def spawn(port: int) -> Imaginary:
        command = [sys.executable, "-S", "-c", PROGRAM, file.name]
        return Imaginary(name, port, supervised(command, f"given to {name}\n", cwd=folder), file)

    return start(spawn, f"The imaginary server {name}")


def test_a_server_gets_its_input_and_ends_when_it_is_told(tmp_path):
    server = imaginary(tmp_path)
    assert server.file.read_text() == "given to one\n"
    family = psutil.Process(server.process.pid).children(recursive=True)
    assert family
    server.stop()
    assert server.process.poll() is not None
    eventually(lambda: not any(one.is_running() and one.status() != "zombie" for one in family))


def test_a_server_that_ends_at_once_is_given_up_and_named(tmp_path):
    tried = []

    def spawn(port: int) -> Imaginary:
        tried.append(port)
        return Imaginary("two", port, supervised(["/bin/false"]), tmp_path / "never")

    with pytest.raises(NotStartedError, match="The server of two does not start on port"):
        start(spawn, "The server of two")
    assert len(tried) == 5
    with pytest.raises(NotStartedError, match="on port 4711"):
        start(spawn, "The server of two", 4711)
    assert tried[5:] == [4711]


def test_a_server_that_ends_is_started_again_until_it_is_told_to_end(tmp_path, monkeypatch, capsys):
    monkeypatch.setattr(server_process, "_PAUSES", (0.0, 0.01))
    asked = []

    def again(place: tuple[str, ...], server: Imaginary) -> Imaginary:
        asked.append(place)
        if len(asked) == 2:
            raise NotStartedError("The port is taken")
        return imaginary(tmp_path, f"again-{len(asked)}")

    servers: Servers[Imaginary] = Servers(again)
    servers.put(("1", "us", "a"), imaginary(tmp_path, "first"))
    for expected in (1, 3):
        (before,) = servers.of(())
        os.killpg(before.process.pid, signal.SIGKILL)
        assert eventually(lambda before=before: servers.of(()) != [before])
        assert asked == [("1", "us", "a")] * expected
    (last,) = servers.of(())
    assert servers.stop()
    assert last.process.poll() is not None
    assert (servers.of(()), len(asked)) == ([], 3)
    said = capsys.readouterr().err
    assert "The port is taken\n" in said
    assert said.endswith("The server of again-1 had ended and was started again.\n")


def test_servers_are_found_and_ended_by_where_they_are(tmp_path):
    servers: Servers[Imaginary] = Servers()
    for place in (("1", "us", "a", "1"), ("1", "us", "a", "2"), ("1", "us", "b", "1")):
        servers.put(place, imaginary(tmp_path, "-".join(place)))
    assert [one.name for one in servers.of(("1", "us", "a"))] == ["1-us-a-1", "1-us-a-2"]
    assert servers.stop(("1", "us", "a"))
    assert not servers.stop(("1", "us", "a"))
    (row,) = servers.rows()
    assert (row["name"], row["running"]) == ("1-us-b-1", True)
    assert servers.stop()
    assert servers.rows() == []
