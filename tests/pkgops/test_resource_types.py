"""Are the rules of replacement and of reading those of CloudFormation's schemas, as the installed cfn-lint has them?"""

from __future__ import annotations

import json
from collections.abc import Iterator
from importlib.util import find_spec
from pathlib import Path

import pytest

from pkgops.resource_types import Recreation, is_write_only, never_read_back, recreation
from tests.repository import ROOT

TABLE = ROOT / "pkgops/resource_types.txt"


def schemas() -> Iterator[dict[str, object]]:
    found = find_spec("cfnlint")
    assert found is not None
    assert found.origin is not None
    for path in (Path(found.origin).parent / "data/schemas/resources").glob("*.json"):
        yield json.loads(path.read_bytes())


def names(schema: dict[str, object], key: str, sign: str = "") -> list[str]:
    """The paths under a key of a schema; an element of a list counts for the list."""
    paths = schema.get(key) or []
    assert isinstance(paths, list)
    return sorted({sign + path.removeprefix("/properties/").partition("/*")[0] for path in paths})


def whole(schema: dict[str, object], key: str, sign: str) -> list[str]:
    """The same with a star for the members of a list."""
    paths = schema.get(key) or []
    assert isinstance(paths, list)
    return sorted({sign + path.removeprefix("/properties/") for path in paths})


def rules(schema: dict[str, object]) -> str:
    words = [*names(schema, "createOnlyProperties"), *names(schema, "conditionalCreateOnlyProperties", "?")]
    words += whole(schema, "writeOnlyProperties", "!")
    return " ".join([str(schema["typeName"]), *(words or ["-"])])


def test_the_table_is_that_of_the_schemas(request: pytest.FixtureRequest) -> None:
    expected = "\n".join(sorted(map(rules, schemas()))) + "\n"
    if request.config.getoption("--update-golden"):
        TABLE.write_text(expected, encoding="utf-8")
    assert TABLE.read_text(encoding="utf-8") == expected, "cfn-lint has other schemas: run make docs"


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("AWS::Lambda::Function", "FunctionName", Recreation.ALWAYS),
        ("AWS::Lambda::Function", "Environment", Recreation.NEVER),
        ("AWS::Lambda::Function", "Code/S3Key", Recreation.NEVER),
        ("AWS::DynamoDB::Table", "KeySchema", Recreation.CONDITIONALLY),
        ("AWS::Logs::LogGroup", "RetentionInDays", Recreation.NEVER),
        ("AWS::Budgets::Budget", "Budget", Recreation.CONDITIONALLY),  # its name is set at creation
        ("AWS::Budgets::Budget", "Budget/BudgetLimit", Recreation.NEVER),
        ("AWS::Budgets::Budget", "Budget/BudgetName", Recreation.ALWAYS),
        ("AWS::IAM::Policy", "PolicyDocument", Recreation.NEVER),
        ("Custom::Thing", "Name", None),
    ],
)
def test_a_property_replaces_or_does_not(kind: str, name: str, expected: Recreation | None) -> None:
    assert recreation(kind, name) is expected


@pytest.mark.parametrize(
    ("kind", "name", "expected"),
    [
        ("AWS::SecretsManager::Secret", "SecretString", True),
        ("AWS::SecretsManager::Secret", "GenerateSecretString/PasswordLength", True),
        ("AWS::SecretsManager::Secret", "Name", False),
        ("AWS::Lambda::Function", "Code/S3Key", True),
        ("AWS::Lambda::Function", "Code", False),  # only its parts are
        ("AWS::S3::Bucket", "LifecycleConfiguration/Rules/3/Transition", True),
        ("AWS::S3::Bucket", "LifecycleConfiguration/Rules/3/Status", False),
        ("Custom::Thing", "Name", False),
    ],
)
def test_a_property_is_read_back_or_is_not(kind: str, name: str, expected: bool) -> None:
    assert is_write_only(kind, name) is expected


def test_what_is_never_read_back_is_found_in_a_definition() -> None:
    code = {"Code": {"S3Bucket": "b", "S3Key": "k"}, "Handler": "app.handler"}
    assert list(never_read_back("AWS::Lambda::Function", code)) == ["Code/S3Bucket", "Code/S3Key"]
    rules = [{"Id": "one"}, {"Id": "two", "Transition": {}}]
    found = never_read_back("AWS::S3::Bucket", {"LifecycleConfiguration": {"Rules": rules}})
    assert list(found) == ["LifecycleConfiguration/Rules/1/Transition"]
