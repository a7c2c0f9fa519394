"""Templates whose properties hold anything: what a template of somebody else may have where an object or a list stands
usually, such as an intrinsic function."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

FUNCTIONS = st.sampled_from([{"Ref": "A"}, {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::If": ["On", ["x"], {"Ref": "B"}]}])
LEAVES = st.one_of(
    st.none(), st.booleans(), st.integers(-5, 5), st.sampled_from(["", "x", "arn:aws:s3:::x"]), FUNCTIONS
)


def resources(types: list[str], names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Resources A, B and C of any of the types, whose properties have any of the names."""
    inner = st.recursive(
        LEAVES,
        lambda part: st.one_of(st.lists(part, max_size=3), st.dictionaries(st.sampled_from(names), part, max_size=3)),
        max_leaves=8,
    )
    properties = st.dictionaries(st.sampled_from(names), inner, max_size=5)
    body = st.builds(lambda kind, given: {"Type": kind, "Properties": given}, st.sampled_from(types), properties)
    return st.fixed_dictionaries(dict.fromkeys(("A", "B", "C"), body))
