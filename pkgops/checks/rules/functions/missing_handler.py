"""Functions whose handler does not exist."""

from __future__ import annotations

import ast
from collections.abc import Iterator
from pathlib import Path

from pkgops.checks.code.definitions import may_define
from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.functions import functions, is_inline
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for function in functions(subject):
        if not function.handler:
            continue
        path = subject.root / function.handler
        called = str(function.resource.properties.get("Handler"))
        module, _, name = called.rpartition(".")
        expected = (
            "index"
            if is_inline(function.resource.properties)
            else function.handler.removesuffix(".py").replace("/", ".")
        )
        if not path.is_file():
            yield function.resource.found(f"runs {function.handler}, which does not exist.", "Code")
        elif module != expected:
            yield function.resource.found(f"packages {function.handler} but calls {called}.", "Handler")
        elif problem := _problem(path, function.handler, name):
            yield function.resource.found(f"calls {called}, but {problem}.", "Handler")


def _problem(path: Path, shown: str, name: str) -> str:
    """What is wrong with the module that has to define ``name``, "" if nothing is."""
    try:
        tree = ast.parse(path.read_bytes())
    except (SyntaxError, ValueError) as error:
        line = getattr(error, "lineno", None) or 1
        return f"{shown}:{line} is no Python: {getattr(error, 'msg', error)}"
    return "" if may_define(tree, name) else f"{shown} does not define {name}"


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
RULE = Rule(
    id="P204",
    title="Missing handler",
    severity=ERROR,
    reason="The function fails at its first invocation, with an import error.",
    remedy="Correct the code, or the name in the function's row, or add the file with a function named handler.",
    find=_find,
    bad=Example(_TEMPLATE, {"handlers/shop/read.py": "def run(event, context): ...\n"}),
    good=Example(_TEMPLATE, {"handlers/shop/read.py": "def handler(event, context): ...\n"}),
)
