"""Stream Sales' application: what the documents say of its functions, paths and outputs."""

from __future__ import annotations

import json
from typing import Any

import pytest

from pkgops.build.synth import synth
from pkgops.config import load
from pkgops.local.edge.patterns import matches
from tests.pkgops.next_project import manifest
from tests.repository import ROOT

RETENTION = {"dev": 7, "staging": 7, "prod": 30}
WORDS = {"dev": "dev", "staging": "staging", "prod": "production"}


def template(stage: str, built: dict[str, Any] | None = None, **environ: str) -> dict[str, Any]:
    project = load(stage, "stream_sales", ROOT, environ=environ)
    (stack,) = synth(project.system, project.stage, project.settings, built)
    return stack.template


def variables(found: dict[str, Any]) -> dict[str, Any]:
    values: dict[str, Any] = found["Resources"]["ServerFunction"]["Properties"]["Environment"]["Variables"]
    return values


@pytest.mark.parametrize("stage", WORDS)
def test_the_server_is_as_documented(stage: str) -> None:
    found = template(stage)["Resources"]
    server = found["ServerFunction"]["Properties"]
    assert server["FunctionName"] == f"stream-sales-{WORDS[stage]}-server"
    assert (server["MemorySize"], server["Timeout"], server["Architectures"]) == (512, 30, ["arm64"])
    assert server["Runtime"] == "nodejs22.x"
    assert len(server["VpcConfig"]["SubnetIds"]) == (3 if stage == "prod" else 2)
    assert found["ServerLogGroup"]["Properties"] == {
        "LogGroupName": f"/aws/lambda/stream-sales-{WORDS[stage]}-server",
        "RetentionInDays": RETENTION[stage],
    }
    assert found["ImageLogGroup"]["Properties"]["RetentionInDays"] == 7
    assert "VpcConfig" not in found["ImageFunction"]["Properties"]


@pytest.mark.parametrize("stage", WORDS)
def test_the_documented_variables_are_there_and_no_secret_is(stage: str) -> None:
    found = variables(template(stage))
    assert found["NODE_ENV"] == "production"
    assert found["JWT_EXPIRES_IN"] == "7d"
    assert found["ENABLE_API_LOGGING"] == ("false" if stage == "prod" else "true")
    assert found["ENABLE_QUERY_LOGGING"] == ("true" if stage == "dev" else "false")
    for name in ("DATABASE_SECRET_ARN", "JWT_SECRET_ARN", "ENCRYPTION_SECRET_ARN", "IMAGES_BUCKET_NAME"):
        assert isinstance(found[name], dict), name
    assert found["AWS_SECRET_NAME"] == f"stream-sales/{WORDS[stage]}/database/credentials"
    assert found.keys().isdisjoint({"AWS_REGION", "DATABASE_URL", "JWT_SECRET", "ENCRYPTION_KEY"})
    assert "resolve:secretsmanager" not in json.dumps(found)


def test_a_connection_is_encrypted_and_few_are_made() -> None:
    task = json.loads(variables(template("prod"))["PKGOPS_START"])
    (options,) = (row["options"] for row in task["variables"] if row["name"] == "DATABASE_URL")
    assert options == {"sslmode": "require", "connection_limit": "5", "pool_timeout": "20"}
    assert {row["name"] for row in task["variables"]} == {"DATABASE_URL", "JWT_SECRET", "ENCRYPTION_KEY"}


