"""What nobody plans for is told in one sentence: broken files, a full disk, a proxy, a directory that has gone."""

from __future__ import annotations

import os
import socket
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.model import Stage
from tests.canary import listen
from tests.emulator import free_port
from tests.repository import ROOT

DEV = ("--stage", "dev")


@pytest.mark.parametrize(
    ("name", "content", "said"),
    [
        (".env", b"# Gr\xfcn\nALERT_EMAIL=a@b.example\n", ".env is not UTF-8: line 1"),
        (".env", b"\xef\xbb\xbfALERT_EMAIL=a@b.example\n", ".env begins with a byte order mark"),
        ("stages.toml", b"[local]\n# Gr\xfcn\n", "stages.toml is not UTF-8: line 2"),
        ("stages.toml", b"\xef\xbb\xbf[local]\n", "stages.toml begins with a byte order mark"),
        ("stages.toml", b"[local]\nport = 70000\n", "stages.toml [local] port: 70000 is no port"),
        ("stages.toml", b"[local]\nport = 0\n", "stages.toml [local] port: 0 is no port"),
        ("stages.toml", b"[dev\n", "stages.toml is not valid TOML"),
    ],
)
def test_a_broken_file_is_named(run, project, name, content, said):
    (project / name).write_bytes(content)
    done = run("ls", "--system", "pkgwatch", "--stage", "local")
    assert done.exit_code == 2
    assert done.stderr.startswith(f"Error: {said}")
    assert done.stderr.count("\n") == 2


def start(*words: str, **options: Any) -> subprocess.CompletedProcess[bytes]:
    """Runs Python in a process of its own; what the program prints is listened to."""
    given: dict[str, Any] = {"stdout": subprocess.PIPE, "stderr": subprocess.PIPE, **options}
    environment = {**os.environ, "PYTHONPATH": str(ROOT)}
    done = subprocess.run([sys.executable, *words], env=environment, timeout=120, check=False, **given)
    listen(words, (done.stdout or b"").decode(), done.stderr.decode())
    return done


@pytest.mark.parametrize("payload", ["-", "@event.json"])
@pytest.mark.parametrize("content", [b'{"name": "Gr\xfcn"}', b'\xef\xbb\xbf{"a": 1}', b"[" * 50_000])
def test_a_payload_of_another_encoding(project, built, payload, content):
    (project / "event.json").write_bytes(content)
    done = start("-m", "pkgops.cli", "invoke", "health", *DEV, "--payload", payload, input=content)
    assert done.returncode == 2, done.stderr
    assert done.stderr.startswith((b"Error: event.json", b"Error: Standard input"))
    assert done.stderr.count(b"\n") == 2


def test_this_machine_is_reached_without_a_proxy(emulator, monkeypatch):
    for variable in ("HTTP_PROXY", "http_proxy", "HTTPS_PROXY", "ALL_PROXY"):
        monkeypatch.setenv(variable, "http://127.0.0.1:9")
    ports = AwsPorts(Stage("local"), emulator.endpoint, root_secret=emulator.credentials().secret)
    assert isinstance(ports.stacks.describe(), list)


def test_a_directory_that_has_gone(project, tmp_path):
    gone = tmp_path / "gone"
    gone.mkdir()
    script = f"import os; os.rmdir({str(gone)!r}); from pkgops.cli.main import main; main()"
    for arguments, code in ((["ls"], 2), (["init", "shop"], 2), (["ls", "--project", str(project)], 0)):
        gone.mkdir(exist_ok=True)
        done = start("-P", "-c", script, *arguments, cwd=gone)
        assert done.returncode == code, done.stderr
        assert code == 0 or done.stderr.startswith(b"Error: The current directory does not exist any more.\n")


@pytest.mark.skipif(not Path("/dev/full").exists(), reason="The system has no device that is always full.")
@pytest.mark.parametrize("arguments", [("ls",), ("--help",), ("ls", "--output", "json"), ("completion", "bash")])
def test_a_full_disk(project, arguments):
    with Path("/dev/full").open("w") as full:
        done = start("-m", "pkgops.cli", *arguments, stdout=full)
    assert done.returncode == 1
    lines = done.stderr.decode().replace('{"error": "OutputError", "message": "', "Error: ").splitlines()
    assert lines[0].startswith("Error: The output cannot be written: No space left on device.")
    assert b"Traceback" not in done.stderr


def test_a_port_of_another_program_is_said_before_the_build(run, project):
    port = free_port()
    file = project / "stages.toml"
    file.write_text(file.read_text().replace("port = 4566", f"port = {port}"))
    with socket.create_server(("127.0.0.1", port)):
        done = run("deploy")
    assert done.exit_code == 4
    assert f"Port {port} is taken" in done.stderr
    assert not (project / ".pkgops" / "artifacts").exists()


def test_without_credentials_nothing_is_built(run, project, monkeypatch):
    for name in ("AWS_CONFIG_FILE", "AWS_SHARED_CREDENTIALS_FILE"):
        monkeypatch.setenv(name, os.devnull)
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    for arguments in (("deploy",), ("deploy", "--dry-run"), ("diff",)):
        done = run(*arguments, *DEV)
        assert done.exit_code == 4
        assert "No AWS credentials found." in done.stderr
    assert not (project / ".pkgops").exists()
    (project / ".env").write_text("AWS_ACCESS_KEY_ID=a\nAWS_PROFILE=nobody\n")
    told = run("deploy", *DEV).stderr
    assert "Not used from .env: AWS_ACCESS_KEY_ID" in told
    assert "nobody" in told
