"""IAM statements for functions, one for each kind of access.

Actions are those that handlers call, resources are single ARNs; ``*`` is used only for actions without resource-level
permissions, with a condition if there is one.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from awacs import awslambda, cloudwatch, cognito_idp, dynamodb, ec2, kms, logs, secretsmanager, ses, sns, sqs, sts, xray
from awacs import s3 as s3_actions
from awacs.aws import Allow, ArnEquals, Condition, Deny, PolicyDocument, Principal, Statement, StringEquals, StringLike
from troposphere import Sub

from pkgops.kit.naming import arn, placeholder

_READ = (dynamodb.BatchGetItem, dynamodb.ConditionCheckItem, dynamodb.GetItem, dynamodb.Query)
_WRITE = (dynamodb.BatchWriteItem, dynamodb.DeleteItem, dynamodb.PutItem, dynamodb.UpdateItem)


def allow(actions: Sequence[Any], *resources: Any, condition: Condition | None = None) -> Statement:
    """A statement that allows ``actions`` on ``resources``."""
    extra = {"Condition": condition} if condition else {}
    return Statement(Effect=Allow, Action=list(actions), Resource=list(resources), **extra)


def table_read(table: Any) -> Statement:
    """Reads items by key and queries a table and its indexes; no scan. ``table`` is a reference to its name."""
    return allow(_READ, *_table(table))


def table_read_write(table: Any) -> Statement:
    """As `table_read`, and writes items."""
    return allow(_READ + _WRITE, *_table(table))


def table_write(table: Any) -> Statement:
    """Writes items without reading them."""
    return allow(_WRITE, _table(table)[0])


def table_operations(table: Any, *operations: str) -> Statement:
    """Exactly these operations ("GetItem", "Query") on a table and its indexes."""
    return allow([getattr(dynamodb, operation) for operation in operations], *_table(table))


def table_scan(table: Any) -> Statement:
    """Scans a whole table: for background jobs, not for requests."""
    return allow([dynamodb.Scan], *_table(table))


def stream_read(stream_arn: Any) -> Statement:
    """Reads a table's stream, as Lambda does for the function."""
    actions = (dynamodb.DescribeStream, dynamodb.GetRecords, dynamodb.GetShardIterator, dynamodb.ListStreams)
    return allow(actions, stream_arn)


def queue_send(queue_arn: Any) -> Statement:
    """Sends messages."""
    return allow([sqs.SendMessage], queue_arn)


def queue_consume(queue_arn: Any) -> Statement:
    """Receives and deletes messages, as Lambda does for a queue that triggers the function."""
    actions = (sqs.ChangeMessageVisibility, sqs.DeleteMessage, sqs.GetQueueAttributes, sqs.ReceiveMessage)
    return allow(actions, queue_arn)


def queue_depth(*queue_arns: Any) -> Statement:
    """Reads how many messages are waiting."""
    return allow([sqs.GetQueueAttributes], *queue_arns)


def bucket_read(bucket: Any, prefix: str = "") -> Statement:
    """Reads objects below a prefix ("data/"; "" is every object)."""
    return allow([s3_actions.GetObject], _objects(bucket, prefix))


def bucket_write(bucket: Any, prefix: str = "") -> Statement:
    """Writes objects below a prefix."""
    return allow([s3_actions.PutObject], _objects(bucket, prefix))


def bucket_delete(bucket: Any, prefix: str = "") -> Statement:
    """Deletes objects below a prefix."""
    return allow([s3_actions.DeleteObject], _objects(bucket, prefix))


def topic_publish(topic_arn: Any) -> Statement:
    """Publishes to a topic; to an encrypted one also takes `topic_key`."""
    return allow([sns.Publish], topic_arn)


def topic_key(key_arn: Any) -> Statement:
    """Uses the key of an encrypted topic, which publishing to it takes."""
    return allow([kms.Decrypt, kms.GenerateDataKey], key_arn)


