"""No text from outside controls the terminal, whatever command shows it and in whatever form."""

from __future__ import annotations

import json
import re
import subprocess
import sys
import unicodedata
from collections.abc import Iterator

import click
import pytest

from pkgops.cli.main import root
from tests.pkgops.cli.hostile import ARGUMENT, FORGED, HOSTILE, Failing, hostile_ports
from tests.repository import ROOT

DEV = ("--stage", "dev")
COLORS = re.compile(r"\x1b\[(?:0|1|3[0-7]|9[0-7])m")

# What is run for each command; whatever it prints must be harmless, and so must its errors.
RUN: dict[str, list[tuple[str, ...]]] = {
    "init": [("init", ARGUMENT), ("init", "--list")],
    "ls": [("ls", *DEV), ("ls", ARGUMENT)],
    "synth": [("synth", "storage", *DEV), ("synth", "storage", "--format", "yaml", *DEV)],
    "package": [("package", *DEV)],
    "check": [("check", "--explain", "P101"), ("check", "--explain", ARGUMENT)],
    "graph": [
        ("graph", "--diff", *DEV),
        ("graph", "--diff", "--format", "mermaid", *DEV),
        ("graph", "--focus", ARGUMENT, *DEV),
    ],
    "diff": [("diff", *DEV), ("diff", "--deployed", *DEV)],
    "deploy": [("deploy", "--yes", *DEV), ("deploy", "--dry-run", *DEV), ("deploy", "--yes", "--debug", *DEV)],
    "dev": [("dev", "--once", *DEV), ("dev", ARGUMENT, *DEV)],
    "cancel": [("cancel", *DEV)],
    "destroy": [("destroy", "--yes", *DEV), ("destroy", *DEV)],
    "status": [("status", *DEV), ("status", "--drift", *DEV)],
    "events": [
        ("events", "--since", "2025-12-01", *DEV),
        ("events", "--failed", *DEV),
        ("events", "--chart", ARGUMENT, *DEV),
    ],
    "outputs": [("outputs", *DEV), ("outputs", "api.ApiUrl", *DEV), ("outputs", "--format", "shell", *DEV)],
    "env": [("env", "kefir", *DEV), ("env", "pkgwatch", *DEV)],
    "cost": [
        ("cost", *DEV),
        ("cost", "--diff", *DEV),
        ("cost", "--from-metrics", *DEV),
        ("cost", "--usage", ARGUMENT, *DEV),
    ],
    "seed-dev": [("seed-dev", "--timeout", "0", *DEV)],
    "smoke": [("smoke", *DEV), ("smoke", ARGUMENT, *DEV)],
    "tail-logs": [("tail-logs", *DEV), ("tail-logs", "--raw", *DEV)],
    "invoke": [
        ("invoke", "health", *DEV),
        ("invoke", "scan", *DEV),
        ("invoke", "health", "--generate", "api", *DEV),
        ("invoke", "health", "--event", ARGUMENT, *DEV),
        ("invoke", "health", "--payload", "{}", "--save", ARGUMENT, *DEV),
    ],
    "queues ls": [("queues", *DEV)],
    "queues peek": [("queues", "peek", "package-dlq", *DEV)],
    "queues send": [
        ("queues", "send", "keyvex/email-queue", "--schema", *DEV),
        ("queues", "send", ARGUMENT, "--data", ARGUMENT, *DEV),
    ],
    "queues purge": [("queues", "purge", "package-dlq", "--yes", *DEV)],
    "queues redrive": [("queues", "redrive", "package-dlq", *DEV)],
    "secrets ls": [("secrets", *DEV)],
    "secrets set": [("secrets", "set", "stripe-secret", "key", "--from", ARGUMENT, *DEV)],
    "secrets show": [
        ("secrets", "show", "stripe-secret", *DEV),
        ("secrets", "show", "session-secret", "--reveal", *DEV),
    ],
    "secrets init": [("secrets", "init", "--from", "-", *DEV)],
    "users ls": [("users", "ls", *DEV)],
    "users create": [("users", "create", "always_coder", ARGUMENT, "--generate", "--yes", *DEV)],
    "users delete": [("users", "delete", "always_coder", ARGUMENT, "--yes", *DEV)],
    "users access-key": [("users", "access-key", "keyvex", *DEV), ("users", "access-key", ARGUMENT, *DEV)],
    "users reset-passwords": [
        ("users", "reset-passwords", "--dry-run", *DEV),
        ("users", "reset-passwords", "--yes", *DEV),
    ],
    "db status": [("db", *DEV), ("db", "status", ARGUMENT, *DEV)],
    "db migrate": [("db", "migrate", *DEV), ("db", "migrate", "--dry-run", *DEV)],
    "db resolve": [("db", "resolve", "--applied", ARGUMENT, *DEV)],
    "db seed": [("db", "seed", "--only", ARGUMENT, *DEV)],
    "db check": [("db", "check", *DEV)],
    "db psql": [("db", "psql", "-c", "SELECT 1", "--via", ARGUMENT, *DEV)],
    "db url": [("db", "url", *DEV), ("db", "url", "--show", *DEV)],
    "db dump": [("db", "dump", *DEV)],
    "db restore": [("db", "restore", "--from", ARGUMENT, "--clean", "--yes", *DEV)],
    "db reset": [("db", "reset", "--yes", *DEV)],
    "web build": [("web", "build", "always_coder", *DEV), ("web", "build", "always_coder", "--from", ARGUMENT, *DEV)],
    "web ls": [("web", "ls", *DEV), ("web", "ls", "always_coder", *DEV)],
    "web publish": [
        ("web", "publish", "always_coder", "--yes", *DEV),
        ("web", "publish", "always_coder", ARGUMENT, *DEV),
    ],
    "gc": [("gc", "--dry-run", *DEV)],
    "doctor": [("doctor", *DEV)],
    "verify": [("verify", "--yes", *DEV), ("verify", "--yes", "--to", ARGUMENT, *DEV)],
    "completion": [("completion", "bash")],
    "console": [("console", "--allow-writes", ARGUMENT, *DEV)],
}
EMULATOR = {
    f"local {verb}" for verb in ("up", "down", "status", "reset", "pause", "logs", "mail", "env")
}  # see test_local
SEVERAL_LINES = {  # whose output is a value of several lines, by itself
    ("outputs", "api.ApiUrl", *DEV),
    ("outputs", "--format", "shell", *DEV),
    ("secrets", "show", "session-secret", "--reveal", *DEV),
}


