"""Functions on a runtime whose support has ended."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.finding import ERROR
from pkgops.checks.kit.functions import functions
from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject
from pkgops.runtimes import RUNTIMES, supported


def _find(subject: Subject) -> Iterator[Found]:
    for one in functions(subject):
        runtime = RUNTIMES.get(str(one.resource.properties.get("Runtime")))
        if runtime is not None and runtime.ended:
            message = f"runs on {runtime.name}, whose support ended on {runtime.ends}; choose {supported()[-1]}."
            yield one.resource.found(message, "Runtime")


_FUNCTION = (
    'scope.add(awslambda.Function("News", Runtime="{runtime}", Handler="handlers.shop.news.handler", '
    'Role="arn:aws:iam::123456789012:role/news", Code=awslambda.Code(**handler_code("handlers.shop.news.py"))))'
)

RULE = Rule(
    id="P207",
    title="Runtime past its end",
    severity=ERROR,
    gate=True,
    reason="A runtime whose support has ended gets no security updates; some months later AWS Lambda refuses to create "
    "functions with it, and then to update them.",
    remedy="Choose a runtime that is supported. Until the function has moved, accept the finding with the day it will.",
    find=_find,
    bad=Example(_FUNCTION.format(runtime="python3.8"), {"handlers.shop.news.py": "def handler(event, context): ..."}),
    good=Example(_FUNCTION.format(runtime="python3.13"), {"handlers.shop.news.py": "def handler(event, context): ..."}),
)
