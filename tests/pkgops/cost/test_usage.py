"""Assumptions: shared among resources, from profiles and files."""

from __future__ import annotations

from decimal import Decimal

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.cost.usage import MEANS, MEASURES, Usage, chosen, from_file, of_profile
from pkgops.declarations import UsageProfile
from pkgops.errors import ConfigError, NotFoundError
from tests.repository import SYSTEMS, load_system

D = Decimal
PROFILES = (
    UsageProfile("quiet", {"function.invocations": 10}, low=1, high=2),
    UsageProfile("busy", {"function.invocations": 1e6, "api.called_share": 0.25}, stages=("prod",)),
)


def test_a_total_is_shared_by_those_without_a_number_of_their_own():
    usage = Usage("x", {"function.invocations": D(100), "One.invocations": D(40)})
    assert usage.of("function.invocations", "One", ["One", "Two", "Three"]) == 40
    assert usage.of("function.invocations", "Two", ["One", "Two", "Three"]) == 30


def test_a_mean_holds_for_each():
    usage = Usage("x", {"function.milliseconds": D(7), "One.milliseconds": D(9)})
    assert [usage.of("function.milliseconds", name, ["One", "Two"]) for name in ("One", "Two")] == [9, 7]


def test_more_than_the_total_leaves_nothing():
    usage = Usage("x", {"function.invocations": D(5), "One.invocations": D(40)})
    assert usage.of("function.invocations", "Two", ["One", "Two"]) == 0


def test_without_an_assumption_there_is_no_number():
    assert Usage().of("function.invocations", "One", ["One"]) is None


@given(st.lists(st.integers(0, 1000), min_size=1, max_size=6), st.integers(0, 10_000), st.integers(1, 5))
def test_shares_add_up_to_the_total(own, more, rest):
    total = sum(own) + more
    values = {f"R{number}.invocations": D(value) for number, value in enumerate(own)}
    usage = Usage("x", {**values, "function.invocations": D(total)})
    names = [f"R{number}" for number in range(len(own) + rest)]
    found = [usage.of("function.invocations", name, names) for name in names]
    assert abs(sum(value for value in found if value is not None) - total) < D("1e-15")


def test_a_profile_for_the_stage_else_the_first():
    assert chosen(PROFILES, "prod", None).name == "busy"
    assert chosen(PROFILES, "dev", None).name == "quiet"
    assert chosen(PROFILES, "dev", "busy").values["api.called_share"] == D("0.25")
    assert chosen((), "dev", None).values == {}
    assert (chosen(PROFILES, "dev", None).low, chosen(PROFILES, "dev", None).high) == (1, 2)


def test_an_unknown_profile_gets_the_nearest_and_a_missing_file_is_named():
    with pytest.raises(NotFoundError) as caught:
        chosen(PROFILES, "dev", "bussy")
    assert "busy" in caught.value.hint
    with pytest.raises(ConfigError, match=r"no file nothing\.toml"):
        chosen(PROFILES, "dev", "nothing.toml")


@pytest.mark.parametrize(
    "text",
    [
        '"function.invocations" = 100\n"One.invocations" = 1.5',
        "[function]\ninvocations = 100\n[One]\ninvocations = 1.5",
        "[usage]\nfunction.invocations = 100\nOne.invocations = 1.5",
    ],
)
def test_a_file(tmp_path, text):
    path = tmp_path / "my.toml"
    path.write_text(text)
    assert from_file(path) == Usage("my.toml", {"function.invocations": D(100), "One.invocations": D("1.5")})


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("function.invocation = 1", "unknown measure 'function.invocation'"),
        ("One.nothing = 1", "unknown measure"),
        ("function.invocations = -1", "not negative"),
        ("function.invocations = true", "not negative"),
        ("function.invocations = nan", "not negative"),
        ('function.invocations = "5"', "not negative"),
        ("function = [", "not valid TOML"),
    ],
)
def test_a_file_that_is_wrong(tmp_path, text, said):
    path = tmp_path / "my.toml"
    path.write_text(text)
    with pytest.raises(ConfigError) as caught:
        from_file(path)
    assert said in f"{caught.value.message} {caught.value.hint}"


@pytest.mark.parametrize("system", SYSTEMS)
def test_the_profiles_of_shipped_systems_are_valid(system):
    profiles = load_system(system).usage
    assert profiles
    for profile in profiles:
        assert of_profile(profile).values
        assert profile.low <= profile.high


def test_means_are_measures():
    assert set(MEASURES) >= MEANS
