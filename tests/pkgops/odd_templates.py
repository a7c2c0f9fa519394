"""Templates whose properties hold anything: what a template of somebody else may have where an object or a list stands
usually, such as an intrinsic function."""

from __future__ import annotations

from typing import Any

from hypothesis import strategies as st

FUNCTIONS = st.sampled_from([{"Ref": "A"}, {"Fn::GetAtt": ["A", "Arn"]}, {"Fn::If": ["On", ["x"], {"Ref": "B"}]}])
TEXTS = st.sampled_from(["", "x", "arn:aws:s3:::x"])
LEAVES = st.one_of(st.none(), st.booleans(), st.integers(-5, 5), TEXTS, FUNCTIONS)


def resources(types: list[str], names: list[str]) -> st.SearchStrategy[dict[str, Any]]:
    """Resources A and B of any of the types; properties of A with all of these names hold anything."""
    inside = st.dictionaries(st.sampled_from(names), LEAVES, max_size=4)
    value = st.one_of(LEAVES, inside, st.lists(st.one_of(LEAVES, inside), max_size=2))
    properties = st.fixed_dictionaries(dict.fromkeys(names, value))
    kinds = st.sampled_from(types)
    odd = st.builds(lambda kind, given: {"Type": kind, "Properties": given}, kinds, properties)
    return st.builds(lambda one, kind: {"A": one, "B": {"Type": kind}}, odd, kinds)
