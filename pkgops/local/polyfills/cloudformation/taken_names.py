"""A resource with a name that is taken is refused, as on AWS, instead of replacing the existing one (and
emptying the table)."""

from __future__ import annotations

from collections.abc import Callable
from importlib import import_module
from types import ModuleType

from pkgops.local.hooks.patch import require
from pkgops.local.hooks.types import Properties, Types

# type -> (the property with the name, module of its service, the store, where the name is found in it)
_NAMED: dict[str, tuple[str, str, str]] = {
    "AWS::CloudWatch::Alarm": ("AlarmName", "cloudwatch", "_alarms"),
    "AWS::DynamoDB::Table": ("TableName", "dynamodb", "_tables"),
    "AWS::IAM::Role": ("RoleName", "iam", "_roles"),
    "AWS::Lambda::Function": ("FunctionName", "lambda_svc", "_functions"),
    "AWS::Logs::LogGroup": ("LogGroupName", "cloudwatch_logs", "_log_groups"),
    "AWS::SQS::Queue": ("QueueName", "sqs", "_queue_name_to_url"),
    "AWS::SecretsManager::Secret": ("Name", "secretsmanager", "_secrets"),
}


def install(types: Types) -> None:
    """Checks before each creation, replacements included."""
    for kind, (name, service, store) in _NAMED.items():
        module = import_module(f"ministack.services.{service}")
        require(module, store)
        types.before_create(kind, _refusing(kind, name, module, store))


def _refusing(kind: str, name: str, module: ModuleType, store: str) -> Callable[[str, Properties, str], None]:
    def check(_: str, properties: Properties, __: str) -> None:
        wanted = properties.get(name)
        if wanted and wanted in getattr(module, store):
            raise ValueError(f"Resource of type '{kind}' with identifier '{wanted}' already exists.")

    return check