def secret_read(name: str) -> Statement:
    """Reads a secret by its physical name. Secrets Manager appends a hyphen and six characters to the name in the ARN;
    exactly those are allowed, so that access to ``x`` does not include ``x-dev``."""
    return allow([secretsmanager.GetSecretValue], arn("secretsmanager", f"secret:{name}", "-??????"))


def secret_read_by_arn(secret: Any) -> Statement:
    """Reads a secret of a stack, by reference to its ARN."""
    return allow([secretsmanager.GetSecretValue, secretsmanager.DescribeSecret], secret)


def user_pool(pool_arn: Any, *operations: str) -> Statement:
    """These operations ("AdminGetUser") on the users of a Cognito user pool."""
    return allow([getattr(cognito_idp, operation) for operation in operations], pool_arn)


def invoke(function: str) -> Statement:
    """Invokes a function by its physical name, possibly its own, which its role cannot refer to."""
    return allow([awslambda.InvokeFunction], arn("lambda", f"function:{function}"))


def mail_send(domain: str, *, raw: bool = False) -> Statement:
    """Sends mail from addresses of a domain that is an SES identity; ``raw``: also mail that the function composes as
    MIME, such as mail with attachments. The sender is limited, not the identity: in SES's sandbox the recipient's
    identity is a resource of the call, too, and mail to others would be denied instead of called unverified."""
    actions = [ses.SendEmail, *([ses.SendRawEmail] if raw else [])]
    condition = Condition(StringLike("ses:FromAddress", f"*@{domain}"))
    return allow(actions, arn("ses", "identity/*"), condition=condition)


def metrics(namespace: str) -> Statement:
    """Publishes metrics of one namespace: PutMetricData has no resource, so a condition limits it."""
    condition = Condition(StringEquals("cloudwatch:namespace", namespace))
    return allow([cloudwatch.PutMetricData], "*", condition=condition)


def traces() -> Statement:
    """Sends X-Ray segments, which have no resource."""
    return allow([xray.PutTelemetryRecords, xray.PutTraceSegments], "*")


def log_lines(log_group_arn: Any) -> Statement:
    """Writes to one existing log group, without creating one: a function that still runs while its stack is deleted
    must not recreate a group without retention."""
    return allow([logs.CreateLogStream, logs.PutLogEvents], log_group_arn)


def network_interfaces(function: str) -> tuple[Statement, Statement]:
    """What Lambda needs to connect a function, by its physical name, to a VPC. EC2 knows no narrower resource for it,
    so the function's own code, which runs with the same role, is denied the same actions."""
    actions = [
        ec2.AssignPrivateIpAddresses,
        ec2.CreateNetworkInterface,
        ec2.DeleteNetworkInterface,
        ec2.DescribeNetworkInterfaces,
        ec2.DescribeSubnets,
        ec2.UnassignPrivateIpAddresses,
    ]
    by_code = Condition(ArnEquals("lambda:SourceFunctionArn", arn("lambda", f"function:{function}")))
    return allow(actions, "*"), Statement(Effect=Deny, Action=actions, Resource=["*"], Condition=by_code)


def trust_policy(*services: str) -> PolicyDocument:
    """The trust policy of a role for AWS services (``lambda``)."""
    principal = Principal("Service", [f"{service}.amazonaws.com" for service in services])
    statement = Statement(Effect=Allow, Principal=principal, Action=[sts.AssumeRole])
    return PolicyDocument(Version="2012-10-17", Statement=[statement])


def _table(table: Any) -> tuple[Any, Any]:
    name = placeholder(table)
    return arn("dynamodb", f"table/{name}"), arn("dynamodb", f"table/{name}/index/*")


def _objects(bucket: Any, prefix: str) -> Any:
    return Sub(f"arn:${{AWS::Partition}}:s3:::{placeholder(bucket)}/{prefix}*")
