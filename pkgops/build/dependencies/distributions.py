"""Which distributions does an import need? Their own metadata says under which names they are imported.

A comment ``# imports: jwt`` in ``requirements.in`` overrides that. A name that several distributions share, a namespace
package, needs them all.
"""

from __future__ import annotations

import csv
import hashlib
import json
import tempfile
from collections.abc import Iterator, Sequence
from functools import cached_property
from pathlib import Path

from pkgops.build.dependencies import installer
from pkgops.build.dependencies.pins import REQUIREMENTS, Line, Pins, normalized
from pkgops.build.dependencies.target import Target

# What the Python runtimes of AWS Lambda bring along, if it is not pinned.
RUNTIME = frozenset({"boto3", "botocore"})


class Distributions:
    """The distributions that functions of a target may import. ``known`` maps pins to import names, and is kept
    between runs."""

    def __init__(self, pins: Pins, wanted: Target, known: dict[str, list[str]]) -> None:
        self.pins = pins
        self.target = wanted
        self._known = known
        self._markers = wanted.markers()

    def needed_for(self, module: str) -> tuple[str, ...]:
        """The distributions, with extras, that an import of the top-level ``module`` needs: () if the runtime
        brings it along, or if nobody has it (see `available`)."""
        if module in RUNTIME and module not in self._providers and self._pinned_with_sdk(module):
            return (module,)
        return self._providers.get(module, ())

    def available(self, module: str) -> bool:
        """Whether the top-level ``module`` is there at run time."""
        return module in RUNTIME or module in self._providers

    def absence(self, module: str) -> tuple[str, str]:
        """Why ``module`` is not there, to follow its name in a sentence, and what to do about it."""
        for line in self.pins.declared:
            if not self._applies(line) and module in self._guesses(line):
                return (
                    f"which {line.place} asks for on other platforms alone ({line.requirement.marker})",
                    "Change the marker, or catch the ImportError where the package is optional.",
                )
        if self.pins.pin(normalized(module), self._markers):
            why = f"which is pinned only because others need it; {REQUIREMENTS} does not name it"
        else:
            why = "which is neither pinned nor in handlers/"
        return why, f"Name it in {REQUIREMENTS} and run: {self.pins.command}. Or remove the import."

    @cached_property
    def _providers(self) -> dict[str, tuple[str, ...]]:
        found: dict[str, set[str]] = {}
        applying = [line for line in self.pins.declared if self._applies(line)]
        names = self._names([line for line in applying if not line.imports])
        for line in applying:
            for module in line.imports or names[line.name]:
                found.setdefault(module, set()).add(line.key)
        return {module: tuple(sorted(keys)) for module, keys in found.items()}

    def _names(self, lines: Sequence[Line]) -> dict[str, Sequence[str]]:
        """The import names of distributions, by distribution: installed once for each pin to find out."""
        pinned = [pin for line in lines if (pin := self.pins.pin(line.name, self._markers))]
        unknown = [pin for pin in pinned if self._key(pin) not in self._known]
        for group in self._installable(unknown):
            with tempfile.TemporaryDirectory(prefix="pkgops-names-") as scratch:
                if not installer.install_alone([pin.text for pin in group], self.target, Path(scratch)):
                    self._learn(group, Path(scratch) / "python")
        return {pin.name: self._known.get(self._key(pin), [pin.name.replace("-", "_")]) for pin in pinned}

    def _installable(self, pins: Sequence[Line]) -> Iterator[Sequence[Line]]:
        """All of them at once, and after that those that are still not known, each alone: one without a wheel for the
        target must not hide the others. Whoever needs that one gets the installer's reason."""
        if pins:
            yield pins
        for pin in pins:
            if self._key(pin) not in self._known:
                yield [pin]

    def _learn(self, pins: Sequence[Line], site: Path) -> None:
        for record in site.glob("*.dist-info/RECORD"):
            name = normalized(record.parent.name.partition("-")[0])
            for pin in pins:
                if pin.name == name:
                    self._known[self._key(pin)] = sorted(imported_names(record))

    def _applies(self, line: Line) -> bool:
        return line.applies(self._markers) and self.pins.pin(line.name, self._markers) is not None

    def _guesses(self, line: Line) -> Sequence[str]:
        return line.imports or [line.name.replace("-", "_")]

    def _pinned_with_sdk(self, module: str) -> bool:
        """Whether the project pins the SDK itself, of which ``module`` is a part."""
        own = any(line.name in RUNTIME and self._applies(line) for line in self.pins.declared)
        return own and self.pins.pin(module, self._markers) is not None

    def _key(self, pin: Line) -> str:
        return hashlib.sha256(json.dumps([pin.text, self.target.python, self.target.machine]).encode()).hexdigest()


def imported_names(record: Path) -> set[str]:
    """The top-level modules among the files that a distribution's RECORD lists."""
    found = set()
    with record.open(encoding="utf-8", newline="") as file:
        for row in csv.reader(file):
            top, slash, _ = row[0].partition("/") if row else ("", "", "")
            name = top if slash else top.partition(".")[0]
            if name.isidentifier() and top != "bin" and (slash or top.endswith((".py", ".so", ".pyd"))):
                found.add(name)
    return found
