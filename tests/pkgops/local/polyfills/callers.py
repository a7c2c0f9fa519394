"""Somebody who is not root: an IAM user of the emulator with a policy, and clients with its keys."""

from __future__ import annotations

import json
from collections.abc import Callable
from typing import Any

import boto3
from botocore.config import Config

from pkgops.local.client.emulator import Emulator
from tests.emulator import REGION, client


def statement(*actions: str, on: str = "*", **condition: Any) -> dict[str, Any]:
    """One statement that allows the actions."""
    made = {"Effect": "Allow", "Action": list(actions), "Resource": on}
    return made | ({"Condition": condition} if condition else {})


class Caller:
    """A user; ``may`` replaces what it is allowed."""

    def __init__(self, emulator: Emulator, name: str) -> None:
        self.name = name
        self._emulator = emulator
        self._iam = client(emulator, "iam")
        self._iam.create_user(UserName=name)
        self.key = self._iam.create_access_key(UserName=name)["AccessKey"]

    def may(self, *statements: dict[str, Any]) -> Caller:
        document = json.dumps({"Version": "2012-10-17", "Statement": list(statements)})
        self._iam.put_user_policy(UserName=self.name, PolicyName="it", PolicyDocument=document)
        return self

    @property
    def aws(self) -> Callable[[str], Any]:
        """``caller.aws("sqs")``: a client with the user's keys."""
        return lambda service: boto3.client(
            service,
            endpoint_url=self._emulator.endpoint,
            region_name=REGION,
            aws_access_key_id=self.key["AccessKeyId"],
            aws_secret_access_key=self.key["SecretAccessKey"],
            config=Config(retries={"total_max_attempts": 1}, inject_host_prefix=False),
        )
