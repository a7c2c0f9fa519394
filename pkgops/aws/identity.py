"""Who acts, and as whom: the `Identity` port on STS and IAM."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator, Mapping, Sequence
from contextlib import contextmanager
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError
from pkgops.ports.identity import SessionKeys, TemporaryRole

_SESSION = "pkgops"
_GONE = "NoSuchEntity"


class StsIdentity:
    """`pkgops.ports.identity.Identity` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def account(self) -> str:
        with translated("sts:GetCallerIdentity"):
            return str(self._clients.get("sts").get_caller_identity()["Account"])

    def put_role(self, name: str, policies: Sequence[Any], tags: Mapping[str, str]) -> TemporaryRole:
        self.delete_role(name)
        external_id = secrets.token_urlsafe(32)
        client = self._clients.get("iam")
        with _named(name, "created"), translated("iam:CreateRole"):
            trust = json.dumps(_trust(self.account(), external_id))
            rows = [{"Key": key, "Value": value} for key, value in tags.items()]
            made = client.create_role(RoleName=name, AssumeRolePolicyDocument=trust, Tags=rows)
        for number, policy in enumerate(policies, 1):
            document = json.dumps(policy, separators=(",", ":"))
            with _named(name, "given its policies"), translated("iam:PutRolePolicy"):
                client.put_role_policy(RoleName=name, PolicyName=f"policy-{number}", PolicyDocument=document)
        return TemporaryRole(str(made["Role"]["Arn"]), external_id)

    def assume(self, role: TemporaryRole) -> SessionKeys:
        with translated("sts:AssumeRole"):
            answer = self._clients.get("sts").assume_role(
                RoleArn=role.arn, RoleSessionName=_SESSION, ExternalId=role.external_id
            )
        found = answer["Credentials"]
        return SessionKeys(found["AccessKeyId"], found["SecretAccessKey"], found["SessionToken"])

    def delete_role(self, name: str) -> None:
        client = self._clients.get("iam")
        with _named(name, "deleted", _GONE):
            with translated("iam:ListRolePolicies"):
                own = client.list_role_policies(RoleName=name)["PolicyNames"]
            for policy in own:
                with translated("iam:DeleteRolePolicy"):
                    client.delete_role_policy(RoleName=name, PolicyName=policy)
            with translated("iam:DeleteRole"):
                client.delete_role(RoleName=name)


def _trust(account: str, external_id: str) -> dict[str, Any]:
    """Whoever the account's own policies let, and only with what nobody else has been told."""
    statement = {
        "Effect": "Allow",
        "Principal": {"AWS": account},
        "Action": "sts:AssumeRole",
        "Condition": {"StringEquals": {"sts:ExternalId": external_id}},
    }
    return {"Version": "2012-10-17", "Statement": [statement]}


@contextmanager
def _named(role: str, done: str, passed: str = "") -> Iterator[None]:
    """Errors of IAM by its code, except the one that says there is nothing to do."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        detail = error.response["Error"]
        if detail["Code"] != passed:
            raise PkgopsError(f"Role {role} cannot be {done}: {detail['Code']}: {detail.get('Message', '')}") from None
