"""Which log events a filter pattern takes."""

from __future__ import annotations

import json

import pytest

from pkgops.local.hooks.filter_pattern import matcher

LINE = '[ERROR] 400 BAD REQUEST for user-7: caf\u00e9 "quoted"'
EVENT = {
    "level": "ERROR",
    "count": 3,
    "ok": False,
    "gone": None,
    "user": {"id": "u-17", "tags": ["new", "paid"]},
    "dotted.name": "x",
}


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ("", True),
        ("ERROR", True),
        ("error", False),
        ("ERROR REQUEST", True),
        ("ERROR missing", False),
        ('"BAD REQUEST"', True),
        ('"REQUEST BAD"', False),
        ("ERROR -400", False),
        ("ERROR -500", True),
        ('-"BAD REQUEST"', False),
        ("?missing ?ERROR", True),
        ("?missing ?absent", False),
        (r"%user-\d%", True),
        (r"%user-[a-z]%", False),
        (r'"\"quoted\""', True),
    ],
)
def test_terms(pattern, matches):
    assert matcher(pattern)(LINE) is matches


@pytest.mark.parametrize(
    ("pattern", "matches"),
    [
        ('{ $.level = "ERROR" }', True),
        ("{ $.level = ERROR }", True),
        ('{ $.level != "ERROR" }', False),
        ('{ $.level = "ERR*" }', True),
        ("{ $.level = %^ERR% }", True),
        ("{ $.count > 2 }", True),
        ("{ $.count >= 3.5 }", False),
        ("{ $.count = 3 }", True),
        ("{ $.count != 4e0 }", True),
        ("{ $.ok IS FALSE }", True),
        ("{ $.gone IS NULL }", True),
        ("{ $.absent NOT EXISTS }", True),
        ("{ $.gone NOT EXISTS }", False),
        ("{ $.absent != 3 }", False),
        ('{ $.user.id = "u-17" }', True),
        ('{ $.user.tags[1] = "paid" }', True),
        ('{ $.user.tags[7] = "paid" }', False),
        ('{ $["dotted.name"] = "x" }', True),
        ('{ $.count = 9 || ($.level = "ERROR" && $.ok IS FALSE) }', True),
        ('{ ($.count = 3 || $.level = "INFO") && $.ok IS TRUE }', False),
    ],
)
def test_json_fields(pattern, matches):
    assert matcher(pattern)(json.dumps(EVENT)) is matches


@pytest.mark.parametrize("message", ["no json", "[1]", '"text"', "[" * 100_000])
def test_a_json_pattern_takes_no_other_event(message):
    assert not matcher("{ $.a NOT EXISTS }")(message)


@pytest.mark.parametrize(
    "pattern",
    [
        "[a, b]",
        "{ $.a",
        "{ $.a = }",
        "{ $.a > x }",
        "{ $.a IS LONG }",
        "{ ($.a = 1 }",
        "{ $.a = 1 2 }",
        "%[%",
        "{ a = 1 }",
    ],
)
def test_what_has_no_meaning_is_an_error(pattern):
    with pytest.raises(ValueError, match=r".+"):
        matcher(pattern)
