"""A user pool whose triggers are Kefir's functions, run by the emulator as Lambda would."""

from __future__ import annotations

import importlib.util
import io
import json
import zipfile
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

from tests.closures import closures
from tests.repository import ROOT

TRIGGERS = {
    "PreSignUp": "pre_sign_up",
    "DefineAuthChallenge": "define_auth_challenge",
    "CreateAuthChallenge": "create_auth_challenge",
    "VerifyAuthChallengeResponse": "verify_auth_challenge",
}
TABLE_ACTIONS = [f"dynamodb:{operation}" for operation in ("GetItem", "PutItem", "UpdateItem")]
# What the layer of a deployed function holds.
LAYER = ("aws_lambda_powertools", "jmespath", "typing_extensions")


def make(aws: Callable[[str], Any], environment: dict[str, str]) -> tuple[str, str]:
    """The ids of a pool and its client; ``environment`` is that of the triggers."""
    role = _role(aws("iam"))
    arns = {trigger: _function(aws("lambda"), role, name, environment) for trigger, name in TRIGGERS.items()}
    cognito = aws("cognito-idp")
    pool = cognito.create_user_pool(
        PoolName="kefir-app-local",
        UsernameAttributes=["email"],
        AutoVerifiedAttributes=["email"],
        LambdaConfig=arns,
        Policies={"PasswordPolicy": {"MinimumLength": 8}},
    )["UserPool"]["Id"]
    made = cognito.create_user_pool_client(
        UserPoolId=pool,
        ClientName="kefir-app-local-client",
        ExplicitAuthFlows=["ALLOW_CUSTOM_AUTH", "ALLOW_REFRESH_TOKEN_AUTH"],
        PreventUserExistenceErrors="ENABLED",
    )
    return str(pool), str(made["UserPoolClient"]["ClientId"])


def _role(iam: Any) -> str:
    assume = {"Effect": "Allow", "Principal": {"Service": "lambda.amazonaws.com"}, "Action": "sts:AssumeRole"}
    own = {"Effect": "Allow", "Action": ["ses:SendEmail", *TABLE_ACTIONS], "Resource": "*"}
    trust, policy = [json.dumps({"Version": "2012-10-17", "Statement": [part]}) for part in (assume, own)]
    made = iam.create_role(RoleName="kefir-triggers", AssumeRolePolicyDocument=trust)
    iam.put_role_policy(RoleName="kefir-triggers", PolicyName="own", PolicyDocument=policy)
    return str(made["Role"]["Arn"])


def _function(client: Any, role: str, name: str, environment: dict[str, str]) -> str:
    made = client.create_function(
        FunctionName=f"kefir-app-local-{name.replace('_', '-')}",
        Runtime="python3.12",
        Handler=f"handlers.kefir.triggers.{name}.handler",
        Role=role,
        Timeout=20,
        MemorySize=512,
        Environment={"Variables": environment},
        Code={"ZipFile": _zip(f"handlers/kefir/triggers/{name}.py")},
    )
    return str(made["FunctionArn"])


def _zip(handler: str) -> bytes:
    closure = closures(ROOT).of(handler)
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w") as archive:
        for name in closure.files:
            archive.write(ROOT / name, name)
        for package in LAYER if closure.requirements else ():
            for path, name in _installed(package):
                archive.write(path, name)
    return buffer.getvalue()


def _installed(package: str) -> Iterator[tuple[Path, str]]:
    spec = importlib.util.find_spec(package)
    assert spec is not None
    assert spec.origin is not None
    origin = Path(spec.origin)
    if origin.name != "__init__.py":
        yield origin, origin.name
        return
    for path in origin.parent.rglob("*.py"):
        yield path, path.relative_to(origin.parents[1]).as_posix()
