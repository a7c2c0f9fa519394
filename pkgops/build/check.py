"""The checks of templates before deployment: cfn-lint, quotas, parameters and secrets.

cfn-lint runs in process. Its verdict is cached by the template's text and the linter's version, because loading it
takes two seconds.
"""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pkgops.build.archive import write_atomically
from pkgops.build.secret_scan import find_secrets
from pkgops.build.synth import SynthesizedStack, template_text
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.events import Emit, Finished, Note, Started, silent

RESOURCE_LIMIT = 500  # CloudFormation quota: resources in a template
RESOURCE_WARNING = 400
SIZE_LIMIT = 1_000_000  # bytes, CloudFormation quota for a template in S3


@dataclass(frozen=True, slots=True)
class Finding:
    """A violation: the rule's id ("E3012"), the stack, the path in its template, a sentence."""

    rule: str
    stack: str
    path: str
    message: str

    def __str__(self) -> str:
        return f"{self.rule} {self.stack} {self.path}: {self.message}"


def check(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit = silent) -> None:
    """BuildError with rule and path of each finding, if there are any."""
    findings = [finding for stack in stacks for finding in _limits(stack)]
    findings += [finding for stack in stacks for finding in _parameters(stack)]
    findings += [Finding("secret", stack.name, *leak) for stack in stacks for leak in find_secrets(stack)]
    findings += _lint_all(project, stacks, emit)
    if findings:
        listed = "\n".join(f"  {finding}" for finding in findings)
        raise BuildError(
            f"{len(findings)} problem(s) in the templates of {project.system.key}; nothing was deployed:\n{listed}",
            "Correct templates/ and repeat the command; for the rules see: cfn-lint --list-rules",
        )
    for stack in stacks:
        count = len(stack.template["Resources"])
        if count > RESOURCE_WARNING:
            emit(Note(f"{stack.name} has {count} of at most {RESOURCE_LIMIT} resources.", "warning"))


def _limits(stack: SynthesizedStack) -> Iterable[Finding]:
    count = len(stack.template["Resources"])
    if count > RESOURCE_LIMIT:
        yield Finding("limit", stack.name, "Resources", f"{count} resources; CloudFormation accepts {RESOURCE_LIMIT}.")
    size = len(template_text(stack.template).encode())
    if size > SIZE_LIMIT:
        yield Finding("limit", stack.name, "", f"{size} bytes; CloudFormation accepts {SIZE_LIMIT}.")


def _parameters(stack: SynthesizedStack) -> Iterable[Finding]:
    for name, parameter in stack.template.get("Parameters", {}).items():
        if name not in stack.inputs and "Default" not in parameter:
            yield Finding("input", stack.name, f"Parameters/{name}", "This parameter has no value.")


def _lint_all(project: Project, stacks: Sequence[SynthesizedStack], emit: Emit) -> list[Finding]:
    kept = {stack.key: verdict_file(project.home, project.stage.region, stack) for stack in stacks}
    waiting = [stack for stack in stacks if not kept[stack.key].is_file()]
    if not waiting:
        return []
    emit(Started("Checking templates"))
    findings: list[Finding] = []
    for stack in waiting:
        found = lint(stack, project.stage.region)
        findings += found
        if not found:
            write_atomically(kept[stack.key], b"")
    emit(Finished("Checking templates", f"{len(waiting)} checked"))
    return findings


def verdict_file(home: Path, region: str, stack: SynthesizedStack) -> Path:
    """Where below ``.pkgops`` it is kept that this version of cfn-lint finds no error in a template for a region."""
    from importlib.metadata import version  # it imports the email package: too slow for templates from the cache

    tag = f"{version('cfn-lint')} {region}"
    return home / "cache" / "lint" / hashlib.sha256(f"{tag}\n{template_text(stack.template)}".encode()).hexdigest()


def lint(stack: SynthesizedStack, region: str) -> list[Finding]:
    """cfn-lint's errors (not its warnings) for one template."""
    from cfnlint.api import lint as run
    from cfnlint.config import ManualArgs

    matches = run(template_text(stack.template), config=ManualArgs(regions=[region], ignore_checks=["W", "I"]))
    return [_finding(stack, match) for match in matches]


def _finding(stack: SynthesizedStack, match: Any) -> Finding:
    path = "/".join(str(part) for part in getattr(match, "path", None) or ())
    return Finding(match.rule.id, stack.name, path, match.message)
