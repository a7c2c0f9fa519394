"""cfn-lint, run in process, with its results cached.

A result is kept under the template's text, the region and cfn-lint's version: loading cfn-lint takes two seconds, and
large templates take more.
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.build.synth import template_text
from pkgops.checks.kit.finding import ERROR, INFO, WARNING, Finding
from pkgops.checks.kit.subject import Subject
from pkgops.events import Emit, Finished, Started
from pkgops.own_files import keep_document, read_document

_LENGTH = 240  # characters of a message
_SEVERITIES = {"E": ERROR, "W": WARNING, "I": INFO}


def lint(subject: Subject, home: Path, emit: Emit) -> list[Finding]:
    """cfn-lint's errors and warnings for the system's templates. ``home`` is the directory of the cache."""
    region = subject.stage.region
    files = {stack.key: verdict_file(home, region, stack.template) for stack in subject.stacks}
    verdicts = {key: read_document(path) for key, path in files.items()}
    waiting = [stack for stack in subject.stacks if verdicts[stack.key] is None]
    if waiting:
        emit(Started("Checking templates"))
        for stack in waiting:
            verdicts[stack.key] = verdict(stack.template, region)
            keep_document(files[stack.key], verdicts[stack.key])
        emit(Finished("Checking templates", f"{len(waiting)} checked"))
    return [_finding(subject, stack.key, row) for stack in subject.stacks for row in verdicts[stack.key]]


def verdict(template: Mapping[str, Any], region: str) -> list[dict[str, str]]:
    """cfn-lint's findings for a template: rows of rule, path and message. Takes seconds."""
    from cfnlint.api import lint as run
    from cfnlint.config import ManualArgs

    matches = run(template_text(template), config=ManualArgs(regions=[region]))
    return [
        {"rule": one.rule.id, "path": "/".join(map(str, getattr(one, "path", None) or ())), "message": one.message}
        for one in matches
    ]


def described(name: str) -> tuple[str, str, str] | None:
    """Title, description and address of a rule of cfn-lint; None if there is none with that id. Takes seconds."""
    import cfnlint
    from cfnlint.rules import Rules

    known = Rules.create_from_directory(str(Path(cfnlint.__file__).parent / "rules"))
    if name not in known:
        return None
    rule = known[name]
    return rule.shortdesc, rule.description, rule.source_url


def verdict_file(home: Path, region: str, template: Mapping[str, Any]) -> Path:
    """The file with the findings of this version of cfn-lint for a template, below ``home``."""
    from importlib.metadata import version  # it imports the email package: too slow for templates from the cache

    digest = hashlib.sha256(f"{version('cfn-lint')} {region}\n{template_text(template)}".encode()).hexdigest()
    return home / "cache" / "lint" / f"{digest}.json"


def _finding(subject: Subject, key: str, row: Mapping[str, str]) -> Finding:
    stack = next(one for one in subject.stacks if one.key == key)
    parts = row["path"].split("/")
    resource = parts[1] if parts[0] == "Resources" and len(parts) > 1 else ""
    file, line = subject.place(stack, resource or "/".join(parts[:2]))
    return Finding(
        rule=row["rule"],
        severity=_SEVERITIES[row["rule"][0]],
        file=file,
        line=line,
        stack=key,
        resource=resource,
        path=row["path"],
        subject=parts[-1],
        message=_shortened(row["message"].rstrip(".")) + ".",
        remedy=f"See pkgops check --explain {row['rule']}.",
    )


def _shortened(message: str) -> str:
    """A message without the tail of a long list: some name every value that is allowed."""
    return message if len(message) <= _LENGTH else f"{message[: _LENGTH - 4].rpartition(' ')[0]} ..."
