"""Users of IAM and their access keys: the `AccessKeys` port."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError, UsageError
from pkgops.ports.access_keys import AccessKey

_GONE = "NoSuchEntity"


class IamAccessKeys:
    """`pkgops.ports.access_keys.AccessKeys` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def ids(self, user: str) -> list[str] | None:
        from botocore.exceptions import ClientError

        client = self._clients.get("iam")
        try:
            with translated("iam:GetUser"):
                client.get_user(UserName=user)
            with translated("iam:ListAccessKeys"):
                found = client.list_access_keys(UserName=user)["AccessKeyMetadata"]
        except ClientError as error:
            if error.response["Error"]["Code"] == _GONE:
                return None
            raise PkgopsError(f"User {user} cannot be read: {error.response['Error']['Code']}") from None
        return [row["AccessKeyId"] for row in sorted(found, key=lambda row: row["CreateDate"])]

    def put_user(self, user: str, policy: str) -> None:
        client = self._clients.get("iam")
        with _named(user, "created", "EntityAlreadyExists"), translated("iam:CreateUser"):
            client.create_user(UserName=user)
        with _named(user, "given its policy"), translated("iam:AttachUserPolicy"):
            client.attach_user_policy(UserName=user, PolicyArn=policy)

    def create(self, user: str) -> AccessKey:
        with _named(user, "given an access key"), translated("iam:CreateAccessKey"):
            made = self._clients.get("iam").create_access_key(UserName=user)["AccessKey"]
        return AccessKey(made["AccessKeyId"], made["SecretAccessKey"])

    def delete(self, user: str, key: str) -> None:
        with _named(user, "relieved of an access key", _GONE), translated("iam:DeleteAccessKey"):
            self._clients.get("iam").delete_access_key(UserName=user, AccessKeyId=key)

    def delete_user(self, user: str) -> None:
        client = self._clients.get("iam")
        for key in self.ids(user) or ():
            self.delete(user, key)
        with _named(user, "deleted", _GONE):
            with translated("iam:ListAttachedUserPolicies"):
                attached = client.list_attached_user_policies(UserName=user)["AttachedPolicies"]
            for row in attached:
                with translated("iam:DetachUserPolicy"):
                    client.detach_user_policy(UserName=user, PolicyArn=row["PolicyArn"])
            with translated("iam:DeleteUser"):
                client.delete_user(UserName=user)


@contextmanager
def _named(user: str, done: str, passed: str = "") -> Iterator[None]:
    """Errors of IAM by its code, except the one that says there is nothing to do."""
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        code = error.response["Error"]["Code"]
        if code == "LimitExceeded":
            raise UsageError(
                f"User {user} has as many access keys as IAM allows.", "Delete one, or add --replace."
            ) from None
        if code != passed:
            raise PkgopsError(f"User {user} cannot be {done}: {code}") from None
