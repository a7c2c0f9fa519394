"""The calls to CloudFormation that its adapters share: pages, refusals, absence."""

from __future__ import annotations

import json
from collections.abc import Iterator
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import DeployError

STACK = "AWS::CloudFormation::Stack"
_REFUSALS = {
    "AlreadyExistsException",
    "ChangeSetNotFound",
    "InsufficientCapabilitiesException",
    "InvalidChangeSetStatus",
    "LimitExceededException",
    "OperationInProgressException",
    "ValidationError",
}


class CloudFormationCalls:
    """Calls CloudFormation for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @property
    def _client(self) -> Any:
        return self._clients.get("cloudformation")

    def _call(self, operation: str, stack: str, **arguments: Any) -> Any:
        """One call; what CloudFormation refuses is a `DeployError`."""
        from botocore.exceptions import ClientError

        with translated(f"cloudformation:{operation}"):
            try:
                return getattr(self._client, operation)(**arguments)
            except ClientError as error:
                raise _refused(stack, error) from error

    def _pages(self, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        call = getattr(self._client, operation)
        while True:
            page = call(**arguments)
            yield page
            if not page.get("NextToken"):
                return
            arguments["NextToken"] = page["NextToken"]


def is_absent(error: Any) -> bool:
    """True for the answer to a call about a stack or change set that does not exist."""
    code = error.response.get("Error", {}).get("Code", "")
    return code in {"ChangeSetNotFound", "StackNotFoundException"} or "does not exist" in str(error)


def template_text(body: Any) -> str:
    """The text of a template as GetTemplate answers: a JSON one comes parsed."""
    return body if isinstance(body, str) else json.dumps(body, sort_keys=True)


def iso(moment: Any) -> str:
    """A timestamp as ISO-8601, "" for none."""
    return moment.isoformat() if moment is not None else ""


def _refused(stack: str, error: Any) -> Exception:
    """A refusal by CloudFormation itself, or the error unchanged when it is about access."""
    detail = error.response.get("Error", {})
    if detail.get("Code") in _REFUSALS:
        return DeployError(f"CloudFormation refuses stack {stack}: {detail.get('Message', '')[:2000]}")
    return error if isinstance(error, Exception) else DeployError(str(error))
