"""The IAM actions that the methods of AWS clients need.

Most actions are named like the operation (``put_item``, ``dynamodb:PutItem``); tables hold the exceptions. The list of
actions, and which of them have resource-level permissions, is cfn-lint's.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from pathlib import Path
from typing import Any

# botocore's name of a service -> IAM's, where they differ.
PREFIXES = {
    "apigatewaymanagementapi": "execute-api",
    "bedrock-agent": "bedrock",
    "bedrock-agent-runtime": "bedrock",
    "bedrock-runtime": "bedrock",
    "cognito-idp": "cognito-idp",
    "dynamodbstreams": "dynamodb",
    "efs": "elasticfilesystem",
    "elb": "elasticloadbalancing",
    "elbv2": "elasticloadbalancing",
    "emr": "elasticmapreduce",
    "iot-data": "iot",
    "opensearch": "es",
    "pinpoint": "mobiletargeting",
    "resourcegroupstaggingapi": "tag",
    "sesv2": "ses",
    "stepfunctions": "states",
    "timestream-query": "timestream",
    "timestream-write": "timestream",
}
# (IAM's service, method) -> actions.
_OTHERS: Mapping[tuple[str, str], tuple[str, ...]] = {
    ("bedrock", "converse"): ("InvokeModel",),
    ("bedrock", "converse_stream"): ("InvokeModelWithResponseStream",),
    ("dynamodb", "batch_writer"): ("BatchWriteItem",),
    ("dynamodb", "transact_get_items"): ("GetItem",),
    ("execute-api", "delete_connection"): ("ManageConnections",),
    ("execute-api", "get_connection"): ("ManageConnections",),
    ("execute-api", "post_to_connection"): ("ManageConnections",),
    ("lambda", "invoke"): ("InvokeFunction",),
    ("lambda", "invoke_async"): ("InvokeFunction",),
    ("lambda", "invoke_with_response_stream"): ("InvokeFunction",),
    ("s3", "complete_multipart_upload"): ("PutObject",),
    ("s3", "copy"): ("GetObject", "PutObject"),
    ("s3", "copy_object"): ("GetObject", "PutObject"),
    ("s3", "create_multipart_upload"): ("PutObject",),
    ("s3", "delete_objects"): ("DeleteObject",),
    ("s3", "download_file"): ("GetObject",),
    ("s3", "download_fileobj"): ("GetObject",),
    ("s3", "generate_presigned_post"): ("PutObject",),
    ("s3", "head_bucket"): ("ListBucket",),
    ("s3", "head_object"): ("GetObject",),
    ("s3", "list_buckets"): ("ListAllMyBuckets",),
    ("s3", "list_multipart_uploads"): ("ListBucketMultipartUploads",),
    ("s3", "list_object_versions"): ("ListBucketVersions",),
    ("s3", "list_objects"): ("ListBucket",),
    ("s3", "list_objects_v2"): ("ListBucket",),
    ("s3", "list_parts"): ("ListMultipartUploadParts",),
    ("s3", "select_object_content"): ("GetObject",),
    ("s3", "upload_file"): ("PutObject",),
    ("s3", "upload_fileobj"): ("PutObject",),
    ("s3", "upload_part"): ("PutObject",),
    ("s3", "upload_part_copy"): ("GetObject", "PutObject"),
    ("secretsmanager", "batch_get_secret_value"): ("BatchGetSecretValue", "GetSecretValue"),
    ("sns", "publish_batch"): ("Publish",),
    ("sqs", "change_message_visibility_batch"): ("ChangeMessageVisibility",),
    ("sqs", "delete_message_batch"): ("DeleteMessage",),
    ("sqs", "send_message_batch"): ("SendMessage",),
}
# Calls that need no permission: they are not signed, or every identity may make them.
_FREE = {
    ("sts", "assume_role_with_saml"),
    ("sts", "assume_role_with_web_identity"),
    ("sts", "get_caller_identity"),
    ("sts", "get_session_token"),
    *(
        ("cognito-idp", method)
        for method in (
            "associate_software_token",
            "change_password",
            "confirm_forgot_password",
            "confirm_sign_up",
            "delete_user",
            "delete_user_attributes",
            "forgot_password",
            "get_user",
            "get_user_attribute_verification_code",
            "global_sign_out",
            "initiate_auth",
            "resend_confirmation_code",
            "respond_to_auth_challenge",
            "revoke_token",
            "set_user_mfa_preference",
            "sign_up",
            "update_user_attributes",
            "verify_software_token",
            "verify_user_attribute",
        )
    ),
}
# The parameters that name the target of an operation, by service.
SUBJECTS: Mapping[str, tuple[str, ...]] = {
    "cognito-idp": ("UserPoolId",),
    "dynamodb": ("TableName", "StreamArn"),
    "events": ("EventBusName",),
    "firehose": ("DeliveryStreamName",),
    "kinesis": ("StreamName", "StreamARN"),
    "kms": ("KeyId",),
    "lambda": ("FunctionName",),
    "logs": ("logGroupName",),
    "s3": ("Bucket",),
    "secretsmanager": ("SecretId",),
    "sns": ("TopicArn", "TargetArn"),
    "sqs": ("QueueUrl",),
    "ssm": ("Name", "Path"),
    "states": ("stateMachineArn",),
}
# The elements of a DynamoDB transaction -> the action each needs.
TRANSACTED = {"Put": "PutItem", "Update": "UpdateItem", "Delete": "DeleteItem", "ConditionCheck": "ConditionCheckItem"}
# (service, kind of boto3's resource) -> method -> the client's method.
_ALIKE: Mapping[tuple[str, str], Mapping[str, str]] = {
    ("s3", "Bucket"): {
        **{name: name for name in ("upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy")},
        "put_object": "put_object",
        "delete_objects": "delete_objects",
        "objects": "list_objects_v2",
    },
    ("s3", "Object"): {
        **{name: name for name in ("upload_file", "upload_fileobj", "download_file", "download_fileobj", "copy")},
        "put": "put_object",
        "get": "get_object",
        "delete": "delete_object",
        "load": "head_object",
        "copy_from": "copy_object",
    },
    ("sqs", "Queue"): {
        "send_message": "send_message",
        "send_messages": "send_message_batch",
        "receive_messages": "receive_message",
        "delete_messages": "delete_message_batch",
        "purge": "purge_queue",
        "load": "get_queue_attributes",
    },
    ("sns", "Topic"): {"publish": "publish", "publish_batch": "publish_batch"},
}


def service_of(service: str) -> str:
    """The IAM prefix of a botocore service."""
    return PREFIXES.get(service, service)


def of_method(service: str, method: str) -> tuple[str, ...] | None:
    """The actions a method of a client needs; None if it is not an operation."""
    prefix = service_of(service)
    if (prefix, method) in _FREE:
        return ()
    if (prefix, method) in _OTHERS:
        return tuple(f"{prefix}:{name}" for name in _OTHERS[prefix, method])
    words = method.split("_")
    known = "".join(words) in known_actions(prefix)
    return (f"{prefix}:{''.join(word.capitalize() for word in words)}",) if known else None


def of_handle(service: str, kind: str, method: str) -> str | None:
    """The client's method behind a method of boto3's resource; None if that is not known."""
    if (service, kind) == ("dynamodb", "Table"):
        return method
    return _ALIKE.get((service, kind), {}).get(method)


def known_actions(prefix: str) -> Mapping[str, Any]:
    """The actions of a service, by name in lower case."""
    found: Mapping[str, Any] = _known().get(prefix, {}).get("Actions", {})
    return found


def takes_resource(action: str) -> bool:
    """Whether an action has resource-level permissions; True for unknown actions."""
    prefix, _, name = action.lower().partition(":")
    known = known_actions(prefix).get(name)
    return known is None or bool(known.get("Resources"))


@cache
def _known() -> Mapping[str, Any]:
    """cfn-lint's list, read as a file: importing cfn-lint takes a second."""
    origin = find_spec("cfnlint")
    if origin is None or origin.origin is None:
        return {}
    path = Path(origin.origin).parent / "data" / "AdditionalSpecs" / "Policies.json"
    content: Mapping[str, Any] = json.loads(path.read_text(encoding="utf-8"))
    return content
