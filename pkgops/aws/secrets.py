"""Secrets in Secrets Manager: the `Secrets` port."""

from __future__ import annotations

from datetime import UTC
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError, UsageError


class SecretsManager:
    """`pkgops.ports.secrets.Secrets` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def read(self, name: str) -> str | None:
        from botocore.exceptions import ClientError

        try:
            with translated("secretsmanager:GetSecretValue"):
                return str(self._clients.get("secretsmanager").get_secret_value(SecretId=name).get("SecretString", ""))
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                return None if not self._exists(name) else ""
            raise _error(error, name, "read") from None

    def changed(self, name: str) -> str:
        from botocore.exceptions import ClientError

        try:
            with translated("secretsmanager:DescribeSecret"):
                found = self._clients.get("secretsmanager").describe_secret(SecretId=name)
        except ClientError as error:
            raise _error(error, name, "described") from None
        when = found.get("LastChangedDate")
        return when.astimezone(UTC).isoformat(timespec="seconds") if when else ""

    def write(self, name: str, value: str) -> None:
        """No error it raises contains the value."""
        from botocore.exceptions import ClientError

        if self.put_if_absent(name, value):
            return
        try:
            with translated("secretsmanager:PutSecretValue"):
                self._clients.get("secretsmanager").put_secret_value(SecretId=name, SecretString=value)
        except ClientError as error:
            raise _error(error, name) from None

    def _exists(self, name: str) -> bool:
        """True if the secret exists; one without a value answers like one that does not exist."""
        from botocore.exceptions import ClientError

        try:
            with translated("secretsmanager:DescribeSecret"):
                self._clients.get("secretsmanager").describe_secret(SecretId=name)
        except ClientError:
            return False
        return True

    def put_if_absent(self, name: str, value: str) -> bool:
        """No error it raises contains the value."""
        from botocore.exceptions import ClientError

        client = self._clients.get("secretsmanager")
        try:
            with translated("secretsmanager:CreateSecret"):
                client.create_secret(Name=name, SecretString=value)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceExistsException":
                return False
            raise _error(error, name) from None
        return True

    def restore(self, name: str) -> None:
        from botocore.exceptions import ClientError

        try:
            with translated("secretsmanager:RestoreSecret"):
                self._clients.get("secretsmanager").restore_secret(SecretId=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "InvalidRequestException":  # it is not scheduled for deletion
                raise _error(error, name, "restored") from None


def _error(error: Any, name: str, done: str = "stored") -> PkgopsError:
    """What is left of a service error once access and presence are ruled out."""
    detail = error.response["Error"]
    if detail["Code"] == "InvalidRequestException" and "delet" in detail.get("Message", ""):
        return UsageError(
            f"Secret {name} is scheduled for deletion.",
            f"Restore it with: aws secretsmanager restore-secret --secret-id {name}",
        )
    return PkgopsError(f"Secret {name} cannot be {done}: {detail['Code']}")
