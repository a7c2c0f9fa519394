"""The Lambda functions that templates define, and their names on the command line."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import PurePosixPath
from typing import Any

from pkgops.build.inline.code import inline_path
from pkgops.build.synth import SynthesizedStack, resources
from pkgops.errors import NotFoundError, UsageError, unknown
from pkgops.model import PACKAGED

_TYPE = "AWS::Lambda::Function"
EDGE_GROUPS = "/aws/lambda/us-east-1."


@dataclass(frozen=True)
class Function:
    """A function as its template defines it.

    ``stack`` is the stack's key, ``name`` the physical name on the stage, ``handler`` the path of its file in
    the repository (``handlers/shop/api/get_order.py``), ``documented`` the name without the stage."""

    stack: str
    logical_id: str
    name: str
    handler: str
    log_group: str
    documented: str = ""

    @property
    def at_edge(self) -> bool:
        """Whether CloudFront runs it: its log groups are called after the region it was made in, wherever they are."""
        return self.log_group.startswith(EDGE_GROUPS)

    @property
    def short(self) -> str:
        """The short name: ``get-order``."""
        return PurePosixPath(self.handler).stem.replace("_", "-") if self.handler else self.name

    @cached_property
    def aliases(self) -> tuple[str, ...]:
        """Every spelling the command line accepts, the physical name first; case does not matter."""
        spellings = [self.name, self.documented, self.log_group, self.logical_id]
        spellings.append(self.logical_id.removesuffix("Function"))
        if self.handler:
            path = PurePosixPath(self.handler)
            pascal = "".join(word.capitalize() for word in path.stem.split("_"))
            spellings += [path.stem, self.short, pascal, pascal + "Handler", pascal + "Function"]
            for tail in _tails(path):
                spellings += [tail, tail.replace("/", "."), tail + ".py"]
        return tuple(dict.fromkeys(spelling for spelling in spellings if spelling))


def functions(stacks: Iterable[SynthesizedStack]) -> list[Function]:
    """The functions of those stacks in the templates' order.

    Only functions with a literal FunctionName are named; all documented ones are. Works on templates with
    ``asset://`` placeholders and on packaged ones alike."""
    return [
        _function(stack, logical_id, resource["Properties"])
        for stack in stacks
        for logical_id, resource in resources(stack.template, _TYPE)
        if isinstance(resource.get("Properties", {}).get("FunctionName"), str)
    ]


def find_function(known: Sequence[Function], name: str) -> Function:
    """The function called ``name`` by any of its `Function.aliases`.

    UsageError if there is none (with the nearest names) or if the name is ambiguous."""
    wanted = name.strip().casefold()
    physical = [function for function in known if function.name.casefold() == wanted]
    found = physical or [
        function for function in known if any(alias.casefold() == wanted for alias in function.aliases)
    ]
    if not found:
        kind = "function"
        if any(alias.casefold().startswith(wanted) for function in known for alias in function.aliases):
            near = sorted(function.short for function in known if wanted in function.short.casefold())
            if near:
                raise NotFoundError(f"Unknown {kind} {name!r}.", f"Did you mean {' or '.join(near[:5])}?")
        raise unknown(kind, name, [function.short for function in known])
    if len(found) > 1:
        raise UsageError(
            f"{name!r} is the name of {len(found)} functions.",
            f"Name one of: {', '.join(sorted(function.name for function in found))}.",
        )
    return found[0]


def _function(stack: SynthesizedStack, logical_id: str, properties: dict[str, Any]) -> Function:
    name = properties["FunctionName"]
    return Function(
        stack=stack.key,
        logical_id=logical_id,
        name=name,
        handler=_path(properties),
        log_group=_log_group(stack.template, properties) or f"/aws/lambda/{name}",
        documented=stack.documented(name),
    )


def _path(properties: dict[str, Any]) -> str:
    """From the Handler property, which packaging leaves alone: handlers.shop.api.get_order.handler; of code in the
    template from its first line."""
    code = properties.get("Code") or {}
    if inline := inline_path(code) or inline_path(code, PACKAGED):
        return inline
    dotted = properties.get("Handler")
    if not isinstance(dotted, str) or not dotted.startswith("handlers."):
        return ""
    return dotted.rpartition(".")[0].replace(".", "/") + ".py"


def _log_group(template: dict[str, Any], properties: dict[str, Any]) -> str:
    group = properties.get("LoggingConfig", {}).get("LogGroup", "")
    if isinstance(group, dict) and "Ref" in group:
        resource = template["Resources"].get(group["Ref"], {})
        group = resource.get("Properties", {}).get("LogGroupName", "")
    return group if isinstance(group, str) else ""


def _tails(path: PurePosixPath) -> list[str]:
    """handlers/shop/api/get_order and its shorter tails, all with at least one slash."""
    parts = path.with_suffix("").parts
    return ["/".join(parts[start:]) for start in range(len(parts) - 1)]
