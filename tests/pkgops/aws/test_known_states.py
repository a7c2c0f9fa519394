"""Is every state that the tool waits for, or decides by, one that AWS's models know?"""

from __future__ import annotations

import ast
import re

from botocore.session import Session

from tests.architecture.tree import Source, sources

_STATE = re.compile(r"[A-Z]+(?:_[A-Z]+)*_(?:COMPLETE|FAILED|IN_PROGRESS|PENDING)")
ROOMS = ("pkgops/aws/", "pkgops/deploy/", "pkgops/operate/", "pkgops/plan/", "pkgops/ports/")
# Made by the tool itself, or of a part of a service that its model leaves as text -> where it comes from.
OTHERS: dict[str, str] = {}


def known() -> set[str]:
    """Every value that CloudFormation's model lists for any of its fields."""
    model = Session().get_service_model("cloudformation")
    shapes = [model.shape_for(name) for name in model.shape_names]
    return {value for shape in shapes for value in getattr(shape, "enum", [])}


def states(source: Source) -> set[str]:
    texts = (node.value for node in ast.walk(source.tree) if isinstance(node, ast.Constant))
    return {text for text in texts if isinstance(text, str) and _STATE.fullmatch(text)}


def test_every_state_is_known() -> None:
    named = {
        (state, source.path)
        for source in sources("pkgops")
        if source.path.startswith(ROOMS)
        for state in states(source)
    }
    assert len(named) > 20
    assert not [one for one in sorted(named) if one[0] not in known() | OTHERS.keys()]
    assert not OTHERS.keys() - {state for state, _ in named}
