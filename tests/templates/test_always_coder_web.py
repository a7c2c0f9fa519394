"""The web stack of Always Coder as its documents have it."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.check import check
from pkgops.build.synth import synth
from pkgops.config import Project
from pkgops.errors import BuildError
from pkgops.model import Stage
from tests.repository import load_system
from tests.templates.conftest import built

POLICIES = {"optimized": "658327ea-f89d-4fab-a63d-7e88639e58f6", "disabled": "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"}


@pytest.fixture(scope="module")
def web() -> dict[str, Any]:
    (found,) = [case.template for case in built("always_coder", "dev") if case.stack.key == "web"]
    return found


def test_the_distribution(web: dict[str, Any]) -> None:
    config = web["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    given = {name: value for name, value in config.items() if isinstance(value, str | bool)}
    assert given == {
        "Comment": "Always Coder dev Web Distribution",
        "DefaultRootObject": "index.html",
        "Enabled": True,
        "HttpVersion": "http2and3",
        "IPV6Enabled": True,
        "PriceClass": "PriceClass_100",
    }
    assert not {"Aliases", "ViewerCertificate", "Logging", "WebACLId"} & set(config)
    assert {
        row["ErrorCode"]: (row["ResponseCode"], row["ResponsePagePath"]) for row in config["CustomErrorResponses"]
    } == {
        404: (200, "/index.html"),
        403: (200, "/index.html"),
    }
    assert {row["ErrorCachingMinTTL"] for row in config["CustomErrorResponses"]} == {0}


def test_the_behaviors(web: dict[str, Any]) -> None:
    config = web["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    default, (callback,) = config["DefaultCacheBehavior"], config["CacheBehaviors"]
    shared = {
        "TargetOriginId": "pages",
        "ViewerProtocolPolicy": "redirect-to-https",
        "AllowedMethods": ["GET", "HEAD"],
        "CachedMethods": ["GET", "HEAD"],
        "Compress": True,
    }
    assert default.items() >= shared.items()
    assert callback.items() >= {**shared, "PathPattern": "/auth/callback"}.items()
    assert (default["CachePolicyId"], callback["CachePolicyId"]) == (POLICIES["optimized"], POLICIES["disabled"])
    assert default["ResponseHeadersPolicyId"] == {"Ref": "WebHeadersPolicy"}
    assert "ResponseHeadersPolicyId" not in callback
    for row, version in ((default, "AuthGateVersion"), (callback, "AuthCallbackVersion")):
        assert row["LambdaFunctionAssociations"] == [
            {"EventType": "viewer-request", "LambdaFunctionARN": {"Ref": version}}
        ]


def test_the_headers_replace_those_of_the_origin(web: dict[str, Any]) -> None:
    policy = web["Resources"]["WebHeadersPolicy"]["Properties"]["ResponseHeadersPolicyConfig"]
    assert policy["SecurityHeadersConfig"] == {
        "ContentTypeOptions": {"Override": True},
        "FrameOptions": {"FrameOption": "DENY", "Override": True},
        "ReferrerPolicy": {"ReferrerPolicy": "strict-origin-when-cross-origin", "Override": True},
        "StrictTransportSecurity": {
            "AccessControlMaxAgeSec": 31536000,
            "IncludeSubdomains": True,
            "Preload": False,
            "Override": True,
        },
        "XSSProtection": {"Protection": True, "ModeBlock": True, "Override": True},
    }


def test_the_functions_at_the_edge(web: dict[str, Any]) -> None:
    made = web["Resources"]
    names = {"AuthGate": "always-coder-dev-auth-edge-v2", "AuthCallback": "always-coder-dev-callback-edge-v2"}
    for stem, name in names.items():
        given = made[f"{stem}Function"]["Properties"]
        assert (given["FunctionName"], given["MemorySize"], given["Timeout"]) == (name, 128, 5)
        group = made[f"{stem}LogGroup"]["Properties"]
        assert (group["LogGroupName"], group["RetentionInDays"]) == (f"/aws/lambda/us-east-1.{name}", 7)


def test_names_outputs_and_exports(web: dict[str, Any]) -> None:
    assert web["Resources"]["WebBucket"]["Properties"]["BucketName"] == {
        "Fn::Sub": "always-coder-dev-web-${AWS::AccountId}"
    }
    comment = web["Resources"]["WebIdentity"]["Properties"]["CloudFrontOriginAccessIdentityConfig"]["Comment"]
    assert comment == "OAI for always-coder-dev"
    exports = {name: row.get("Export", {}).get("Name") for name, row in web["Outputs"].items()}
    assert exports == {
        "WebBucketName": None,
        "DistributionId": None,
        "WebUrl": "always-coder-dev-web-url",
        "CognitoCallbackUrl": None,
        "AuthEdgeFunctionArn": None,
        "CallbackEdgeFunctionArn": None,
    }


def test_a_stage_in_another_region_is_refused_before_anything_is_touched(tmp_path: Path) -> None:
    system = load_system("always_coder")
    stage = replace(Stage("dev"), region="eu-west-1")
    stacks = [stack for stack in synth(system, stage, system.settings()) if stack.key == "web"]
    with pytest.raises(BuildError, match=r"exist in us-east-1 only, but the stage is in eu-west-1") as refused:
        check(Project(tmp_path, stage, system, system.settings()), stacks)
    assert "nothing was deployed" in refused.value.message
