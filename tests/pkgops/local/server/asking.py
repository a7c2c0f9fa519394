"""Clients with keys of one's choice, what they are refused with, and the marks of a browser's requests."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import boto3
import pytest
from botocore.config import Config
from botocore.exceptions import ClientError

from pkgops.local.client.emulator import Emulator
from tests.emulator import REGION

Aws = Callable[[str], Any]
PAGES = ({"Origin": "https://evil.example"}, {"Referer": "https://evil.example/"}, {"Sec-Fetch-Site": "cross-site"})
CREATE = "Action=CreateStack&Version=2010-05-15&StackName=attack&TemplateBody={}"


def signing(emulator: Emulator, service: str, key: str, secret: str, token: str = "", **config: Any) -> Any:
    """A client with these keys."""
    return boto3.client(
        service,
        endpoint_url=emulator.endpoint,
        region_name=REGION,
        aws_access_key_id=key,
        aws_secret_access_key=secret,
        aws_session_token=token or None,
        config=Config(retries={"total_max_attempts": 1}, s3={"addressing_style": "path"}, **config),
    )


def code(call: Callable[..., Any], **arguments: Any) -> str:
    with pytest.raises(ClientError) as refused:
        call(**arguments)
    return str(refused.value.response["Error"]["Code"])
