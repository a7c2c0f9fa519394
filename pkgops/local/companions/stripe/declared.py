"""What do systems want of the local Stripe, and where are they deployed at the moment?"""

from __future__ import annotations

import json
import logging
from collections.abc import Mapping
from functools import cache
from typing import Any

import templates
from pkgops.local.companions.stripe.deliveries import Target
from pkgops.local.companions.stripe.prices import monthly
from pkgops.local.urls import reachable
from pkgops.model import LOCAL, Stage, System

NAME = "stripe"
log = logging.getLogger("pkgops.stripe")


def make_prices() -> None:
    """Every price a system declares."""
    for _, options in _wishes():
        for id, (name, cents) in options["prices"].items():
            monthly(id, name, cents)


def targets(emulator: str) -> list[Target]:
    """The webhooks of the systems that are deployed in the emulator at that address and have their secret."""
    found = (_target(system, options["webhook"], emulator) for system, options in _wishes())
    return [target for target in found if target]


def _wishes() -> list[tuple[System, Mapping[str, Any]]]:
    systems = [templates.load(key) for key in templates.SYSTEMS]
    return [(system, one.options) for system in systems for one in system.companions if one.name == NAME]


def _target(system: System, webhook: Mapping[str, str], emulator: str) -> Target | None:
    stage = Stage(LOCAL)
    key, output = webhook["url"].split(".")
    stack = next(stack for stack in system.stacks if stack.key == key)
    url = _output(stage.named(stack.name), output, emulator)
    secret = _secret(stage.named(webhook["secret"]), webhook["field"], emulator)
    if url and secret:
        return Target(reachable(url, emulator) + webhook["path"], secret)
    log.info("%s has no webhook: %s", system.key, "it is not deployed" if not url else "its secret is missing")
    return None


def _output(stack: str, name: str, emulator: str) -> str:
    from botocore.exceptions import ClientError

    try:
        found = _client("cloudformation", emulator).describe_stacks(StackName=stack)["Stacks"][0]
    except ClientError:
        return ""
    outputs = {row["OutputKey"]: row["OutputValue"] for row in found.get("Outputs", [])}
    return str(outputs.get(name, ""))


def _secret(name: str, field: str, emulator: str) -> str:
    from botocore.exceptions import ClientError

    try:
        text = str(_client("secretsmanager", emulator).get_secret_value(SecretId=name)["SecretString"])
    except ClientError:
        return ""
    try:
        content = json.loads(text)
    except ValueError:
        return text
    return str(content.get(field, "")) if isinstance(content, dict) else text


@cache
def _client(service: str, emulator: str) -> Any:
    """Credentials and region are in the environment, as the emulator's server has them."""
    import botocore.session

    return botocore.session.get_session().create_client(service, region_name="us-east-1", endpoint_url=emulator)
