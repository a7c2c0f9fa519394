"""Is what is checked in the same on every machine, and pinned?"""

from __future__ import annotations

import re
import subprocess

import pytest

from tests.architecture.tree import ROOT, files

PINS = (
    "handlers/requirements.txt",
    "requirements/dev.txt",
    "requirements/local.txt",
    "requirements/second-engine.txt",
    "requirements/uv.txt",
)

_CONFLICT = re.compile(r"(<{7}|>{7}|\|{7})( |$)")
# Somebody's directories. Examples of other people's paths would be no less wrong elsewhere.
_MACHINE = re.compile(r"(?<![\w.$}~])/(?:home|Users|root|work|workspace|mnt)/[\w.-]+|[A-Z]:\\\\?Users\\\\?\w")
_PIN = re.compile(r"[A-Za-z0-9._-]+(?:\[[a-z,]+\])?==[^\s;\\]+(?:\s*;[^\\]+)?")
_HASH = re.compile(r"--hash=sha256:[0-9a-f]{64}")


def texts() -> list[tuple[str, str]]:
    found = []
    for name in files():
        body = (ROOT / name).read_bytes()
        if b"\0" not in body:
            found.append((name, body.decode("utf-8")))
    return found


def test_no_path_of_somebodys_machine():
    lines = [
        f"{name}:{number}: {line.strip()[:80]}"
        for name, text in texts()
        for number, line in enumerate(text.splitlines(), 1)
        if _MACHINE.search(line)
    ]
    assert not lines


def test_no_file_holds_markers_of_a_merge_conflict():
    """A rebase leaves seven of one character at the start of a line, which Markdown and data files may well accept."""
    assert not [f"{name}:{number}" for name, text in texts() for number in conflicts(text)]
    left = ["kept", "<" * 7 + " HEAD", "ours", "=" * 7, "theirs", ">" * 7 + " 1234567 (message)", "=" * 8, "=" * 7]
    assert conflicts("\n".join(left)) == [2, 4, 6]


def conflicts(text: str) -> list[int]:
    """The numbers of the lines that are conflict markers; a row of = alone is a heading in reStructuredText."""
    found = [number for number, line in enumerate(text.splitlines(), 1) if _CONFLICT.match(line)]
    inside = range(min(found, default=0), max(found, default=0))
    lines = enumerate(text.splitlines(), 1)
    return sorted([*found, *(number for number, line in lines if line == "=" * 7 and number in inside)])


def test_no_path_leads_out_of_the_repository():
    assert not [name for name in files() if (ROOT / name).is_symlink()]


@pytest.mark.parametrize("name", PINS)
def test_pins_are_exact_and_hashed(name):
    text = (ROOT / name).read_text(encoding="utf-8")
    assert "://" not in text
    assert "--index-url" not in text
    entries = text.replace("\\\n", " ").splitlines()
    entries = [entry.strip() for entry in entries if entry.strip() and not entry.strip().startswith("#")]
    assert entries
    odd = [entry[:60] for entry in entries if not _PIN.match(entry) or not _HASH.search(entry)]
    assert not odd


def test_what_is_pinned_for_handlers_is_what_is_tried():
    """Handlers are tested in the development environment: it must hold the versions their layers get."""
    versions = {
        name: dict(re.findall(r"^([\w.-]+)==(\S+?)(?:[\s;].*)?$", pins(name), re.MULTILINE)) for name in PINS[:2]
    }
    shipped, tried = versions.values()
    assert {name: version for name, version in shipped.items() if tried.get(name) != version} == {}


def pins(name: str) -> str:
    return (ROOT / name).read_text(encoding="utf-8")


def test_the_emulator_is_pinned_alike_everywhere():
    setup = pins("setup.cfg")
    (wanted,) = re.findall(r"^\s*ministack == (\S+)$", setup, re.MULTILINE)
    for name in ("requirements/local.txt", "requirements/dev.txt"):
        assert f"\nministack=={wanted}" in pins(name)


def test_make_explains_every_target():
    makefile = pins("Makefile")
    phony = " ".join(re.findall(r"^\.PHONY:(.*)$", makefile, re.MULTILINE)).split()
    rules = set(re.findall(r"^([a-z][a-z0-9-]*):(?!=)", makefile, re.MULTILINE))
    assert rules == set(phony)
    shown = subprocess.run(["make", "help"], cwd=ROOT, capture_output=True, text=True, check=True).stdout
    explained = {line.split()[1]: line.split()[2:] for line in shown.splitlines() if line.startswith("  make ")}
    assert set(explained) == rules
    assert all(explained.values())
