"""The shipped systems pass every check on every stage: rules, cfn-lint, and no acceptance that is not needed.

What a system cannot do without says the systems' own tests; this holds for any project, see docs/reference/checks.md.
"""

from __future__ import annotations

import pytest

from pkgops.checks.kit.functions import FUNCTION, handler_path
from pkgops.config import Project
from pkgops.model import Stage
from tests.builds import Builds
from tests.closures import closures
from tests.repository import ROOT, SYSTEMS, load_system
from tests.templates.conftest import Case, built

CLOSURES = closures(ROOT)
HANDLERS = sorted(
    {
        handler_path(resource["Properties"])
        for system in SYSTEMS
        for case in built(system, "prod")
        for resource in case.template["Resources"].values()
        if resource["Type"] == FUNCTION and handler_path(resource["Properties"])  # not a bundle of Node.js
    }
)


def project(cases: tuple[Case, ...]) -> Project:
    """The project of a system on a stage, production with the data of production."""
    first = cases[0]
    stage = Stage(first.stage.name, account=first.stage.account, protected=first.stage.production)
    return Project(ROOT, stage, first.system, first.settings)


def test_nothing_is_found(system_cases: tuple[Case, ...], builds: Builds) -> None:
    result = builds.report(project(system_cases), [case.stack for case in system_cases])
    assert [
        f"{one.place}: {one.rule} {one.message}" for one in result.findings if expected(one.rule, one.message)
    ] == []


def expected(rule: str, message: str) -> bool:
    """All but what the tool's own bootstrap stack, which is no system of the project, has no files for."""
    return not (rule.startswith("P9") and "bootstrap" in message)


def test_what_is_accepted_is_accepted_for_a_reason(system_cases: tuple[Case, ...], builds: Builds) -> None:
    result = builds.report(project(system_cases), [case.stack for case in system_cases])
    assert all(len(by.reason.split()) > 3 for _, by in result.accepted)
    assert not {finding.rule for finding, _ in result.accepted} & {"P101", "P102", "P103"}, "grants are exact here"


@pytest.mark.parametrize("handler", HANDLERS)
def test_what_is_read_travels_in_the_zip(handler: str, builds: Builds) -> None:
    """Two readings of the same imports: the packager's and the checks'."""
    read = {file for file in builds.usage(handler).files if (ROOT / file).is_file()}
    assert read <= set(CLOSURES.of(handler).files)


@pytest.mark.parametrize("handler", HANDLERS)
def test_what_handlers_call_can_be_told(handler: str, builds: Builds) -> None:
    assert sorted(builds.usage(handler).unresolved) == []
    assert sorted(builds.usage(handler).unresolved_reads) == []


def test_what_nobody_calls_does_not_count(builds: Builds) -> None:
    """The redirect checks a code with a function whose file also looks codes up."""
    handler = "handlers/pkgwatch/api/referral_redirect.py"
    assert "handlers/pkgwatch/referrals/referral_codes.py" in CLOSURES.of(handler).files
    assert builds.usage(handler).uses == set()


def test_reading_does_not_count_as_writing(builds: Builds) -> None:
    def actions(name: str) -> set[str]:
        uses = builds.usage(f"handlers/pkgwatch/api/{name}.py").uses
        return {action.removeprefix("dynamodb:") for use in uses for action in use.actions}

    assert not actions("get_api_keys") & {"PutItem", "UpdateItem", "DeleteItem", "Scan"}
    assert actions("create_api_key") & {"PutItem", "UpdateItem"}
    assert {"Scan", "UpdateItem"} <= actions("reset_usage")


def test_every_system_is_checked() -> None:
    assert {load_system(key).key for key in SYSTEMS} == set(SYSTEMS)
    assert len(HANDLERS) > 40
