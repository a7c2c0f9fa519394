"""cfn-lint, run in process, with its results cached.

A result is kept under the template's text, the region, cfn-lint's version, our shortcuts and the configuration by
the user: loading cfn-lint takes half a second, and large templates take more. Beside it, for each stack, is what the
next run may leave out (`pkgops.build.linting.changed`).
"""

from __future__ import annotations

import gc
import hashlib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from pathlib import Path
from typing import Any

from pkgops.build.linting.configuration import configuration, names_files
from pkgops.build.source_files import fingerprint
from pkgops.build.synth import template_text
from pkgops.checks.kit.finding import ERROR, INFO, WARNING, Finding
from pkgops.checks.kit.subject import Subject
from pkgops.events import Emit, Finished, Started
from pkgops.own_files import keep_document, read_document

LINTING = Path(__file__).with_name("linting")
_LENGTH = 240  # characters of a message
_SEVERITIES = {"E": ERROR, "W": WARNING, "I": INFO}


def lint(subject: Subject, home: Path, emit: Emit) -> list[Finding]:
    """cfn-lint's errors and warnings for the system's templates. ``home`` is the directory of the cache. ConfigError
    for a configuration of cfn-lint that it cannot use."""
    region, root = subject.stage.region, subject.root
    files = {stack.key: verdict_file(home, region, stack.template, root) for stack in subject.stacks}
    believed = not names_files(configuration(root))
    verdicts: dict[str, Any] = {key: read_document(path) if believed else None for key, path in files.items()}
    waiting = [stack for stack in subject.stacks if verdicts[stack.key] is None]
    if waiting:
        emit(Started("Checking templates"))
        for stack in waiting:
            kept = home / "cache" / "lint" / f"{subject.system.key}-{subject.stage.name}-{stack.key}.last.json"
            verdicts[stack.key] = verdict(stack.template, region, kept, root)
            keep_document(files[stack.key], verdicts[stack.key])
        emit(Finished("Checking templates", f"{len(waiting)} checked"))
    return [_finding(subject, stack.key, row) for stack in subject.stacks for row in verdicts[stack.key]]


def verdict(
    template: Mapping[str, Any], region: str, kept: Path | None = None, root: Path | None = None
) -> list[dict[str, str]]:
    """cfn-lint's findings for a template of the project in ``root``: rows of rule, path and message. Takes seconds, and
    less for one that differs little from the last one: what is needed for that is read from the file ``kept`` and
    written there."""
    with _seldom_collected():
        from pkgops.build.linting.libraries import little_imported

        with little_imported():
            from pkgops.build.linting.changed import linted

        last = read_document(kept) if kept else None
        matches, fresh = linted(template_text(template), region, last, root)
    if kept and fresh:
        keep_document(kept, fresh)
    return [
        {"rule": one.rule.id, "path": "/".join(map(str, getattr(one, "path", None) or ())), "message": one.message}
        for one in matches
    ]


@contextmanager
def _seldom_collected() -> Iterator[None]:
    """Looks for unreachable objects a thirtieth as often: a quarter of a short run's time, and hardly any memory."""
    before = gc.get_threshold()
    gc.set_threshold(max(20_000, before[0]), 20, 20)
    try:
        yield
    finally:
        gc.set_threshold(*before)


def described(name: str) -> tuple[str, str, str] | None:
    """Title, description and address of a rule of cfn-lint; None if there is none with that id. Takes seconds."""
    import cfnlint
    from cfnlint.rules import Rules

    known = Rules.create_from_directory(str(Path(cfnlint.__file__).parent / "rules"))
    if name not in known:
        return None
    rule = known[name]
    return rule.shortdesc, rule.description, rule.source_url


def verdict_file(home: Path, region: str, template: Mapping[str, Any], root: Path | None = None) -> Path:
    """The file with the findings of this version of cfn-lint for a template of the project in ``root``, below
    ``home``."""
    from importlib.metadata import version  # it imports the email package: too slow for templates from the cache

    tool = f"{version('cfn-lint')} {fingerprint(LINTING)}"  # another version of ours may have mended a shortcut
    inputs = f"{tool} {region}{configuration(root or Path.cwd())}\n{template_text(template)}"
    return home / "cache" / "lint" / f"{hashlib.sha256(inputs.encode()).hexdigest()}.json"


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
