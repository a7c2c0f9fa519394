"""The report of a deployment or destruction: the result of every stack."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from pkgops.errors import DeployError
from pkgops.ports.stacks import StackEvent

SUCCEEDED = {"CREATE_COMPLETE", "UPDATE_COMPLETE", "IMPORT_COMPLETE"}


@dataclass(frozen=True, slots=True)
class Result:
    """The result of one stack: ``status`` is CloudFormation's, UNCHANGED, SKIPPED or REFUSED. ``cause`` is the event of
    the first failed resource, ``log`` the end of the log of the function behind it, ``hint`` the recovery from a state
    that no deployment leaves by itself."""

    stack: str
    key: str
    status: str
    reason: str = ""
    cause: StackEvent | None = None
    outputs: Mapping[str, str] = field(default_factory=dict)
    log: tuple[str, ...] = ()
    hint: str = ""

    @property
    def summary(self) -> str:
        """Status and reason, followed by log and hint."""
        head = f"{self.stack} ended in {self.status}: {self.reason or 'no reason given'}"
        return "\n  ".join((head, *self.log)) + (f"\n{self.hint}" if self.hint else "")

    @property
    def ok(self) -> bool:
        """Deployed, or unchanged."""
        return self.status in SUCCEEDED or self.status == "UNCHANGED"


@dataclass(frozen=True, slots=True)
class Report:
    """The results of a deployment in the order of the plan."""

    results: tuple[Result, ...]

    @property
    def ok(self) -> bool:
        """True if every stack was deployed or is unchanged."""
        return all(result.ok for result in self.results)


def require_success(report: Report, stage: str) -> None:
    """DeployError with the reason of each failed stack, if there are any."""
    failed = [result for result in report.results if not result.ok and result.status != "SKIPPED"]
    if failed:
        lines = [result.summary for result in failed]
        raise DeployError("\n".join(lines), f"See pkgops events --failed --stage {stage}; correct it and deploy again.")