@pytest.mark.parametrize("built", [None, manifest(), manifest(cached=False)], ids=["unbuilt", "cached", "uncached"])
@pytest.mark.parametrize(
    ("path", "origin", "cached"),
    [
        ("/", "default", True),
        ("/products/7", "default", True),
        ("/api/health", "default", False),
        ("/api/auth/login", "default", False),
        ("/dashboard", "default", False),
        ("/dashboard/orders", "default", False),
        ("/_next/data/b1/dashboard.json", "default", False),
        ("/_next/data/b1/products.json", "default", True),
        ("/_next/image", "imageOptimizer", True),
        ("/_next/static/chunks/a.js", "s3", True),
        ("/BUILD_ID", "s3", True),
    ],
)
def test_paths_are_answered_by_the_first_pattern_that_fits(
    built: dict[str, Any] | None, path: str, origin: str, cached: bool
) -> None:
    config = template("prod", built)["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    rows = [row for row in config["CacheBehaviors"] if matches(row["PathPattern"], path)]
    found = rows[0] if rows else config["DefaultCacheBehavior"]
    assert found["TargetOriginId"] == origin
    assert (found["CachePolicyId"] != "4135ea2d-6df8-44a3-9df3-4b5a84be39ad") is cached
    assert found["ViewerProtocolPolicy"] == "redirect-to-https"
    if origin != "s3":
        assert [row["EventType"] for row in found["FunctionAssociations"]] == ["viewer-request"]
        assert found["OriginRequestPolicyId"] == "b689b0a8-53d0-40ab-baf2-68738e2966ac"
    if origin == "default":
        assert len(found["AllowedMethods"]) == 7


def test_files_of_the_build_are_the_buckets() -> None:
    config = template("prod", manifest())["Resources"]["Distribution"]["Properties"]["DistributionConfig"]
    patterns = {row["PathPattern"]: row["TargetOriginId"] for row in config["CacheBehaviors"]}
    assert patterns["/robots.txt"] == patterns["/.well-known/*"] == "s3"
    (bucket,) = (one for one in config["Origins"] if one["Id"] == "s3")
    assert bucket["OriginPath"] == "/_assets"


def test_the_server_is_protected_by_a_header_and_images_by_a_signature() -> None:
    found = template("prod")["Resources"]
    origins = {one["Id"]: one for one in found["Distribution"]["Properties"]["DistributionConfig"]["Origins"]}
    (header,) = origins["default"]["OriginCustomHeaders"]
    assert header["HeaderName"] == "x-origin-verify"
    assert "resolve:secretsmanager" in json.dumps(header["HeaderValue"])
    assert "OriginAccessControlId" not in origins["default"]
    assert "OriginAccessControlId" in origins["imageOptimizer"]
    assert found["ServerUrl"]["Properties"]["AuthType"] == "NONE"
    assert found["ImageUrl"]["Properties"]["AuthType"] == "AWS_IAM"
    rights = [one["Properties"] for one in found.values() if one["Type"] == "AWS::Lambda::Permission"]
    for principal in ("*", "cloudfront.amazonaws.com"):
        actions = {one["Action"] for one in rights if one["Principal"] == principal}
        assert actions == {"lambda:InvokeFunctionUrl", "lambda:InvokeFunction"}


def test_caches_are_there_if_the_build_has_them() -> None:
    kinds = {"AWS::DynamoDB::Table", "AWS::SQS::Queue", "AWS::Lambda::EventSourceMapping"}
    plain = template("dev", manifest(cached=False))["Resources"].values()
    assert not kinds & {one["Type"] for one in plain}
    found = template("dev", manifest())
    made = found["Resources"]
    assert kinds <= {one["Type"] for one in made.values()}
    queue = made["RevalidationsQueue"]["Properties"]
    assert (queue["QueueName"], queue["FifoQueue"]) == ("stream-sales-dev-revalidations.fifo", True)
    assert variables(found)["CACHE_BUCKET_KEY_PREFIX"] == "_cache"
    (index,) = made["TagsTable"]["Properties"]["GlobalSecondaryIndexes"]
    assert [row["AttributeName"] for row in index["KeySchema"]] == ["path", "revalidatedAt"]


@pytest.mark.parametrize("stage", WORDS)
def test_outputs(stage: str) -> None:
    outputs = template(stage)["Outputs"]
    assert outputs["CloudFrontURL"]["Export"]["Name"] == f"StreamSales-{WORDS[stage]}-CloudFrontURL"
    assert {"DistributionId", "AssetsBucketName", "ServerFunctionName"} <= outputs.keys()
