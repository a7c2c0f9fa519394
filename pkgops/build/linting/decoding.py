"""How does the text of a template become what cfn-lint reads: a tree whose nodes know their place in the text?

cfn-lint reads it as YAML and makes each node twice. Our templates are JSON in one form (`pkgops.build.synth`), of which
the standard library makes the tree and each node's place follows from the lengths before it. Any other text, and what
YAML reads in another way, is left to cfn-lint.
"""

from __future__ import annotations

import json
import re
from json.encoder import encode_basestring_ascii as written
from typing import Any

from cfnlint.decode.decode import decode_str
from cfnlint.decode.mark import Mark
from cfnlint.decode.node import dict_node, list_node, str_node
from cfnlint.match import Match
from cfnlint.version import __version__

from pkgops.build.linting.version import WRITTEN_FOR

_KEY = 1000  # characters of a key that YAML can do with, a bit less
_NODES = 500_000  # characters of a template that has not too many nodes for cfn-lint
_FLOAT = re.compile(r"-?\d+\.\d+")
_ODD = re.compile(r"\\ud|\x7f")  # half of a character beyond the first 65,536, which YAML refuses, and DEL


def decoded(text: str) -> tuple[Any, list[Match]]:
    """cfn-lint's tree of a template, or its errors."""
    if __version__ == WRITTEN_FOR and len(text) <= _NODES and not _ODD.search(text):
        try:
            plain = json.loads(text)
            if isinstance(plain, dict) and json.dumps(plain, separators=(",", ":")) == text:
                return _node(plain, 0)[0], []
        except (ValueError, RecursionError):
            pass
    template, errors = decode_str(text)
    return template, errors


def _node(value: Any, start: int) -> tuple[Any, int]:
    """The node of a value whose text begins at ``start``, and where this text ends."""
    if isinstance(value, str):
        end = start + len(written(value))
        return _text(value, start, end), end
    if isinstance(value, dict):
        node, end = _object(value, start + 1)
    elif isinstance(value, list):
        node, end = _array(value, start + 1)
    elif isinstance(value, float) and not _FLOAT.fullmatch(repr(value)):
        raise ValueError
    else:
        return value, start + len(json.dumps(value))
    node.start_mark, node.end_mark = Mark(0, start), Mark(0, end)
    return node, end


def _object(value: dict[str, Any], place: int) -> tuple[Any, int]:
    node = dict_node.__new__(dict_node)
    node.using_merge = False
    for key, inner in value.items():
        end = place + len(written(key))
        if end - place > _KEY:
            raise ValueError
        node[_text(key, place, end)], place = _node(inner, end + 1)
        place += 1  # the comma, or the brace at the end
    return node, place if value else place + 1


def _array(value: list[Any], place: int) -> tuple[Any, int]:
    node = list_node.__new__(list_node)
    for inner in value:
        one, place = _node(inner, place)
        node.append(one)
        place += 1
    return node, place if value else place + 1


def _text(value: str, start: int, end: int) -> Any:
    node = str_node.__new__(str_node, value, None, None)
    node.start_mark, node.end_mark = Mark(0, start), Mark(0, end)
    return node
