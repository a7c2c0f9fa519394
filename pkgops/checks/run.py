"""The application of rules to a system, and of its acceptances to the findings."""

from __future__ import annotations

from collections.abc import Collection, Iterable
from dataclasses import dataclass
from fnmatch import fnmatchcase

from pkgops.checks.kit.finding import SEVERITIES, WARNING, Acceptance, Finding
from pkgops.checks.kit.rule import Rule
from pkgops.checks.kit.subject import Found, Subject

UNUSED = "P005"  # the id of the rule on acceptances that match no finding


@dataclass(frozen=True, slots=True)
class Result:
    """The findings, errors first, and the accepted ones with their acceptance."""

    findings: tuple[Finding, ...]
    accepted: tuple[tuple[Finding, Acceptance], ...]


def run(rules: Iterable[Rule], subject: Subject) -> list[Finding]:
    """The findings of the rules that apply to the stage."""
    listed = list(rules)
    left_out = not_applicable(listed, subject)
    applied = (rule for rule in listed if rule.id not in left_out)
    return [_finding(rule, found, subject) for rule in applied for found in rule.find(subject)]


def not_applicable(rules: Iterable[Rule], subject: Subject) -> set[str]:
    """The ids of the rules that do not apply to the stage."""
    return {rule.id for rule in rules if rule.production and not subject.careful}


def judge(findings: Iterable[Finding], subject: Subject, skipped: Collection[str] = ()) -> Result:
    """Separates accepted findings. An acceptance that matches none is a finding itself, unless its rule was
    ``skipped``."""
    known = [Acceptance.of(stack.key, dict(row)) for stack in subject.stacks for row in stack.accepted]
    accepted: list[tuple[Finding, Acceptance]] = []
    left: list[Finding] = []
    for finding in findings:
        by = [one for one in known if _accepts(one, finding)]
        left += [] if by else [finding]
        accepted += [(finding, one) for one in by]
    used = {one for _, one in accepted}
    left += [_unused(one) for one in known if one not in used and one.rule not in skipped]
    return Result(tuple(ordered(left)), tuple(accepted))


def ordered(findings: Iterable[Finding]) -> list[Finding]:
    """Errors first, then by rule and place."""
    return sorted(findings, key=lambda one: (SEVERITIES.index(one.severity), one.rule, one.file, one.line, one.message))


def of_stacks(result: Result, keys: Collection[str]) -> Result:
    """The findings about those stacks (() for all), and those about no stack."""

    def about(finding: Finding) -> bool:
        return not keys or finding.stack in keys or not finding.stack

    return Result(
        tuple(one for one in result.findings if about(one)),
        tuple((one, by) for one, by in result.accepted if about(one)),
    )


def _finding(rule: Rule, found: Found, subject: Subject) -> Finding:
    file, line = found.file, found.line
    if not file:
        stack = next((one for one in subject.stacks if one.key == found.stack), None)
        file, line = subject.place(stack, found.resource) if stack else ("", 0)
    return Finding(
        rule=rule.id,
        severity=found.severity or rule.severity,
        file=file,
        line=line,
        stack=found.stack,
        resource=found.resource,
        path=found.path,
        subject=found.subject,
        message=found.message,
        remedy=rule.remedy,
    )


def _accepts(acceptance: Acceptance, finding: Finding) -> bool:
    return (
        acceptance.rule == finding.rule
        and acceptance.stack == finding.stack
        and acceptance.resource in ("", finding.resource)
        and fnmatchcase(finding.subject, acceptance.subject)
    )


def _unused(one: Acceptance) -> Finding:
    file, _, line = one.source.rpartition(":")
    what = f"{one.rule} for {one.resource or 'the stack'}" + ("" if one.subject == "*" else f" ({one.subject})")
    return Finding(
        rule=UNUSED,
        severity=WARNING,
        file=file,
        line=int(line) if line.isdigit() else 0,
        stack=one.stack,
        resource=one.resource,
        path="",
        subject=one.rule,
        message=f"The acceptance of {what} matches no finding.",
        remedy="Remove the acceptance, or correct the resource or subject it names.",
    )
