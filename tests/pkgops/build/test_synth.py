"""Do stacks come out in the order of the values they use?"""

from __future__ import annotations

import pytest

from pkgops.build.synth import in_order, synth, template_text
from pkgops.errors import BuildError, ConfigError
from pkgops.model import Stage
from tests.pkgops.conftest import stack
from tests.repository import ROOT, load_system

LOCAL = Stage("local")


def test_what_is_used_comes_first() -> None:
    web = stack("web", LOCAL, {"StoreName": "store.Name"})
    result = in_order([web, stack("alone", LOCAL), stack("store", LOCAL)])
    assert [row.key for row in result].index("store") < [row.key for row in result].index("web")


def test_a_circle_is_drawn() -> None:
    circle = [stack("web", LOCAL, {"A": "store.Name"}), stack("store", LOCAL, {"B": "web.Name"})]
    with pytest.raises(BuildError, match=r"in a cycle: (web -> store -> web|store -> web -> store)"):
        in_order(circle)


@pytest.mark.parametrize(
    ("reference", "hint"), [("store.Nmae", "Outputs of store: Name"), ("shop.Name", "no stack shop")]
)
def test_a_value_nobody_gives_is_an_error(reference: str, hint: str) -> None:
    with pytest.raises(BuildError, match=reference) as caught:
        in_order([stack("web", LOCAL, {"A": reference}), stack("store", LOCAL)])
    assert hint in caught.value.hint


def test_pkgwatch_is_pure_and_in_order() -> None:
    system = load_system("pkgwatch")
    first, second = (synth(system, LOCAL, system.settings()) for _ in range(2))
    assert [template_text(row.template) for row in first] == [template_text(row.template) for row in second]
    keys = [row.key for row in first]
    assert keys.index("storage") < keys.index("pipeline") < keys.index("api")
    assert keys.index("pipeline") < keys.index("budgets")


def test_missing_settings_of_a_stage_are_all_named() -> None:
    system = load_system("pkgwatch")
    with pytest.raises(
        ConfigError, match=r"ALERT_EMAIL.*STRIPE_PRICE_STARTER, STRIPE_PRICE_PRO, STRIPE_PRICE_BUSINESS"
    ):
        synth(system, Stage("prod"), system.settings())


def test_every_resource_knows_the_line_that_asks_for_it() -> None:
    system = load_system("pkgwatch")
    for row in synth(system, LOCAL, system.settings()):
        names = {f"{kind}/{name}" for kind in ("Outputs", "Parameters") for name in row.template.get(kind, {})}
        assert set(row.sources) == {*row.template["Resources"], *names}
        for source in row.sources.values():
            path, _, line = source.partition(":")
            assert path.startswith("templates/pkgwatch/")
            assert 0 < int(line) <= len((ROOT / path).read_text(encoding="utf-8").splitlines())
