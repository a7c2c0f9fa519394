"""A small deployed system whose own files are damaged, one before each command; and what must hold then."""

from __future__ import annotations

import json
import os
import random
import shutil
import traceback
from collections import Counter
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from pathlib import Path
from unittest.mock import patch

from click.testing import CliRunner, Result

from pkgops.cli.main import root
from pkgops.cli.session import Session
from pkgops.config import load
from pkgops.testing.owner import owner
from tests.builds import Builds
from tests.canary import listen
from tests.damage import KINDS, Damage, remove_folder
from tests.emulator import free_port
from tests.repository import ROOT

COMMANDS: tuple[tuple[str, ...], ...] = (
    ("status",),
    ("diff",),
    ("deploy", "--yes"),
    ("outputs",),
    ("queues",),
    ("invoke", "cleanup"),
    ("synth",),
    ("package",),
    ("check",),
    ("secrets", "ls"),
    ("gc", "--dry-run"),
    ("events",),
    ("tail-logs", "cleanup", "--since", "1m"),
    ("local", "status"),
    ("local", "logs"),
    ("local", "mail"),
    ("local", "up"),
    ("local", "down"),
    ("doctor",),
)
DAMAGES: tuple[Damage, ...] = (*KINDS, remove_folder)
# Said by commands that find what they cannot put right: exit codes of errors with a name.
EXPLAINED = {3, 4, 5}


@dataclass
class Tally:
    """How often commands ended well and with which exit code otherwise, by kind of damage."""

    ends: Counter[tuple[str, int]] = field(default_factory=Counter)


@dataclass(frozen=True)
class Damaged:
    """A project whose system was deployed."""

    root: Path

    @property
    def files(self) -> list[Path]:
        """All there is below its ``.pkgops``."""
        return sorted(path for path in (self.root / ".pkgops").rglob("*") if path.is_file())

    def pkgops(self, *arguments: str) -> Result:
        """Runs a command in this process."""
        done = CliRunner().invoke(root, (*arguments, "--project", str(self.root)), obj=Session())
        listen(arguments, done.stdout, done.stderr, "".join(traceback.format_exception(done.exception)))
        return done


@contextmanager
def deployed(home: Path, builds: Builds) -> Iterator[Damaged]:
    """The example of `pkgops init`, deployed."""
    shutil.copytree(ROOT / "pkgops" / "init" / "project", home, ignore=shutil.ignore_patterns("tests", "__pycache__"))
    stages = home / "stages.toml"
    stages.write_text(stages.read_text(encoding="utf-8").replace("4566", str(free_port())), encoding="utf-8")
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("PKGOPS_", "AWS_"))}
    with patch.dict(os.environ, plain | owner(), clear=True):
        builds.build(load("local", "notes_app", home, environ={}))
        made = Damaged(home)
        try:
            for command in (("deploy", "--yes"), *COMMANDS, ("invoke", "cleanup")):
                _require_well(made.pkgops(*command), command)
            yield made
        finally:
            made.pkgops("local", "down", "--force")


def tried(here: Damaged, seed: int, tally: Tally) -> None:
    """Damages one file, while the emulator runs or does not, and runs a command: it ends well or with an error that
    says what is wrong, and one deployment puts everything right. Raises AssertionError if not.

    Each folder comes as often as the others, however many files are in it."""
    chance = random.Random(seed)
    stopped = chance.random() < 0.3
    if stopped:
        _require_well(here.pkgops("local", "down"), ("local", "down"))
    folders: dict[tuple[str, ...], list[Path]] = {}
    for path in here.files:
        folders.setdefault(path.relative_to(here.root / ".pkgops").parts[:2], []).append(path)
    path = chance.choice(folders[chance.choice(sorted(folders))])
    damage, command = chance.choice(DAMAGES), chance.choice(COMMANDS)
    damage(path, chance)
    what = (
        f"{seed}: {damage.__name__} {path.relative_to(here.root)}{' when stopped' * stopped}, then {' '.join(command)}"
    )
    done = here.pkgops(*command)
    _require_explained(done, what)
    tally.ends[damage.__name__, done.exit_code] += 1
    _require_well(here.pkgops("deploy", "--yes"), (what, "then deploy"))
    answer = here.pkgops("invoke", "cleanup", "--output", "json")
    _require_well(answer, (what, "then invoke"))
    assert json.loads(answer.stdout)["payload"] == {"removed": 0}, (what, answer.stdout)


def _require_explained(done: Result, what: str) -> None:
    assert done.exception is None or isinstance(done.exception, SystemExit), (what, _text(done))
    assert "Traceback" not in done.stderr, (what, _text(done))
    if done.exit_code:
        assert done.exit_code in EXPLAINED, (what, _text(done))
        assert len(done.stderr.strip().splitlines()) >= 2, (what, _text(done))  # what is wrong, and what to do


def _require_well(done: Result, what: tuple[str, ...]) -> None:
    assert done.exit_code == 0, (what, _text(done))


def _text(done: Result) -> str:
    return f"{done.stdout}\n{done.stderr}\n{''.join(traceback.format_exception(done.exception))}"
