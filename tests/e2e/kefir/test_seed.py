"""Does a fresh Kefir contain the documented diary, and can its frontend be told where it is?"""

from __future__ import annotations

import pytest
from dotenv import dotenv_values

from templates.kefir import SYSTEM
from tests.e2e.kefir.app import Kefir, User

pytestmark = pytest.mark.e2e


def test_the_documented_diary_is_there_once(kefir: Kefir) -> None:
    first = kefir.project.rows("seed-dev", "kefir")["kefir"]["counts"]
    assert {row["kind"] for row in first} == {"user", "batch", "reminder", "device", "login"}
    assert sum(row["written"] for row in first) == 11
    again = kefir.project.rows("seed-dev", "kefir")["kefir"]["counts"]
    assert sum(row["written"] + row["failed"] for row in again) == 0
    assert SYSTEM.example
    assert kefir.ask("GET", SYSTEM.example.path).json()["batch"]["name"] == "Summer Lemon Kefir"
    User(kefir, "test@example.com").logs_in()


def test_the_frontends_variables_lead_to_the_stack(kefir: Kefir) -> None:
    path = kefir.project.root / "frontend.env"
    path.write_text(kefir.project.pkgops("env", "kefir").stdout)
    found = dotenv_values(path, interpolate=False)
    assert found["EXPO_PUBLIC_API_URL"] == kefir.outputs["ApiUrl"]
    assert found["EXPO_PUBLIC_AWS_USER_POOL_ID"] == kefir.outputs["UserPoolId"]
    assert found["EXPO_PUBLIC_USE_MOCK_API"] == "false"
