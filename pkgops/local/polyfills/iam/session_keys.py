"""The credentials of functions cannot be worked out: the emulator makes them of the function's name and its role's."""

from __future__ import annotations

import hmac
import os
from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types


def install(_: Types) -> None:
    """Registers sessions whose keys follow from a number that only this server knows."""
    from ministack.core import lambda_runtime
    from ministack.services import lambda_svc, sts

    require(sts, "register_session")
    require(lambda_runtime, "_account_region_from_function_config")
    random = os.urandom(32)
    for module in (lambda_runtime, lambda_svc):
        wrap(module, "execution_credentials", lambda _: lambda config: _session(config, random))


def _session(config: dict[str, Any], random: bytes) -> dict[str, str]:
    """The variables of a function, for a session of its role that is the same for each of its processes."""
    from ministack.core import lambda_runtime
    from ministack.services import sts

    account, _ = lambda_runtime._account_region_from_function_config(config)
    role, name = str(config.get("Role", "")).rpartition("/")[2], str(config.get("FunctionName", ""))[:64]

    def derived(what: str) -> str:
        text = f"{what} {config.get('FunctionArn', '')} {config.get('Role', '')}"
        return hmac.digest(random, text.encode(), "sha256").hex()

    key, secret, token = f"ASIA{derived('key')[:16].upper()}", derived("secret"), derived("token")
    arn = f"arn:aws:sts::{account}:assumed-role/{role}/{name}"
    session = {"Arn": arn, "UserId": f"{role}:{name}", "SecretAccessKey": secret, "SessionToken": token}
    sts.register_session(key, session)
    return {"AWS_ACCESS_KEY_ID": key, "AWS_SECRET_ACCESS_KEY": secret, "AWS_SESSION_TOKEN": token}
