"""Does the README say what a month costs, as the command does?"""

from __future__ import annotations

import re

import pytest

from pkgops.cost.book import shipped
from pkgops.cost.estimate import estimate
from pkgops.cost.usage import chosen
from tests.pkgops.cost.systems import stacks
from tests.repository import ROOT, SYSTEMS, load_system

SAID = " ".join((ROOT / "README.md").read_text(encoding="utf-8").split())


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_readme_says_what_a_month_costs(system: str) -> None:
    loaded = load_system(system)
    name = loaded.title.partition(":")[0]
    found = re.search(rf"(\d+)(?: USD)? for {name}\b", SAID)
    assert found, f"README.md does not say what {name} costs"
    made = estimate(stacks(system, "prod"), shipped(), chosen(loaded.usage, "prod", None))
    total = float(made.fixed + made.used)
    assert abs(int(found[1]) - total) <= max(1.0, total / 10), f"it is {total:.0f} now"
