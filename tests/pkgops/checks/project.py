"""Small projects for rules to look at: the body of a stack, and files."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from pathlib import Path
from textwrap import indent
from typing import Any

from pkgops.build.synth import SynthesizedStack
from pkgops.checks.code.reader import read_handler
from pkgops.checks.kit.finding import Finding
from pkgops.checks.kit.rule import IMPORTS, Example
from pkgops.checks.kit.subject import Subject
from pkgops.checks.registry import rules
from pkgops.checks.run import Result, judge, not_applicable, run
from pkgops.model import Stack, Stage, System
from pkgops.scope import Scope

PRODUCTION, LOCAL = Stage("prod", account="123456789012", protected=True), Stage("local")


@dataclass(frozen=True)
class Settings:
    """The settings of the shop."""

    color: str = "blue"


SYSTEM = System(
    key="shop",
    title="Shop",
    stacks=(Stack("main", "Shop"),),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
)


def subject_of(root: Path, stage: Stage = PRODUCTION, **bodies: str) -> Subject:
    """The shop in the project at ``root``, with a stack for each body of a ``build(scope)``."""
    stacks = [_stack(key, body, stage) for key, body in bodies.items()]
    return Subject(root, stage, SYSTEM, stacks, lambda handler: read_handler(root, handler))


def check(root: Path, example: Example, stage: Stage = PRODUCTION) -> Result:
    """What all rules say about an example, whose files are written below ``root``."""
    for path, text in example.files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    return judged(subject_of(root, stage, main=example.template))


def judged(subject: Subject) -> Result:
    """What all rules say about a system."""
    return judge(run(rules().values(), subject), subject, not_applicable(rules().values(), subject))


def found(rule: str, root: Path, template: str, stage: Stage = PRODUCTION, **files: str) -> list[Finding]:
    """What one rule says about a template; handlers are given as ``read="..."`` for handlers/shop/read.py."""
    written = {f"handlers/shop/{name}.py": text for name, text in files.items()}
    return [one for one in check(root, Example(template, written), stage).findings if one.rule == rule]


def _stack(key: str, body: str, stage: Stage) -> SynthesizedStack:
    scope = Scope(SYSTEM, stage, Settings())
    names: dict[str, Any] = {}
    source = f"{IMPORTS}\ndef build(scope):\n{indent(body or 'pass', '    ')}"
    exec(compile(source, f"/project/templates/shop/{key}.py", "exec"), names)
    build: Callable[[Scope], None] = names["build"]
    build(scope)
    return SynthesizedStack(
        "shop",
        key,
        stage.named(f"Shop{key.title()}"),
        scope.template.to_dict(),
        inputs=scope.inputs,
        sources=scope.sources,
        accepted=scope.accepted,
    )
