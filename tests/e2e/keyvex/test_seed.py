"""The seed data: written where it is missing, and what the processors made of its messages."""

from __future__ import annotations

import pytest

from tests.e2e.keyvex.backend import Backend

pytestmark = pytest.mark.e2e
USER = "debug-user-123"


def test_the_processors_made_sessions_leads_and_figures(backend: Backend) -> None:
    counts = {row["kind"]: (row["written"], row["existing"], row["failed"]) for row in backend.seeded["counts"]}
    assert counts == {
        "user": (1, 0, 0),
        "tool": (2, 0, 0),
        "secret": (3, 0, 0),
        "interactions": (2, 0, 0),
        "session": (2, 0, 0),
    }
    tool = "TOOL#pricing-readiness"
    (summary,) = backend.items(tool, "ANALYTICS_SUMMARY")
    figures = ("totalViews", "totalStarts", "totalCompletions", "totalAbandons", "totalLeads", "totalShares")
    assert [summary[name] for name in figures] == [12, 8, 5, 2, 2, 1]
    assert {lead["email"] for lead in backend.items(tool, "LEAD#")} == {"ada@example.com", "grace@example.com"}
    assert len(backend.items(tool, "INTERACTION#")) == 30
    days = backend.items(tool, "ANALYTICS_DAILY#")
    assert len(days) > 1
    assert sum(day["views"] for day in days) == 12
    for process in ("magicSpark", "logicArchitect"):
        (session,) = backend.items(f"SESSION#seed-{process}", "METADATA")
        assert (session["userId"], session[f"{process}Result"]["success"]) == (USER, True)
        assert len(backend.items(f"SESSION#seed-{process}", "MESSAGE#")) == 1


def test_a_second_time_nothing_is_sent(backend: Backend) -> None:
    again = backend.system.rows("seed-dev", "keyvex")["keyvex"]
    assert all(row["written"] == 0 for row in again["counts"])
    assert len(backend.items("TOOL#pricing-readiness", "INTERACTION#")) == 30
