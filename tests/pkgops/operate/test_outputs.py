"""Outputs for people, programs and shells."""

from __future__ import annotations

import subprocess

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pkgops.build.synth import SynthesizedStack
from pkgops.config import Project
from pkgops.errors import UsageError
from pkgops.operate.dotenv import format_dotenv
from pkgops.operate.outputs import (
    OutputRow,
    environment_variables,
    find_output,
    format_shell,
    nested,
    read_outputs,
)
from tests.pkgops.fakes.ports import FakePorts

STACKS = [
    SynthesizedStack("pkgwatch", "storage", "PkgWatchStorage-dev", {}),
    SynthesizedStack("pkgwatch", "api", "PkgWatchApi-dev", {}),
    SynthesizedStack("pkgwatch", "budgets", "PkgWatchBudgets-dev", {}),
]
URL = "https://abc123.execute-api.us-east-1.amazonaws.com/v1"


@pytest.fixture
def deployed(account: FakePorts) -> FakePorts:
    account.stacks.deployed("PkgWatchApi-dev", "CREATE_COMPLETE", outputs={"PkgopsDigest": "f00", "ApiUrl": URL})
    account.stacks.deployed(
        "PkgWatchStorage-dev",
        "UPDATE_COMPLETE",
        outputs={"TableName": "packages", "BucketName": "raw"},
        exports={"TableName": "pkgwatch-packages"},
    )
    account.stacks.deployed("Other-dev", "CREATE_COMPLETE", outputs={"Secret": "x"})
    return account


def test_rows_follow_the_stacks_and_hide_the_tools_own(pkgwatch: Project, deployed: FakePorts) -> None:
    assert read_outputs(pkgwatch, STACKS, deployed) == [
        OutputRow("storage", "BucketName", "raw"),
        OutputRow("storage", "TableName", "packages", "pkgwatch-packages"),
        OutputRow("api", "ApiUrl", URL),
    ]
    assert deployed.stacks.calls == ["describe"]


def test_addresses_lead_to_the_emulator(pkgwatch: Project, deployed: FakePorts) -> None:
    deployed.endpoint = "http://127.0.0.1:4566"
    assert read_outputs(pkgwatch, STACKS, deployed)[-1].value.startswith("http://127.0.0.1:4566/")


def test_nothing_deployed_is_an_error_with_the_next_step(pkgwatch: Project, account: FakePorts) -> None:
    with pytest.raises(UsageError, match="No stack of pkgwatch is deployed on stage dev") as error:
        read_outputs(pkgwatch, STACKS, account)
    assert "pkgops deploy pkgwatch --stage dev" in error.value.hint


ROWS = [
    OutputRow("api", "ApiUrl", URL),
    OutputRow("api", "TableName", "a"),
    OutputRow("storage", "TableName", "b", "pkgwatch-table"),
]


@pytest.mark.parametrize(
    ("name", "value"),
    [("ApiUrl", URL), ("apiurl", URL), ("api.ApiUrl", URL), ("storage.TableName", "b"), ("pkgwatch-table", "b")],
)
def test_one_output_by_any_of_its_names(name: str, value: str) -> None:
    assert find_output(ROWS, name).value == value


def test_one_output_of_two_stacks_is_refused() -> None:
    with pytest.raises(UsageError, match="Several stacks") as error:
        find_output(ROWS, "TableName")
    assert error.value.hint == "Name one of: api.TableName, storage.TableName."


@pytest.mark.parametrize("name", ["ApiUri", ""])
def test_an_unknown_output(name: str) -> None:
    with pytest.raises(UsageError, match="Unknown output") as error:
        find_output(ROWS, name)
    assert "ApiUrl" in error.value.hint


def test_names_of_variables() -> None:
    keys = ["ApiUrl", "PackagesTableName", "DLQUrl", "HTTPApiId", "TableV2Arn", "already_snake"]
    names = list(environment_variables(OutputRow("s", key, "") for key in keys))
    assert names == ["API_URL", "PACKAGES_TABLE_NAME", "DLQ_URL", "HTTP_API_ID", "TABLE_V2_ARN", "ALREADY_SNAKE"]


def test_only_colliding_names_carry_their_stack() -> None:
    assert dict(environment_variables(ROWS)) == {"API_URL": URL, "API_TABLE_NAME": "a", "STORAGE_TABLE_NAME": "b"}


def test_a_prefixed_name_never_hides_another() -> None:
    rows = [*ROWS, OutputRow("other", "ApiTableName", "c"), OutputRow("a_b", "C", "d"), OutputRow("a", "BC", "e")]
    rows += [OutputRow("x", "C", "f"), OutputRow("x", "BC", "g")]
    assert sorted(environment_variables(rows).values()) == sorted(row.value for row in rows)


def test_names_that_differ_in_capitals_alone_are_refused() -> None:
    with pytest.raises(UsageError, match=r"s\.ApiURL, s\.ApiUrl") as error:
        environment_variables([OutputRow("s", "ApiURL", ""), OutputRow("s", "ApiUrl", "")])
    assert "--format json" in error.value.hint


def test_json_is_by_stack() -> None:
    assert nested(ROWS) == {"api": {"ApiUrl": URL, "TableName": "a"}, "storage": {"TableName": "b"}}


NASTY = st.text(st.characters(exclude_categories=["Cs", "Cc"]) | st.sampled_from("\n\t'\"\\$`# ={}"))


@settings(max_examples=25, deadline=None)
@given(NASTY)
def test_shell_is_read_back(value: str) -> None:
    text = format_shell({"VALUE": value})
    done = subprocess.run(["sh", "-c", f'{text}\nprintf %s "$VALUE"'], capture_output=True, check=True)
    assert done.stdout.decode() == value


def test_plain_values_stay_bare() -> None:
    assert format_dotenv(environment_variables(ROWS[:1])) == f"API_URL={URL}"
    assert format_shell(environment_variables(ROWS[:1])) == f"export API_URL={URL}"
