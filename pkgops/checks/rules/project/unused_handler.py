"""Handlers that no stack uses."""

from __future__ import annotations

import re
from collections.abc import Iterator

from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject

_ENTRY = re.compile(r"^(?:async )?def handler\(|^handler\b *[:=]", re.MULTILINE)


def _find(subject: Subject) -> Iterator[Found]:
    folder = subject.root / "handlers" / subject.system.key
    used = {function.handler for function in functions(subject)}
    for path in sorted(folder.rglob("*.py")) if folder.is_dir() else ():
        file = path.relative_to(subject.root).as_posix()
        entry = _ENTRY.search(path.read_text(encoding="utf-8")) if file not in used else None
        if entry is not None:
            line = path.read_text(encoding="utf-8").count("\n", 0, entry.start()) + 1
            yield Found(f"No stack of {subject.system.key} uses {file}.", subject=file, file=file, line=line)


_TEMPLATE = """\
role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
scope.add(awslambda.Function(
    "Read",
    Code=awslambda.Code(**handler_code("handlers/shop/read.py")),
    Handler="handlers.shop.read.handler",
    Runtime="python3.12",
    Role=GetAtt(role, "Arn"),
))
"""
_HANDLER = "def handler(event, context): ...\n"
RULE = Rule(
    id="P905",
    title="Unused handler",
    reason="A file with a handler that no stack uses is not deployed, but looks as if it were.",
    remedy="Add its row to a stack, or delete the file.",
    find=_find,
    bad=Example(_TEMPLATE, {"handlers/shop/read.py": _HANDLER, "handlers/shop/write.py": _HANDLER}),
    good=Example(_TEMPLATE, {"handlers/shop/read.py": _HANDLER}),
)
