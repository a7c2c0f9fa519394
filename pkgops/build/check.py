"""The checks of a system: those before a deployment, and all of them for ``pkgops check``.

Both apply rules of `pkgops.checks` and cfn-lint, and take out accepted findings.
"""

from __future__ import annotations

from collections.abc import Sequence

from pkgops.build.cache import PACKAGE
from pkgops.build.handler_usage import HandlerUsage
from pkgops.build.lint import lint
from pkgops.build.source_files import fingerprint
from pkgops.build.synth import SynthesizedStack
from pkgops.checks.code.uses import Usage
from pkgops.checks.kit.finding import ERROR, WARNING, Finding
from pkgops.checks.kit.subject import Subject
from pkgops.checks.registry import all_rules, rules
from pkgops.checks.run import Result, judge, not_applicable, run
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Note, silent
from pkgops.wording import counted

# Rules of cfn-lint that look at one template, and those of ours that find the same in all of them.
_SAME = {"E3505": "P302"}


def check(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent) -> None:
    """Applies cfn-lint and the gates among the rules: BuildError with all errors; the gates' warnings are shown."""
    lines = problems(project, stacks, emit)
    if lines:
        listed, count = "\n".join(f"  {line}" for line in lines), counted(len(lines), "problem")
        raise BuildError(
            f"{count} in the templates of {project.system.key}; nothing was deployed:\n{listed}",
            "Correct templates/ and repeat the command; for a rule see: pkgops check --explain ID",
        )


def problems(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent) -> list[str]:
    """The errors among the findings of cfn-lint and the gates, a line each; the gates' warnings are shown."""
    gates = {key: rule for key, rule in rules().items() if rule.gate}
    subject = Subject(project.root, project.stage, project.system, stacks, _unread)
    found = [*run(gates.values(), subject), *lint(subject, project.home, emit)]
    left = judge(_once(found), subject, skipped={row["rule"] for stack in stacks for row in stack.accepted}).findings
    errors = [one for one in left if one.severity == ERROR]
    for one in left:
        if one.severity == WARNING and one.rule in gates and not errors:
            emit(Note(one.message, "warning"))
    return list(dict.fromkeys(_line(one, stacks) for one in errors))


def report(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent, *, linted: bool = True) -> Result:
    """The findings of all rules, the project's included, and of cfn-lint.

    BuildError for a rule of the project that cannot be loaded."""
    usage = HandlerUsage(project.root, project.home / "cache" / "usage.json", fingerprint(PACKAGE / "checks"), emit)
    subject = Subject(project.root, project.stage, project.system, stacks, usage.of)
    known = all_rules(project.root)
    found = run(known.values(), subject)
    usage.save()
    skipped = not_applicable(known.values(), subject)
    if linted:
        found += lint(subject, project.home, emit)
    else:
        skipped |= {row["rule"] for stack in stacks for row in stack.accepted if row["rule"] not in known}
    return judge(_once(found), subject, skipped)


def _once(found: Sequence[Finding]) -> list[Finding]:
    """The findings without those of cfn-lint that a rule of ours has, too."""
    ours = {(one.rule, one.stack, one.resource) for one in found}
    return [one for one in found if (_SAME.get(one.rule), one.stack, one.resource) not in ours]


def _line(finding: Finding, stacks: Sequence[SynthesizedStack]) -> str:
    name = next((stack.name for stack in stacks if stack.key == finding.stack), finding.stack)
    where = f" ({finding.place})" if finding.line else ""
    return f"{finding.rule} {name} {finding.path}: {finding.message}{where}"


def _unread(handler: str) -> Usage:
    raise AssertionError(f"no rule that stops a deployment reads code: {handler}")
