"""Which functions run other code than CloudFormation believes in, because `pkgops dev` has swapped it?

A ledger per system and stage says what CloudFormation believes in and what was swapped in. What runs is asked of
Lambda, only about functions of the ledger: a stage without swaps costs no call. A function that runs neither was
changed by somebody else.

CloudFormation itself does not see the difference, not even in a drift-aware change set: a function's code cannot be
read (it is write-only in the schema of its type). So a deployment that changes the code overwrites it, and one that
does not takes it back with a call of its own.
"""

from __future__ import annotations

import base64
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass, field, replace
from enum import StrEnum
from pathlib import PurePosixPath
from typing import Any

from pkgops.build.synth import SynthesizedStack, resources
from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.own_files import keep_document, read_document, remove
from pkgops.ports.functions import Functions

FOREIGN_REMEDY = "It stays; to bring back what was deployed: pkgops deploy --revert-drift"
_FUNCTION = "AWS::Lambda::Function"


@dataclass(frozen=True, slots=True)
class Swap:
    """A row of the ledger. ``function`` is the physical name, ``stack`` the key of its stack; ``believed`` and
    ``running`` are the artifacts' keys (``shop/<sha256>.zip``) that CloudFormation has deployed and that were swapped
    in, ``at`` is when (ISO 8601). ``aliases`` are those that follow the swapped code, with the version that
    CloudFormation believes each to lead to."""

    function: str
    stack: str
    believed: str
    running: str
    at: str
    aliases: Mapping[str, str] = field(default_factory=dict)


class Found(StrEnum):
    """What a function of the ledger runs."""

    SWAPPED = "swapped"
    FOREIGN = "changed by somebody else"


class Outcome(StrEnum):
    """What a deployment does about it."""

    REPLACED = "replaced by this deployment"
    RUNS_ALREADY = "taken over by this deployment"
    TAKEN_BACK = "goes back to what was deployed"
    LEFT = "stays as it is"


@dataclass(frozen=True, slots=True)
class SwappedFunction:
    """A function that does not run what CloudFormation believes in. ``live`` is its CodeSha256; ``outcome`` is None
    where nothing is deployed."""

    swap: Swap
    found: Found
    live: str
    outcome: Outcome | None = None

    def __str__(self) -> str:
        """``shop-get-order: swapped at 2026-05-01T09:30:00+00:00; goes back to what was deployed``."""
        what = f"swapped at {self.swap.at}" if self.found is Found.SWAPPED else str(self.found)
        what += "".join(f", alias {name} follows" for name in sorted(self.swap.aliases))
        return f"{self.swap.function}: {what}" + (f"; {self.outcome}" if self.outcome else "")


class Ledger:
    """The swaps of one system on one stage. One `pkgops dev` writes it at a time, and deployments."""

    def __init__(self, project: Project) -> None:
        self._path = project.home / "swapped" / f"{project.system.key}-{project.stage.name}.json"

    def rows(self) -> list[Swap]:
        """The swaps, in the order they were made."""
        return [Swap(**row) for row in read_document(self._path) or ()]

    def record(self, swaps: Iterable[Swap]) -> None:
        """Adds swaps. What CloudFormation believes in stays as it was before the first one of a function."""
        rows = {row.function: row for row in self.rows()}
        for swap in swaps:
            known = rows.pop(swap.function, swap)
            aliases = {**swap.aliases, **known.aliases}
            rows[swap.function] = replace(swap, believed=known.believed, aliases=aliases)
        self._keep(rows.values())

    def unfollow(self, function: str) -> None:
        """Forgets the aliases of a function: they lead where CloudFormation believes."""
        self._keep(replace(row, aliases={}) if row.function == function else row for row in self.rows())

    def drop(self, functions: Iterable[str]) -> None:
        """Forgets functions that run what CloudFormation believes in."""
        gone = set(functions)
        if gone:
            self._keep(row for row in self.rows() if row.function not in gone)

    def _keep(self, rows: Iterable[Swap]) -> None:
        kept = [asdict(row) for row in rows if row.running != row.believed or row.aliases]
        if kept:
            keep_document(self._path, kept)
        elif self._path.exists():
            remove(self._path)


def code_sha256(key: str) -> str:
    """The CodeSha256 of a function whose zip has that key: artifacts are named by their content."""
    return base64.b64encode(bytes.fromhex(PurePosixPath(key).stem)).decode()


def wanted_code(stacks: Iterable[SynthesizedStack]) -> dict[str, str]:
    """The keys of the artifacts that packaged stacks give their functions, by physical name."""
    found = {}
    for stack in stacks:
        for _, function in resources(stack.template, _FUNCTION):
            properties: Mapping[str, Any] = function["Properties"]
            key = (properties.get("Code") or {}).get("S3Key")
            if isinstance(properties.get("FunctionName"), str) and isinstance(key, str) and key.endswith(".zip"):
                found[properties["FunctionName"]] = key
    return found


def swapped_functions(project: Project, stacks: Sequence[str], functions: Functions) -> list[SwappedFunction]:
    """The functions of those stacks (keys) that run something else than CloudFormation believes in. Rows of the ledger
    that are no longer true are dropped."""
    ledger = Ledger(project)
    found, over = [], []
    for row in ledger.rows():
        if row.stack not in stacks:
            continue
        try:
            live = functions.code(row.function).sha256
        except UsageError:  # it has been deleted since
            over.append(row.function)
            continue
        if live == code_sha256(row.believed) and not row.aliases:
            over.append(row.function)
        else:
            swapped = live in {code_sha256(row.running), code_sha256(row.believed)}
            found.append(SwappedFunction(row, Found.SWAPPED if swapped else Found.FOREIGN, live))
    ledger.drop(over)
    return found
