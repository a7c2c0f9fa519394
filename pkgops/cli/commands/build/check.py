"""``pkgops check``: checks templates, handlers' code and a system's files, or explains a rule."""

from __future__ import annotations

import re
from collections.abc import Sequence
from typing import TYPE_CHECKING

import click

from pkgops.cli.command import session_command
from pkgops.cli.options import targets

if TYPE_CHECKING:
    from pkgops.checks.run import Result
    from pkgops.cli.session import Session

EXAMPLE = """\
pkgops check
pkgops check shop/api --stage prod --strict
pkgops check --all --output json
pkgops check --explain P101"""


@session_command("check", example=EXAMPLE)
@targets
@click.option("--strict", is_flag=True, help="Exit with 3 for warnings as well.")
@click.option("--accepted", "with_accepted", is_flag=True, help="Also list accepted findings, with their reasons.")
@click.option("--no-cfn-lint", is_flag=True, help="Do not run cfn-lint.")
@click.option("--explain", "rule", metavar="ID", help="Explain a rule, and stop.")
def command(session: Session, names: tuple[str, ...], all_systems: bool, rule: str | None, **chosen: bool) -> int:
    """Check templates, the code of their functions, and the files of a system.

    Applies cfn-lint, the rules of pkgops and those in the project's folder checks/. Exits with 3 if there are errors.
    Accept a finding in the template, with a reason: scope.accept("P202", log, reason="...").
    """
    from pkgops.cli.output.finding_text import finding_rows, finding_text, summary

    if rule:
        return _explain(session, rule)
    results = _results(session, names, all_systems, not chosen["no_cfn_lint"])
    text = finding_text(results, chosen["with_accepted"])
    session.console.print_result(finding_rows(results, chosen["with_accepted"]), text)
    session.console.print_message(summary(results))
    return _exit_code(results, chosen["strict"])


def _results(session: Session, names: tuple[str, ...], all_systems: bool, linted: bool) -> list[Result]:
    from pkgops.build.build import synthesized
    from pkgops.build.check import report
    from pkgops.checks.run import of_stacks

    return [
        of_stacks(report(project, synthesized(project), session.console.emit, linted=linted), keys)
        for project, keys in session.targets(names, all_systems)
    ]


def _exit_code(results: Sequence[Result], strict: bool) -> int:
    from pkgops.errors import BuildError

    failing = ("error", "warning") if strict else ("error",)
    return BuildError.code if any(one.severity in failing for result in results for one in result.findings) else 0


def _explain(session: Session, name: str) -> int:
    from pkgops.checks.registry import find, rules
    from pkgops.cli.output.rule_text import rule_fields, rule_text

    foreign = _of_cfn_lint(name.upper())
    if foreign is not None:
        title, description, address = foreign
        fields = {"rule": name.upper(), "title": title, "reason": description, "address": address}
        session.console.print_result(fields, f"{name.upper()} {title} (cfn-lint)\n\n{description}\n{address}")
        return 0
    rule = rules().get(name.upper()) or find(session.root, name)
    session.console.print_result(rule_fields(rule), rule_text(rule))
    return 0


def _of_cfn_lint(name: str) -> tuple[str, str, str] | None:
    if not re.fullmatch(r"[EWI]\d{4}", name):
        return None
    from pkgops.build.lint import described

    return described(name)
