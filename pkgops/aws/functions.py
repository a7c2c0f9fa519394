"""Invocations of Lambda functions: the `Functions` port."""

from __future__ import annotations

import base64
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import AccessError, DeployError, FunctionChangedError, PkgopsError, UsageError, not_deployed
from pkgops.ports.functions import Concurrency, DeployedAlias, DeployedCode, Invocation

LIMIT = 6 * 1024 * 1024
"""Bytes of a synchronous request, by Lambda's quota; checked here, because the emulator accepts more."""

_BUSY = {"TooManyRequestsException", "ServiceException", "EC2ThrottledException"}


class LambdaFunctions:
    """`pkgops.ports.functions.Functions` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def invoke(self, name: str, payload: bytes, qualifier: str = "") -> Invocation:
        """UsageError too if the payload is over 6 MB or no JSON."""
        from botocore.exceptions import ClientError

        if len(payload) > LIMIT:
            raise UsageError(
                f"The payload has {len(payload):,} bytes; Lambda takes {LIMIT:,}.",
                "Put the data into S3 and pass its key.",
            )
        version = {"Qualifier": qualifier} if qualifier else {}
        try:
            with translated("lambda:InvokeFunction"):
                answer = self._clients.get("lambda").invoke(
                    FunctionName=name, Payload=payload, LogType="Tail", **version
                )
                body = answer["Payload"].read()
        except ClientError as error:
            raise _error(error, name) from error
        return Invocation(
            status=answer["StatusCode"],
            payload=body,
            error=answer.get("FunctionError", ""),
            log=base64.b64decode(answer.get("LogResult", "")).decode("utf-8", "replace"),
            version=answer.get("ExecutedVersion", ""),
        )

    def try_out(self, name: str) -> None:
        from botocore.exceptions import ClientError

        try:
            with translated("lambda:InvokeFunction"):
                self._clients.get("lambda").invoke(FunctionName=name, InvocationType="DryRun", Payload=b"{}")
        except ClientError as error:
            raise _error(error, name) from error

    def code(self, name: str) -> DeployedCode:
        """By GetFunction: GetFunctionConfiguration shares fifteen calls a second with everything that changes a
        function, GetFunction has a hundred of its own."""
        answer = self._asked("get_function", name, FunctionName=name)
        return _deployed_code(answer["Configuration"])

    def replace_code(self, name: str, bucket: str, key: str, revision: str) -> DeployedCode:
        values = {"FunctionName": name, "S3Bucket": bucket, "S3Key": key, "RevisionId": revision}
        return _deployed_code(self._asked("update_function_code", name, **values))

    def alias(self, name: str, alias: str) -> DeployedAlias:
        answer = self._asked("get_alias", f"{name}:{alias}", FunctionName=name, Name=alias)
        shifting = bool((answer.get("RoutingConfig") or {}).get("AdditionalVersionWeights"))
        return DeployedAlias(answer["FunctionVersion"], answer.get("RevisionId", ""), shifting)

    def move_alias(self, name: str, alias: str, version: str, revision: str) -> None:
        values = {"FunctionName": name, "Name": alias, "FunctionVersion": version, "RevisionId": revision}
        self._asked("update_alias", f"{name}:{alias}", **values)

    def _asked(self, operation: str, what: str, **values: str) -> Any:
        """The answer about a function or an alias. All of these may be repeated: they read, or name the revision."""
        from botocore.exceptions import ClientError

        try:
            with translated(f"lambda:{operation.title().replace('_', '')}"):
                return getattr(self._clients.get("lambda", repeatable=True), operation)(**values)
        except ClientError as error:
            raise _code_error(error, what) from error

    def concurrency(self) -> Concurrency:
        with translated("lambda:GetAccountSettings"):
            limits = self._clients.get("lambda").get_account_settings()["AccountLimit"]
        return Concurrency(limits["ConcurrentExecutions"], limits["UnreservedConcurrentExecutions"])


def _deployed_code(answer: Any) -> DeployedCode:
    settled = answer.get("LastUpdateStatus", "Successful") != "InProgress"
    return DeployedCode(answer.get("CodeSha256", ""), answer.get("RevisionId", ""), settled)


def _code_error(error: Any, name: str) -> PkgopsError:
    detail = error.response["Error"]
    code, text = detail["Code"], detail.get("Message") or detail["Code"]
    if code == "ResourceNotFoundException":
        return not_deployed("Function", name)
    if code in {"PreconditionFailedException", "ResourceConflictException"}:
        return FunctionChangedError(f"{name} has changed meanwhile, or is being updated.", "Repeat the command.")
    return DeployError(f"Lambda refuses the code of {name}: {text}", "See the function's configuration.")


def _error(error: Any, name: str) -> PkgopsError:
    detail = error.response["Error"]
    code, text = detail["Code"], detail.get("Message") or detail["Code"]
    if code == "ResourceNotFoundException":
        return not_deployed("Function", name)
    if code in {"InvalidRequestContentException", "RequestTooLargeException"}:
        return UsageError(f"Lambda refuses the payload: {text}", "Give it as JSON, at most 6 MB.")
    if code in _BUSY:
        return AccessError(f"Lambda cannot run {name} now: {text}", "Wait a moment, then repeat it.")
    return PkgopsError(f"Lambda refuses to run {name}: {text}", "See the function's configuration and role.")