def leaves(command: click.Command, path: tuple[str, ...] = ()) -> Iterator[str]:
    """Every command that is no group, by the words that call it."""
    if isinstance(command, click.Group):
        context = click.Context(command)
        for name in command.list_commands(context):
            found = command.get_command(context, name)
            assert found is not None
            yield from leaves(found, (*path, name))
    else:
        yield " ".join(path)


def test_every_command_is_run_here():
    assert set(leaves(root)) == {*RUN, *EMULATOR}


def assert_harmless(text: str, *, several_lines: bool = False) -> None:
    """No control or format character but the program's own colors, and no line of another's making."""
    bare = COLORS.sub("", text)
    found = {unicodedata.name(one, repr(one)) for one in bare if unicodedata.category(one) in ("Cc", "Cf", "Cs")}
    assert found <= {repr("\n")}, bare
    assert several_lines or not [line for line in bare.splitlines() if line.startswith(FORGED)], bare


@pytest.mark.parametrize("arguments", [one for row in RUN.values() for one in row], ids=ascii)
def test_it_is_shown_escaped(run, built, monkeypatch, arguments):
    monkeypatch.setenv("AWS_PROFILE", ARGUMENT)
    for form in ((), ("--color",)):
        for ports in (hostile_ports(), Failing()):
            done = run(*arguments, *form, ports=ports)
            assert done.exception is None or isinstance(done.exception, SystemExit), done.exception
            for text in (done.stdout, done.stderr):
                assert_harmless(text, several_lines=arguments in SEVERAL_LINES)
    done = run(*arguments, "--output", "json", ports=hostile_ports())
    for text in (done.stdout, done.stderr):
        assert_harmless(text)
    documents = done.stdout.splitlines() if arguments[0] == "tail-logs" else [done.stdout or "null"]
    for document in documents:
        json.loads(document)


def test_json_has_the_exact_value(run, built):
    rows = json.loads(run("outputs", "--output", "json", *DEV, ports=hostile_ports()).stdout)
    assert rows["api"]["ApiUrl"] == HOSTILE
    answer = json.loads(run("invoke", "health", "-o", "json", *DEV, ports=hostile_ports()).stdout)
    assert answer["payload"] == {"text": HOSTILE, HOSTILE: [HOSTILE]}
    lines = run("tail-logs", "-o", "json", "--raw", *DEV, ports=hostile_ports()).stdout.splitlines()
    assert json.loads(lines[0])["raw"] == HOSTILE


def test_a_changed_value_says_so(run, built):
    done = run("outputs", "api.ApiUrl", *DEV, ports=hostile_ports())
    assert done.stdout.startswith(r"\x1b]0;title\x07")
    assert "--output json has the exact value" in done.stderr


def test_the_traceback_of_a_bug():
    script = (
        "import sys\nfrom pkgops.cli import main as program\n"
        f"def broken(*_): raise ValueError({HOSTILE!a})\n"
        "program.root.get_command = broken\nsys.argv = ['pkgops', 'ls']\nprogram.main()\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", script], cwd=ROOT, capture_output=True, text=True, timeout=120, check=False
    )
    assert done.returncode == 70
    assert r"ValueError: \x1b]0;title\x07" in done.stderr
    assert_harmless(done.stderr, several_lines=True)
