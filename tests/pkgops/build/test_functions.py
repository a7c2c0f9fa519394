"""Every name of a function finds it."""

from __future__ import annotations

from typing import Any

import pytest

from pkgops.build.functions import find_function, functions
from pkgops.build.synth import SynthesizedStack
from pkgops.errors import UsageError


def stack(key: str, name: str, **resources: dict[str, Any]) -> SynthesizedStack:
    return SynthesizedStack("pkgwatch", key, name, {"Resources": resources}, words=("dev",))


def function(name: Any, handler: str, **properties: Any) -> dict[str, Any]:
    return {
        "Type": "AWS::Lambda::Function",
        "Properties": {"FunctionName": name, "Handler": handler, **properties},
    }


STACKS = [
    stack(
        "api",
        "PkgWatchApi-dev",
        GetPackageFunction=function("pkgwatch-api-get-package-dev", "handlers.pkgwatch.api.get_package.handler"),
        CleanupFunction=function("pkgwatch-api-cleanup-dev", "handlers.pkgwatch.api.cleanup.handler"),
        ScanFunction=function(
            "pkgwatch-api-scan-dev", "handlers.pkgwatch.api.scan.handler", LoggingConfig={"LogGroup": {"Ref": "Group"}}
        ),
        Group={"Type": "AWS::Logs::LogGroup", "Properties": {"LogGroupName": "/custom/scan"}},
        Table={"Type": "AWS::DynamoDB::Table", "Properties": {}},
    ),
    stack(
        "pipeline",
        "PkgWatchPipeline-dev",
        CleanupFunction=function("pkgwatch-cleanup-dev", "handlers.pkgwatch.pipeline.cleanup.handler"),
        Inline=function({"Fn::Sub": "${AWS::StackName}-x"}, "index.handler"),
    ),
]
KNOWN = functions(STACKS)


def test_functions_come_from_the_templates() -> None:
    assert [(f.stack, f.logical_id, f.name, f.handler, f.log_group) for f in KNOWN] == [
        (
            "api",
            "GetPackageFunction",
            "pkgwatch-api-get-package-dev",
            "handlers/pkgwatch/api/get_package.py",
            "/aws/lambda/pkgwatch-api-get-package-dev",
        ),
        (
            "api",
            "CleanupFunction",
            "pkgwatch-api-cleanup-dev",
            "handlers/pkgwatch/api/cleanup.py",
            "/aws/lambda/pkgwatch-api-cleanup-dev",
        ),
        ("api", "ScanFunction", "pkgwatch-api-scan-dev", "handlers/pkgwatch/api/scan.py", "/custom/scan"),
        (
            "pipeline",
            "CleanupFunction",
            "pkgwatch-cleanup-dev",
            "handlers/pkgwatch/pipeline/cleanup.py",
            "/aws/lambda/pkgwatch-cleanup-dev",
        ),
    ]


@pytest.mark.parametrize(
    "name",
    [
        "get-package",
        "get_package",
        "GetPackage",
        "GetPackageHandler",
        "GetPackageFunction",
        "getpackagehandler",
        "pkgwatch-api-get-package",
        "pkgwatch-api-get-package-dev",
        "/aws/lambda/pkgwatch-api-get-package-dev",
        "handlers/pkgwatch/api/get_package.py",
        "handlers.pkgwatch.api.get_package",
        "pkgwatch/api/get_package.py",
        "api/get_package",
        "api.get_package",
    ],
)
def test_any_name_finds_it(name: str) -> None:
    assert find_function(KNOWN, name).name == "pkgwatch-api-get-package-dev"


def test_its_own_log_group_finds_it() -> None:
    assert find_function(KNOWN, "/custom/scan").short == "scan"


@pytest.mark.parametrize("name", ["cleanup", "CleanupFunction"])
def test_a_name_of_several_is_refused_with_all_of_them(name: str) -> None:
    with pytest.raises(UsageError, match="is the name of 2 functions") as error:
        find_function(KNOWN, name)
    assert error.value.hint == "Name one of: pkgwatch-api-cleanup-dev, pkgwatch-cleanup-dev."


@pytest.mark.parametrize("name", ["pipeline/cleanup", "pkgwatch-cleanup", "pkgwatch-cleanup-dev"])
def test_a_longer_name_tells_them_apart(name: str) -> None:
    assert find_function(KNOWN, name).stack == "pipeline"


@pytest.mark.parametrize("name", ["get-pakage", "get"])
def test_an_unknown_name_is_answered_with_the_nearest(name: str) -> None:
    with pytest.raises(UsageError, match="Unknown function") as error:
        find_function(KNOWN, name)
    assert error.value.hint == "Did you mean get-package?"
