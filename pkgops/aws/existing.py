"""Existing resources and their owners: the `Existing` port, on several services.

It is called before a deployment changes anything, and only about what it would create, so with few calls, all at once.
A service that lists by prefix is called once for many names, the others once a name.
"""

from __future__ import annotations

from collections.abc import Callable, Iterable, Iterator, Sequence
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from itertools import groupby
from os.path import commonprefix
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.ports.existing import ExistingResource

_PARALLEL = 8
_LIST_FROM = 6  # functions; ListFunctions takes no prefix, but returns fifty at once
_MAX_FILTER_VALUES = 10  # of ListSecrets
_ABSENT = {"404", "ResourceNotFoundException", "NoSuchEntity", "NoSuchBucket", "NotFound", "NotFoundException"}
_FOREIGN = {"301", "400", "403"}  # HeadBucket's answers about a bucket of another account or region

Job = Callable[[], Iterable[ExistingResource]]


class ExistingResources:
    """`pkgops.ports.existing.Existing` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def find(self, wanted: Sequence[tuple[str, str]]) -> list[ExistingResource]:
        jobs = [job for kind, names in _by_type(wanted) for job in self._jobs(kind, names)]
        if not jobs:
            return []
        with ThreadPoolExecutor(min(_PARALLEL, len(jobs))) as pool:
            there = {(row.type, row.name): row for rows in pool.map(lambda job: list(job()), jobs) for row in rows}
        return [there[key] for key in dict.fromkeys(wanted) if key in there]

    def owner(self, resource: ExistingResource) -> tuple[str, str]:
        from botocore.exceptions import ClientError

        with translated("cloudformation:DescribeStackResources"):
            try:
                rows = self._clients.get("cloudformation").describe_stack_resources(
                    PhysicalResourceId=resource.identifier
                )["StackResources"]
            except ClientError as error:
                if "does not exist" in str(error):
                    return "", ""
                raise
        for row in rows:
            same = (row["ResourceType"], row.get("PhysicalResourceId")) == (resource.type, resource.identifier)
            if same and not row["ResourceStatus"].startswith("DELETE_"):
                return row["StackName"], row["LogicalResourceId"]
        return "", ""

    def importers(self, export: str) -> list[str]:
        from botocore.exceptions import ClientError

        with translated("cloudformation:ListImports"):
            try:
                pages = self._pages("cloudformation", "list_imports", ExportName=export)
                return [name for page in pages for name in page["Imports"]]
            except ClientError as error:
                if "is not imported" in str(error) or "does not exist" in str(error):
                    return []
                raise

    def _jobs(self, kind: str, names: list[str]) -> list[Job]:
        """The calls that find all resources of a type."""
        each = _LOOKUPS.get(kind)
        if kind == "AWS::Lambda::Function" and len(names) >= _LIST_FROM:
            return [partial(self._functions, names)]
        if each is not None:
            return [partial(self._look_up, kind, name, each) for name in names]
        if kind == "AWS::Logs::LogGroup":
            return [partial(self._log_groups, group) for group in _by_folder(names)]
        if kind == "AWS::SQS::Queue":
            return [partial(self._queues, names)]
        if kind == "AWS::Cognito::UserPool":
            return [partial(self._pools, names)]
        if kind == "AWS::SecretsManager::Secret":
            return [
                partial(self._secrets, names[at : at + _MAX_FILTER_VALUES])
                for at in range(0, len(names), _MAX_FILTER_VALUES)
            ]
        return []

    def _look_up(self, kind: str, name: str, call: tuple[str, str, str, str]) -> Iterator[ExistingResource]:
        from botocore.exceptions import ClientError

        service, operation, key, permission = call
        with translated(f"{service}:{permission}"):
            try:
                getattr(self._clients.get(service, repeatable=True), operation)(**{key: name})
            except ClientError as error:
                code = error.response["Error"]["Code"]
                if kind == "AWS::S3::Bucket" and code in _FOREIGN:
                    yield ExistingResource(kind, name, name, foreign=True)
                elif code not in _ABSENT:
                    raise
                return
        yield ExistingResource(kind, name, name)

    def _functions(self, names: list[str]) -> Iterator[ExistingResource]:
        with translated("lambda:ListFunctions"):
            listed = [
                row["FunctionName"] for page in self._pages("lambda", "list_functions") for row in page["Functions"]
            ]
        yield from (ExistingResource("AWS::Lambda::Function", name, name) for name in names if name in set(listed))

    def _log_groups(self, names: list[str]) -> Iterator[ExistingResource]:
        prefix = _common_prefix(names)
        with translated("logs:DescribeLogGroups"):
            pages = self._pages("logs", "describe_log_groups", **({"logGroupNamePrefix": prefix} if prefix else {}))
            listed = {row["logGroupName"] for page in pages for row in page["logGroups"]}
        yield from (ExistingResource("AWS::Logs::LogGroup", name, name) for name in names if name in listed)

    def _queues(self, names: list[str]) -> Iterator[ExistingResource]:
        prefix = _common_prefix(names)
        asked = {"QueueNamePrefix": prefix} if prefix else {}
        with translated("sqs:ListQueues"):
            pages = self._pages("sqs", "list_queues", MaxResults=1000, **asked)
            urls = {url.rpartition("/")[2]: url for page in pages for url in page.get("QueueUrls", [])}
        yield from (ExistingResource("AWS::SQS::Queue", name, urls[name]) for name in names if name in urls)

    def _pools(self, names: list[str]) -> Iterator[ExistingResource]:
        """Pools share names; of several the newest."""
        with translated("cognito-idp:ListUserPools"):
            pages = self._pages("cognito-idp", "list_user_pools", MaxResults=60)
            rows = [row for page in pages for row in page["UserPools"]]
        known = {row["Name"]: row["Id"] for row in sorted(rows, key=lambda row: row["CreationDate"])}
        yield from (ExistingResource("AWS::Cognito::UserPool", name, known[name]) for name in names if name in known)

    def _secrets(self, names: list[str]) -> Iterator[ExistingResource]:
        filters = [{"Key": "name", "Values": names}]
        with translated("secretsmanager:ListSecrets"):
            pages = self._pages("secretsmanager", "list_secrets", IncludePlannedDeletion=True, Filters=filters)
            rows = {row["Name"]: row for page in pages for row in page["SecretList"]}
        for name in names:
            if row := rows.get(name):
                deleting = row.get("DeletedDate") is not None
                yield ExistingResource("AWS::SecretsManager::Secret", name, row["ARN"], deleting)

    def _pages(self, service: str, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        client = self._clients.get(service, repeatable=True)
        if client.can_paginate(operation):
            yield from client.get_paginator(operation).paginate(**arguments)
        else:
            yield getattr(client, operation)(**arguments)


# type -> service, operation, its parameter, its permission; for types that are looked up one by one
_LOOKUPS = {
    "AWS::DynamoDB::Table": ("dynamodb", "describe_table", "TableName", "DescribeTable"),
    "AWS::IAM::Role": ("iam", "get_role", "RoleName", "GetRole"),
    "AWS::Lambda::Function": ("lambda", "get_function_configuration", "FunctionName", "GetFunctionConfiguration"),
    "AWS::S3::Bucket": ("s3", "head_bucket", "Bucket", "ListBucket"),
    "AWS::SES::EmailIdentity": ("sesv2", "get_email_identity", "EmailIdentity", "GetEmailIdentity"),
}


def _by_type(wanted: Sequence[tuple[str, str]]) -> Iterator[tuple[str, list[str]]]:
    for kind, group in groupby(sorted(set(wanted)), lambda pair: pair[0]):
        yield kind, [name for _, name in group]


def _common_prefix(names: list[str]) -> str:
    return commonprefix(names)  # noqa: RUF071 - of strings, not of paths


def _by_folder(names: list[str]) -> Iterator[list[str]]:
    """The names grouped by folder, so that each group has a long common prefix."""

    def folder(name: str) -> str:
        return name.rpartition("/")[0]

    for _, group in groupby(sorted(names, key=folder), folder):
        yield list(group)
