"""The templates are the recorded ones; ``make goldens`` records a change, whose diff is what changes in AWS."""

from __future__ import annotations

from pkgops.testing.goldens import Goldens


def test_templates_are_as_recorded(goldens: Goldens) -> None:
    goldens.compare("notes_app")
