"""Which of PkgWatch's functions are led to what stands in for Stripe and the upstreams?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.build.synth import resources
from pkgops.checks.kit.functions import FUNCTION, handler_path
from templates.pkgwatch.config.upstreams import PLACES as UPSTREAMS
from tests.builds import Builds

Find = Callable[..., dict[str, Any]]
Read = Callable[[str], set[str]]


@pytest.fixture
def read(builds: Builds) -> Read:
    """``read("handlers/...")``: the variables that a handler's code reads."""
    return lambda handler: {one.name for one in builds.usage(handler).reads}


def given(template: dict[str, Any]) -> list[tuple[str, set[str]]]:
    """(handler, the variables it is given) of each function."""
    return [
        (handler_path(function["Properties"]), set(function["Properties"]["Environment"]["Variables"]))
        for _, function in resources(template, FUNCTION)
    ]


def test_the_local_stripe_is_where_its_callers_are_led(template: Find, read: Read) -> None:
    for handler, variables in given(template("pkgwatch", "local", "api")):
        assert ("STRIPE_API_BASE" in variables) is ("STRIPE_API_BASE" in read(handler)), handler


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
@pytest.mark.parametrize("stack", ["api", "pipeline"])
def test_the_played_upstreams_are_where_those_who_ask_them_are_led(
    template: Find, read: Read, stack: str, stage: str
) -> None:
    """On stage local, and nowhere else."""
    for handler, variables in given(template("pkgwatch", stage, stack)):
        asked = read(handler) & set(UPSTREAMS)
        assert variables & set(UPSTREAMS) == (asked if stage == "local" else set()), handler


@pytest.mark.parametrize("stack", ["api", "pipeline"])
def test_a_variable_of_ones_own_is_read(template: Find, read: Read, stack: str) -> None:
    """What is accepted for a whole stack is given to all its functions: a function's own row gives nothing in vain."""
    rows = given(template("pkgwatch", "prod", stack))
    everywhere = set.intersection(*(variables for _, variables in rows))
    documented = {"BASE_URL", "API_URL", "LOGIN_EMAIL_SENDER", "SESSION_SECRET_ARN", "VERIFICATION_EMAIL_SENDER"}
    for handler, variables in rows:
        own = variables - everywhere - documented
        unread = own - read(handler)
        assert unread <= {"USE_DISTRIBUTED_CIRCUIT_BREAKER"}, handler
