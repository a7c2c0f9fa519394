"""Findings as lines for people and as rows for programs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Sequence
from dataclasses import asdict
from typing import Any

from pkgops.checks.kit.finding import SEVERITIES, Finding
from pkgops.checks.run import Result
from pkgops.cli.output.terminal import indented, one_line, style

_COLORS = {"error": "red", "warning": "yellow", "info": "blue"}


def finding_text(results: Sequence[Result], with_accepted: bool = False) -> str:
    """A line for each finding; with the remedy under the first of each rule."""
    lines: list[str] = []
    explained: set[str] = set()
    for finding in (one for result in results for one in result.findings):
        lines.append(f"{style(finding.severity, fg=_COLORS[finding.severity])} {_line(finding)}")
        if finding.rule not in explained:
            lines.append(f"    {indented(finding.remedy, 4)}")
            explained.add(finding.rule)
    if with_accepted:
        for result in results:
            lines += [
                f"accepted {_line(finding)}\n    {indented(by.reason, 4)} ({by.source})"
                for finding, by in result.accepted
            ]
    return "\n".join(lines)


def finding_rows(results: Sequence[Result], with_accepted: bool = False) -> list[dict[str, Any]]:
    """An object for each finding; ``accepted`` is the reason, "" if it is not accepted."""
    rows = [{**asdict(one), "accepted": ""} for result in results for one in result.findings]
    if with_accepted:
        rows += [{**asdict(one), "accepted": by.reason} for result in results for one, by in result.accepted]
    return rows


def summary(results: Sequence[Result]) -> str:
    """The number of findings by severity, and how to read about a rule."""
    findings = [one for result in results for one in result.findings]
    accepted = len({one for result in results for one, _ in result.accepted})
    counts = Counter(one.severity for one in findings)
    parts = list(_counted(counts))
    found = ", ".join(parts) if parts else "No findings"
    more = f"; {accepted} accepted" if accepted else ""
    hint = f" Explain a rule with: pkgops check --explain {findings[0].rule}" if findings else ""
    return f"{found}{more}.{hint}"


def _line(finding: Finding) -> str:
    return f"{one_line(f'{finding.rule} {finding.place}')}: {indented(finding.message, 4)}"


def _counted(counts: Counter[str]) -> Iterator[str]:
    for severity in SEVERITIES:
        number = counts[severity]
        if number:
            yield f"{number} {severity}{'' if number == 1 or severity == 'info' else 's'}"
