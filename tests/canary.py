"""Does a secret ever show in what the tests saw printed?

Secrets that tests make up carry a mark; those the tool makes up are learned with `watch`. Whatever runs the command
line hands over what it printed (`listen`, `read`), and what pytest captured is looked at too: a test in which a secret
shows up fails, unless the command was one that shows it because it was asked to.
"""

from __future__ import annotations

import re
from collections.abc import Generator, Iterable, Sequence
from pathlib import Path

import pytest

MARK = "c4n4ry"
_SHORTEST = 16  # characters of a value that is watched: less could be anything
_NOISE = re.compile(r"\x1b\[[0-9;?]*[A-Za-z]|\s+")  # colours and line breaks, which could hide one
_values: set[str] = set()
_leaks: list[str] = []


def canary(words: str = "value", before: str = "") -> str:
    """A secret for a test; ``before`` is what secrets of its kind begin with, such as whsec_."""
    return f"{before}{MARK}-{words}"


def watch(*values: str) -> None:
    """From now on these are secrets as well."""
    _values.update(value for value in values if len(value) >= _SHORTEST)


def listen(arguments: Sequence[str], *texts: str) -> None:
    """Takes note of what a command has printed."""
    if not _asked_to_show(arguments):
        _note(f"pkgops {' '.join(arguments)}", texts)


def read(files: Iterable[Path]) -> None:
    """Takes note of what commands have written to disk."""
    for file in files:
        _note(str(file), [file.read_bytes().decode("utf-8", "replace")])


def leaks(texts: Iterable[str]) -> list[str]:
    """The secrets in some texts."""
    squeezed = [_NOISE.sub("", text) for text in texts]
    return sorted(value for value in {MARK, *_values} if any(value in text for text in squeezed))


def taken() -> list[str]:
    """What was noted since it was last asked."""
    noted = list(_leaks)
    _leaks.clear()
    return noted


def _asked_to_show(arguments: Sequence[str]) -> bool:
    """Values are for ``secrets show --reveal``, new keys are shown once by ``seed-dev``, mails are there to be
    read, and ``local env`` is for other clients."""
    told = " ".join(arguments)
    return "--reveal" in arguments or "seed-dev" in arguments or "local mail" in told or "local env" in told


def _note(where: str, texts: Iterable[str]) -> None:
    _leaks.extend(f"{where}: shows {_hidden(value)}" for value in leaks(texts))


def _hidden(value: str) -> str:
    return value if value == MARK else f"{value[:4]}... ({len(value)} characters)"


@pytest.hookimpl(wrapper=True)
def pytest_runtest_makereport() -> Generator[None, pytest.TestReport, pytest.TestReport]:
    report = yield
    _note("captured", [text for _, text in report.sections])
    if noted := taken():
        report.outcome = "failed"
        report.longrepr = "A secret was shown.\n" + "\n".join(noted) + f"\n{report.longreprtext}"
    return report
