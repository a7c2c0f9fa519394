"""Starts that are refused, with their messages."""

from __future__ import annotations

import os
import socket
import threading
from http.server import BaseHTTPRequestHandler, HTTPServer

import pytest

from pkgops.errors import AccessError
from pkgops.local.client.emulator import Emulator
from pkgops.local.client.launch import refuse_occupied
from pkgops.local.home import Home
from pkgops.testing.deployed import free_port
from tests.processes import needs_process_table

pytestmark = pytest.mark.emulator


@needs_process_table
def test_another_program_on_the_port_is_named(tmp_path):
    with socket.create_server(("127.0.0.1", 0)) as taken:
        port = taken.getsockname()[1]
        with pytest.raises(AccessError, match=rf"Port {port} is taken by .*\(pid {os.getpid()}\)"):
            Emulator(tmp_path / "local", port).up()
    assert not Home(tmp_path / "local").server_lock.exists()


def test_another_web_server_on_the_port_is_not_mistaken(tmp_path):
    class Page(BaseHTTPRequestHandler):
        def do_GET(self):
            self.send_response(200)
            self.end_headers()
            self.wfile.write(b"<html>hello</html>")

        def log_message(self, *_):
            pass

    with HTTPServer(("127.0.0.1", 0), Page) as server:
        threading.Thread(target=server.serve_forever, daemon=True).start()
        one = Emulator(tmp_path / "local", server.server_port)
        assert not one.running()
        with pytest.raises(AccessError, match="is taken by"):
            one.up()
        server.shutdown()


def test_the_emulator_of_another_project_is_not_used(fresh, tmp_path):
    fresh.up()
    other = Emulator(tmp_path / "other", fresh.port)
    assert not other.running()
    with pytest.raises(AccessError, match=f"belongs to the emulator of {fresh.home}") as error:
        other.up()
    assert "pkgops local down" in error.value.hint
    assert "stages.toml" in error.value.hint
    assert not other.down()
    assert fresh.running()


def test_one_project_has_one_emulator_whatever_its_port(fresh):
    fresh.up()
    moved = Emulator(fresh.home, free_port())
    with pytest.raises(AccessError, match=f"already runs on port {fresh.port}"):
        moved.up()
    assert moved.down()
    assert not fresh.running()


def test_what_a_dead_server_left_is_cleaned_up(fresh):
    home = Home(fresh.home)
    fresh.home.mkdir(parents=True)
    home.server_lock.write_text("999999")
    home.info.write_text('{"pid": 999999, "port": 1}')
    assert not fresh.down()
    assert not home.info.exists()
    assert fresh.up().running


def test_a_wrong_version_is_refused_with_the_remedy(monkeypatch):
    from pkgops.local.server import server

    monkeypatch.setattr(server, "MINISTACK", "1.5.32")
    with pytest.raises(
        server.RefusedError, match=r"is ministack 1\.5\.33, but pkgops needs 1\.5\.32\. Install it: pip"
    ):
        server.check_version()


def test_a_server_that_refuses_says_why_and_leaves_nothing(fresh, tmp_path):
    fresh.home.mkdir(parents=True)
    Home(fresh.home).snapshots.write_text("a file where a directory has to be")
    with pytest.raises(AccessError, match="state cannot be used: File exists") as error:
        fresh.up()
    assert str(Home(fresh.home).log) in error.value.hint
    assert not fresh.running()


def test_a_missing_hook_is_named():
    import json

    from pkgops.local.hooks.patch import MissingHookError, require

    require(json, "dumps")
    with pytest.raises(MissingHookError, match="json has no gone"):
        require(json, "dumps", "gone")


def test_a_server_that_is_just_ending_is_waited_for(tmp_path):
    """It takes the connection, breaks it off, and is gone when it is asked again."""
    with socket.create_server(("127.0.0.1", 0)) as ending:
        port = ending.getsockname()[1]

        def end():
            ending.accept()[0].close()
            ending.close()

        threading.Thread(target=end, daemon=True).start()
        refuse_occupied(Home(tmp_path / "local"), port)
