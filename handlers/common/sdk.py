"""How clients of the SDK are made: with one session, and few of its defaults.

They are tuned for many small calls: the time a call takes in Python (validation, the user agent, recursive parsing) is
longer than the time on the network.
"""

from __future__ import annotations

import json
import os
import random
from functools import cache, partial
from typing import Any

import botocore.session
from botocore.config import Config

from handlers.common.service_models import REGIONAL, ServiceModels

# Transient errors of DynamoDB: the SDK retries some of them, at other intervals, and not the last one.
_TRANSIENT = {
    "ProvisionedThroughputExceededException",
    "RequestLimitExceeded",
    "ThrottlingException",
    "InternalServerError",
    "TransactionConflictException",  # a transaction holds the item for a few milliseconds
}


def create(service: str, attempts: int, read_timeout: float, endpoint: str) -> Any:
    """A new client, see `handlers.common.aws.client`."""
    config = Config(
        connect_timeout=0.5 if read_timeout < 2 else 2,  # who cannot wait for a response cannot for a connection
        read_timeout=read_timeout,
        retries={"total_max_attempts": attempts, "mode": "legacy"},
        max_pool_connections=32,
        tcp_keepalive=True,
        parameter_validation=False,
        disable_request_compression=True,
        account_id_endpoint_mode="disabled",
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
        user_agent="pkgops-handlers",  # the default one is composed again for every call
        # The default signature of presigned URLs is refused for buckets created since 2020.
        signature_version="s3v4" if service == "s3" else None,
    )
    created = session(regional=service in REGIONAL).create_client(
        service, region_name=os.environ.get("AWS_REGION"), endpoint_url=endpoint or None, config=config
    )
    if service == "dynamodb":
        created.meta.events.register("before-parse.dynamodb", _skip_parsing)
        created.meta.events.register_first("needs-retry.dynamodb", partial(_retry_delay, attempts))
    return created


@cache
def session(*, regional: bool) -> Any:
    """The one that all clients of `REGIONAL` services share, or all others: what it has read of the SDK's data, another
    client need not read again."""
    made = botocore.session.get_session()
    paths = made.get_component("data_loader").search_paths
    made.register_component("data_loader", ServiceModels(paths, regional=regional))
    return made


def _skip_parsing(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_: Any) -> None:
    """The JSON of DynamoDB's response is the result already: parsing it by its model took 0.4 of 1.2 ms a call."""
    if response_dict["status_code"] < 300:
        customized_response_dict.update(json.loads(response_dict["body"]))
        response_dict["body"] = b"{}"


def _retry_delay(most: int, attempts: int, response: Any, **_: Any) -> float | None:
    """Seconds until the next attempt: 0.1 doubling to 2, and up to 0.05 at random. None ends the attempts."""
    code = response[1].get("Error", {}).get("Code") if response else None
    if code not in _TRANSIENT or attempts >= most:
        return None
    return min(0.1 * 2.0 ** (attempts - 1), 2.0) + random.uniform(0, 0.05)  # noqa: S311 - spreads load
