"""What holds for every template of every system, whatever it builds?"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterator
from typing import Any

from pkgops import bootstrap
from pkgops.build.synth import resources
from pkgops.model import NAMED_STAGE
from tests.repository import ROOT, load_system

# Actions that know no resource; the reason each is allowed on "*".
RESOURCELESS = {
    "xray:PutTelemetryRecords": "X-Ray has no resources",
    "xray:PutTraceSegments": "X-Ray has no resources",
    "cloudwatch:PutMetricData": "metrics have no ARN; the namespace condition is the boundary",
}
# Documented as readable by anybody.
PUBLIC_BUCKETS = ("pkgwatch-public-data",)
# Documented to lose their data with their stack everywhere but in production.
DISPOSABLE = {"kefir"}
# Type -> property with the physical name.
NAMES = {
    "AWS::ApiGateway::RestApi": "Name",
    "AWS::ApiGatewayV2::Api": "Name",
    "AWS::Backup::BackupVault": "BackupVaultName",
    "AWS::CloudWatch::Alarm": "AlarmName",
    "AWS::CloudWatch::Dashboard": "DashboardName",
    "AWS::Cognito::UserPool": "UserPoolName",
    "AWS::Cognito::UserPoolClient": "ClientName",
    "AWS::DynamoDB::Table": "TableName",
    "AWS::Events::Rule": "Name",
    "AWS::Lambda::Function": "FunctionName",
    "AWS::Logs::LogGroup": "LogGroupName",
    "AWS::S3::Bucket": "BucketName",
    "AWS::SNS::Topic": "TopicName",
    "AWS::SQS::Queue": "QueueName",
    "AWS::WAFv2::WebACL": "Name",
}
# Types that name what they belong to, and properties that name something else.
LINKS = ("Permission", "Mapping", "Stage", "Version")
FOREIGN = {"AWS::CodeDeploy::DeploymentGroup": {"ApplicationName", "DeploymentConfigName"}}


def of_type(template: dict[str, Any], *types: str) -> list[tuple[str, dict[str, Any]]]:
    return [(title, resource["Properties"]) for title, resource in resources(template, *types)]


def statements(template: dict[str, Any]) -> Iterator[tuple[str, dict[str, Any]]]:
    for title, properties in of_type(template, "AWS::IAM::Role"):
        for policy in properties.get("Policies", []):
            yield from ((title, statement) for statement in policy["PolicyDocument"]["Statement"])
    policies = ("AWS::S3::BucketPolicy", "AWS::SNS::TopicPolicy", "AWS::SQS::QueuePolicy", "AWS::IAM::Policy")
    for title, properties in of_type(template, *policies):
        yield from ((title, statement) for statement in properties["PolicyDocument"]["Statement"])


def literal(name: Any) -> str:
    return str(name["Fn::Sub"] if isinstance(name, dict) else name)


def physical_names(template: dict[str, Any]) -> Iterator[tuple[str, str]]:
    for kind, key in NAMES.items():
        for _, properties in of_type(template, kind):
            yield kind, literal(properties[key])
    for _, properties in of_type(template, "AWS::Budgets::Budget"):
        yield "AWS::Budgets::Budget", properties["Budget"]["BudgetName"]
    for _, properties in of_type(template, "AWS::Backup::BackupPlan"):
        yield "AWS::Backup::BackupPlan", properties["BackupPlan"]["BackupPlanName"]
    for output in template.get("Outputs", {}).values():
        if "Export" in output:
            yield "Export", output["Export"]["Name"]


def test_no_statement_allows_every_action(case: Any) -> None:
    for title, statement in statements(case.template):
        if statement["Effect"] == "Allow":
            assert not [action for action in statement["Action"] if action.endswith("*")], title


def test_only_listed_actions_are_allowed_on_every_resource(case: Any) -> None:
    for title, statement in statements(case.template):
        if statement["Effect"] == "Allow" and "*" in statement["Resource"]:
            assert set(statement["Action"]) <= set(RESOURCELESS), title
            if "cloudwatch:PutMetricData" in statement["Action"]:
                assert "cloudwatch:namespace" in statement["Condition"]["StringEquals"], title


def test_anybody_is_allowed_only_in_public_buckets(case: Any) -> None:
    for title, statement in statements(case.template):
        if statement["Effect"] == "Allow" and statement.get("Principal") in ("*", {"AWS": "*"}):
            resource = literal(statement["Resource"][0])
            assert any(f":::{name}-" in resource for name in PUBLIC_BUCKETS), title


def test_services_publish_and_deliver_for_this_account_alone(case: Any) -> None:
    for title, statement in statements(case.template):
        if statement["Effect"] == "Allow" and "Service" in (statement.get("Principal") or {}):
            account = statement["Condition"]["StringEquals"]["aws:SourceAccount"]
            assert account == {"Ref": "AWS::AccountId"}, title


def test_functions_log_to_a_group_with_retention(case: Any) -> None:
    groups = dict(of_type(case.template, "AWS::Logs::LogGroup"))
    for title, function in of_type(case.template, "AWS::Lambda::Function"):
        group = groups[function["LoggingConfig"]["LogGroup"]["Ref"]]
        assert group["LogGroupName"] == f"/aws/lambda/{function['FunctionName']}", title
        assert group["RetentionInDays"] > 0, title


def test_functions_are_traced_and_have_a_role_of_their_own(case: Any) -> None:
    functions = of_type(case.template, "AWS::Lambda::Function")
    roles = Counter(json.dumps(function["Role"]) for _, function in functions)
    assert set(roles.values()) <= {1}
    assert all(function["TracingConfig"] == {"Mode": "Active"} for _, function in functions)


def test_functions_are_handlers_of_this_repository(case: Any) -> None:
    for title, function in of_type(case.template, "AWS::Lambda::Function"):
        path = function["Code"]["S3Key"].removeprefix("asset://")
        assert function["Handler"] == path.removesuffix(".py").replace("/", ".") + ".handler", title
        assert (ROOT / path).is_file(), f"{title}: there is no {path}"


def test_queues_have_a_dead_letter_queue_or_are_one(case: Any) -> None:
    queues = dict(of_type(case.template, "AWS::SQS::Queue"))
    targets = {
        q["RedrivePolicy"]["deadLetterTargetArn"]["Fn::GetAtt"][0] for q in queues.values() if "RedrivePolicy" in q
    }
    for _, mapping in of_type(case.template, "AWS::Lambda::EventSourceMapping"):
        failures = mapping.get("DestinationConfig", {}).get("OnFailure", {}).get("Destination", {})
        targets.add(failures.get("Fn::GetAtt", [""])[0])
    assert {title for title, queue in queues.items() if "RedrivePolicy" not in queue} <= targets
    assert all(queue["SqsManagedSseEnabled"] for queue in queues.values())


def test_stream_mappings_report_single_failures_to_a_queue(case: Any) -> None:
    for title, mapping in of_type(case.template, "AWS::Lambda::EventSourceMapping"):
        assert mapping["FunctionResponseTypes"] == ["ReportBatchItemFailures"], title
        if "StartingPosition" in mapping:
            assert mapping["DestinationConfig"]["OnFailure"]["Destination"], title


def test_buckets_are_private_encrypted_and_tls_only(case: Any) -> None:
    denied = {
        properties["Bucket"]["Ref"]
        for _, properties in of_type(case.template, "AWS::S3::BucketPolicy")
        for statement in properties["PolicyDocument"]["Statement"]
        if statement["Effect"] == "Deny" and statement["Condition"] == {"Bool": {"aws:SecureTransport": "false"}}
    }
    for title, bucket in of_type(case.template, "AWS::S3::Bucket"):
        public = literal(bucket["BucketName"]).startswith(PUBLIC_BUCKETS)
        assert set(bucket["PublicAccessBlockConfiguration"].values()) == {not public}, title
        assert len(bucket["PublicAccessBlockConfiguration"]) == 4, title
        assert bucket["BucketEncryption"], title
        assert title in denied


def test_data_outlives_its_stack(case: Any) -> None:
    """The artifact bucket goes: what it holds can be built again. So does what is documented to."""
    disposable = case.stack.system in DISPOSABLE and not case.stage.production
    policy = "Delete" if disposable or case.stack.system == "bootstrap" else "Retain"
    kinds = ("AWS::DynamoDB::Table", "AWS::S3::Bucket", "AWS::Cognito::UserPool")
    for title, resource in resources(case.template, *kinds):
        assert resource["DeletionPolicy"] == resource["UpdateReplacePolicy"] == policy, title


def test_alarms_notify_somebody(case: Any) -> None:
    for title, alarm in of_type(case.template, "AWS::CloudWatch::Alarm"):
        assert alarm["AlarmActions"], title


def test_names_tell_the_stage_except_in_production(case: Any) -> None:
    for kind, name in physical_names(case.template):
        if kind == "AWS::S3::Bucket" and name.startswith("pkgops-artifacts-"):
            assert name.startswith(f"pkgops-artifacts-{case.stage.name}-")
        elif staged_by_documents(case.stack):
            assert f"-{case.stage.name}-" in f"{name}-", kind
        elif case.stage.production:
            assert "prod" not in name, kind
        else:
            assert name.endswith(f"-{case.stage.name}"), kind


def staged_by_documents(stack: Any) -> bool:
    """Whether the documents put the stage into a system's names themselves; then production's is in them too."""
    documented = bootstrap.SYSTEM if stack.system == "bootstrap" else load_system(stack.system)
    return all(NAMED_STAGE in one.name for one in documented.stacks)


def test_physical_names_are_unique(system_cases: tuple[Any, ...]) -> None:
    names = Counter(pair for case in system_cases for pair in physical_names(case.template))
    assert [pair for pair, count in names.items() if count > 1] == []


def test_every_kind_of_named_resource_is_checked(case: Any) -> None:
    """A new type with a name of its own must be added to NAMES, or the two tests above are blind to it."""
    checked = {*NAMES, "AWS::Budgets::Budget", "AWS::Backup::BackupPlan"}
    inner = {
        "AWS::ApiGateway::Model",
        "AWS::ApiGateway::RequestValidator",
        "AWS::ApiGatewayV2::Authorizer",
        "AWS::Lambda::Alias",
    }  # in an API or function
    chosen = {"AWS::ApiGateway::DomainName", "AWS::CertificateManager::Certificate"}  # by the operator, in the DNS
    for title, resource in resources(case.template):
        keys = {key for key in resource.get("Properties", {}) if key == "Name" or key.endswith("Name")}
        own = keys - {"FunctionName", "StageName", "DomainName"} if resource["Type"].endswith(LINKS) else keys
        if own - FOREIGN.get(resource["Type"], set()):
            assert resource["Type"] in checked | inner | chosen, f"{title}: {sorted(own)}"


def test_api_gateway_may_invoke_each_integration(case: Any) -> None:
    paths = dict(of_type(case.template, "AWS::ApiGateway::Resource"))
    allowed = {
        (json.dumps(permission["FunctionName"]), literal(permission["SourceArn"]).split(":")[-1])
        for _, permission in of_type(case.template, "AWS::Lambda::Permission")
        if permission["Principal"] == "apigateway.amazonaws.com"
    }
    stages = [stage["StageName"] for _, stage in of_type(case.template, "AWS::ApiGateway::Stage")]
    for title, method in of_type(case.template, "AWS::ApiGateway::Method"):
        if method["Integration"]["Type"] == "AWS_PROXY":
            invoked = literal(method["Integration"]["Uri"]).split("/functions/${")[1].split("}")[0]
            target = {"Fn::GetAtt": invoked.split(".")} if "." in invoked else {"Ref": invoked}
            called = f"${{Api}}/{stages[0]}/{method['HttpMethod']}{path_of(method['ResourceId'], paths)}"
            assert (json.dumps(target), called) in allowed, title


def path_of(reference: dict[str, Any], paths: dict[str, dict[str, Any]]) -> str:
    if "Ref" not in reference:
        return ""
    properties = paths[reference["Ref"]]
    part = "*" if properties["PathPart"].startswith("{") else properties["PathPart"]
    return f"{path_of(properties['ParentId'], paths)}/{part}"
