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
