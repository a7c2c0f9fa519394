"""What the system says about processes, and that nothing depends on its answer."""

from __future__ import annotations

import os
import socket
import sys
from collections.abc import Iterator

import psutil
import pytest

from pkgops.local import processes
from tests.processes import needs_process_table

NO_PROCESS = 2**22 + 1  # above the largest pid


@pytest.fixture
def port() -> Iterator[int]:
    """A port this process listens on."""
    with socket.create_server(("127.0.0.1", 0)) as listening:
        yield listening.getsockname()[1]


@needs_process_table
def test_a_listener_is_named_with_its_pid(port):
    assert processes.listener(port).endswith(f"(pid {os.getpid()})")


@needs_process_table
def test_a_listener_is_found_where_only_own_processes_may_be_asked(port, monkeypatch):
    def refused(kind):
        raise psutil.AccessDenied

    monkeypatch.setattr(psutil, "net_connections", refused)
    assert processes.listener(port).endswith(f"(pid {os.getpid()})")


@needs_process_table
def test_memory_is_that_of_the_process_and_its_children():
    assert processes.family_memory(os.getpid()) > 10_000_000
    assert processes.resident(processes.find(os.getpid())) > 10_000_000


def test_a_process_that_has_ended_has_no_memory():
    assert processes.family_memory(NO_PROCESS) is None
    assert processes.resident(processes.find(NO_PROCESS)) is None


def test_a_free_port_has_no_listener():
    with socket.socket() as unused:
        unused.bind(("127.0.0.1", 0))
        assert processes.listener(unused.getsockname()[1]) == ""


def test_everything_is_unknown_without_psutil(port, monkeypatch):
    monkeypatch.setitem(sys.modules, "psutil", None)
    assert processes.listener(port) == ""
    assert processes.family_memory(os.getpid()) is None
