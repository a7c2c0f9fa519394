"""Frames to connected clients, through API Gateway's management endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from functools import cache
from typing import Any

from botocore.exceptions import ClientError

from handlers.always_coder.runtime.settings import settings
from handlers.common import aws


class Gone(Exception):  # noqa: N818 - an expected outcome
    """The connection has ended."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The connections of one API; ``endpoint`` is what clients are told as ``wsEndpoint``."""

    client: Any
    endpoint: str

    def send(self, connection: str, frame: Mapping[str, Any]) -> None:
        """Sends one frame. Raises `Gone`, and `handlers.common.aws.ServiceError`."""
        self.send_text(connection, json.dumps(frame, separators=(",", ":")))

    def send_text(self, connection: str, text: str) -> None:
        """Sends a frame as it stands. Raises as `send` does."""
        try:
            self.client.post_to_connection(ConnectionId=connection, Data=text.encode())
        except ClientError as error:
            if error.response["ResponseMetadata"].get("HTTPStatusCode") == 410:
                raise Gone from error
            raise


def gateway(context: Mapping[str, Any]) -> Gateway:
    """The gateway an event came from, by its request context."""
    endpoint = settings().management_endpoint or f"https://{context['domainName']}/{context['stage']}"
    return Gateway(_client(endpoint), endpoint)


@cache
def _client(endpoint: str) -> Any:
    return aws.client("apigatewaymanagementapi", endpoint=endpoint)
