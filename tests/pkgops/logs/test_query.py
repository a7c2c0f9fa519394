"""Queries from the options on the command line."""

from __future__ import annotations

import pytest

from pkgops.errors import UsageError
from pkgops.logs.query import parse_query
from pkgops.model import Stage


def test_a_query_from_options() -> None:
    local = parse_query(Stage("local"), "2026-05-01T00:00:00Z", "2026-05-01T00:00:01Z", text="x", raw=True)
    assert (local.until or 0) - local.since == 1000
    assert local.calls_per_second > parse_query(Stage("dev")).calls_per_second == 5
    with pytest.raises(UsageError, match="--until does not go with --follow"):
        parse_query(Stage("dev"), until="1m", follow=True)


@pytest.mark.parametrize(
    ("since", "until", "said"),
    [
        ("2999-01-01", None, "is in the future"),
        ("99999999d", None, "is before 1970"),
        ("1h", "2h", "--until 2h is before --since 1h"),
        ("1h", "1960-01-01", "is before 1970"),
        ("9" * 5000 + "d", None, "is not a time"),
    ],
)
def test_a_range_that_can_hold_nothing_is_refused(since: str, until: str | None, said: str) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        parse_query(Stage("dev"), since, until)
    assert caught.value.code == 2
