"""Are shortcuts taken during a run alone, and with no other version of cfn-lint than they were written for?

That they lead to the same verdicts is asked in test_changed.py.
"""

from __future__ import annotations

import json
from importlib.metadata import version

import pytest
from cfnlint.context.context import Context, Path
from cfnlint.jsonschema import CfnTemplateValidator
from cfnlint.rules.jsonschema.Base import BaseJsonSchema
from cfnlint.template.template import Template

from pkgops.build.linting import shortcuts as module
from pkgops.build.linting.changed import linted
from pkgops.build.linting.shortcuts import shortcuts
from pkgops.build.linting.version import WRITTEN_FOR
from tests.repository import GOLDEN

STEPS = ((Context, "evolve"), (Path, "descend"), (BaseJsonSchema, "extend_validator"), (Template, "_search_deep_keys"))


def in_force() -> list[object]:
    return [vars(owner)[name] for owner, name in STEPS]


def test_they_are_written_for_the_version_that_is_installed() -> None:
    """Another version needs a look at what each stands in for, and LINT_SEEDS=300 for test_changed.py."""
    assert version("cfn-lint") == WRITTEN_FOR


def test_they_end_with_the_run_even_if_it_fails() -> None:
    before = in_force()

    def run() -> None:
        with shortcuts():
            assert not set(before) & set(in_force())
            raise OSError

    with pytest.raises(OSError):  # noqa: PT011 - whatever it is
        run()
    assert in_force() == before


def test_another_version_goes_its_own_way(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(module, "WRITTEN_FOR", "0.0.1")
    before = in_force()
    with shortcuts():
        assert in_force() == before


def test_a_changed_copy_leaves_the_first_as_it_was() -> None:
    path = Path()
    context = Context(resources={}, ref_values={"A": 1})
    with shortcuts():
        longer = path.descend(path="Resources", cfn_path="Resources").descend(path=0)
        with pytest.raises(ValueError, match="cannot be in 'cfn_path'"):
            path.descend(cfn_path="Fn::If")
        other = context.evolve(ref_values={"B": 2}, regions=["eu-west-1"])
        validator = CfnTemplateValidator({}, cfn=Template(None, {})).evolve(schema={"type": "string"})
        validator.validators = {}
        again = validator.evolve(schema={"type": "object"})
    assert (list(longer.path), list(longer.cfn_path), list(path.path)) == (["Resources", 0], ["Resources"], [])
    assert (other.ref_values, context.ref_values) == ({"A": 1, "B": 2}, {"A": 1})
    assert other.module_names == ()
    assert again.validators["type"]
    assert (again.schema, validator.schema) == ({"type": "object"}, {"type": "string"})


def test_keys_are_found_where_they_stand_in_their_order() -> None:
    rows = {"One": {"Ref": "A"}, "Two": [{"Ref": "B", "Other": [{"Ref": {"Ref": "C"}}]}]}
    template = Template(None, {"Resources": rows})
    slow = {key: template.search_deep_keys(key) for key in ("Ref", "Two", "Nowhere")}
    with shortcuts():
        fresh = Template(None, {"Resources": rows})
        assert {key: fresh.search_deep_keys(key) for key in slow} == slow


def test_a_run_takes_them() -> None:
    """A class of validators is made for each rule, not for each value."""
    template = json.loads((GOLDEN / "pkgwatch/dev/storage.json").read_text())
    made = 0
    original = BaseJsonSchema.extend_validator

    def counted(*words: object, **named: object) -> object:
        nonlocal made
        made += 1
        return original(*words, **named)

    BaseJsonSchema.extend_validator = counted
    try:
        linted(json.dumps(template), "us-east-1", None)
        once = made
        more = {f"{name}{n}": row for n in range(3) for name, row in template["Resources"].items()}
        linted(json.dumps({**template, "Resources": {**template["Resources"], **more}}), "us-east-1", None)
    finally:
        BaseJsonSchema.extend_validator = original
    assert 0 < made - once <= once + 1
