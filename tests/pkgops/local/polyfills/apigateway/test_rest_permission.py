"""Contract: a REST API needs a permission to invoke a function."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator


def test_the_gateway_needs_a_permission(api):
    answer = api.get("/hidden")
    assert (answer.status_code, answer.json()) == (500, {"message": "Internal server error"})
