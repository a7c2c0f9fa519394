"""Which branches of a file can run on the target? Tests of Python's version and of the platform are worked out.

``if TYPE_CHECKING`` never runs, ``if sys.version_info >= (3, 12)`` runs or not. Of all other tests both branches
count.
"""

from __future__ import annotations

import ast
import operator
from collections.abc import Callable, Mapping
from typing import Any

from pkgops.build.stdlib import version

# The names by which files call them, and what they are on AWS Lambda.
_CONSTANTS = {"sys.platform": "linux", "os.name": "posix", "platform.system()": "Linux"}
_COMPARISONS: Mapping[type[ast.cmpop], Callable[[Any, Any], bool]] = {
    ast.Eq: operator.eq,
    ast.NotEq: operator.ne,
    ast.Lt: operator.lt,
    ast.LtE: operator.le,
    ast.Gt: operator.gt,
    ast.GtE: operator.ge,
}


def truth(test: ast.expr, python: str) -> bool | None:
    """Whether a test holds for Python ``python`` ("3.12") on Lambda; None if that is not known before it runs."""
    if isinstance(test, ast.UnaryOp) and isinstance(test.op, ast.Not):
        inner = truth(test.operand, python)
        return None if inner is None else not inner
    if isinstance(test, ast.BoolOp):
        return _joined(test, python)
    if isinstance(test, ast.Compare) and len(test.ops) == 1:
        return _compared(test, python)
    if dotted(test).rpartition(".")[2] == "TYPE_CHECKING":
        return False
    if isinstance(test, ast.Call) and dotted(test.func) == "sys.platform.startswith" and len(test.args) == 1:
        start = test.args[0].value if isinstance(test.args[0], ast.Constant) else None
        return _CONSTANTS["sys.platform"].startswith(start) if isinstance(start, str) else None
    return bool(test.value) if isinstance(test, ast.Constant) else None


def dotted(node: ast.expr) -> str:
    """The text of a dotted name ("sys.platform"); "" for any other expression."""
    if isinstance(node, ast.Name):
        return node.id
    if isinstance(node, ast.Attribute):
        before = dotted(node.value)
        return f"{before}.{node.attr}" if before else ""
    return ""


def _joined(test: ast.BoolOp, python: str) -> bool | None:
    values = [truth(one, python) for one in test.values]
    decisive = isinstance(test.op, ast.Or)  # the value that decides, whatever the others are
    if decisive in values:
        return decisive
    return None if None in values else not decisive


def _compared(test: ast.Compare, python: str) -> bool | None:
    compare = _COMPARISONS.get(type(test.ops[0]))
    left, right = _value(test.left, python), _value(test.comparators[0], python)
    if compare is None or left is None or right is None:
        return None
    if isinstance(left, tuple) and isinstance(right, tuple) and len(left) < len(right):
        return _within_minor(compare, left, right)
    try:
        return compare(left, right)
    except TypeError:
        return None


def _within_minor(compare: Callable[[Any, Any], bool], left: tuple[int, ...], right: tuple[int, ...]) -> bool | None:
    """A comparison with a patch version, which is only known if the minor versions differ."""
    return compare(left, right) if left != right[: len(left)] else None


def _value(node: ast.expr, python: str) -> Any:
    """The value of a side of a comparison; None if it is none of those that are known."""
    text = ast.unparse(node)
    if text in ("sys.version_info", "sys.version_info[:2]"):
        return version(python)
    if text in ("sys.version_info[0]", "sys.version_info.major"):
        return version(python)[0]
    if text in ("sys.version_info[1]", "sys.version_info.minor"):
        return version(python)[1]
    if text in _CONSTANTS:
        return _CONSTANTS[text]
    if isinstance(node, ast.Constant | ast.Tuple):
        try:
            return ast.literal_eval(node)
        except ValueError:
            return None
    return None
