"""Frames to clients of a WebSocket API, through API Gateway's management endpoint."""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from handlers.common import aws


class Gone(Exception):  # noqa: N818 - an expected outcome
    """The connection has ended."""


@dataclass(frozen=True, slots=True)
class Gateway:
    """The connections of one API; ``endpoint`` is its management endpoint, ``https://{domain}/{stage}``."""

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


def gateway_at(endpoint: str, attempts: int = 3) -> Gateway:
    """The gateway with that management endpoint; each of its calls is attempted at most so many times."""
    return Gateway(aws.client("apigatewaymanagementapi", attempts, endpoint=endpoint), endpoint)
