"""Templates without a golden file."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pkgops.checks.kit.finding import INFO
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

_FOLDER = "tests/golden"


def _find(subject: Subject) -> Iterator[Found]:
    folder = Path(_FOLDER) / subject.system.key / subject.stage.name
    optional = {stack.key for stack in subject.system.stacks if stack.when}
    for stack in subject.stacks:
        file = (folder / f"{stack.key}.json").as_posix()
        elsewhere = stack.key in optional and any(
            (subject.root / folder).parent.glob(f"*/{stack.key}.json")
        )  # recorded with the setting that turns it on
        if not (subject.root / file).is_file() and not elsewhere:
            yield Found(f"Stack {stack.key} has no golden file {file}.", stack.key, file=file)
    known = {stack.key for stack in subject.stacks}
    for path in sorted((subject.root / folder).glob("*.json")):
        if path.stem not in known:
            file = path.relative_to(subject.root).as_posix()
            yield Found(f"{file} belongs to a stack that no longer exists.", file=file)


_TEMPLATE = 'scope.add(sns.Topic("News"))'
RULE = Rule(
    id="P901",
    title="Template without a golden file",
    severity=INFO,
    reason="The difference of a golden file in a review is the change of the infrastructure.",
    remedy="Record it with the project's test of its templates (make goldens), and review it.",
    find=_find,
    bad=Example(_TEMPLATE),
    good=Example(_TEMPLATE, {f"{_FOLDER}/shop/local/main.json": "{}"}),
)
