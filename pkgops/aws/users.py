"""Users of Cognito user pools: the `Users` port."""

from __future__ import annotations

import json
import secrets
from collections.abc import Iterator
from contextlib import contextmanager
from datetime import UTC
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import PkgopsError, UsageError, not_deployed
from pkgops.ports.users import NewUser, PoolUser, UserPage

# A character of each kind that a pool's password policy may require.
_REQUIRED_CHARACTERS = "aA1!"


class CognitoUsers:
    """`pkgops.ports.users.Users` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    def put_if_absent(self, pool: str, email: str) -> bool:
        """A password takes the user out of the state in which Cognito
        asks for a new one; it is set again if an earlier run was interrupted in between."""
        from botocore.exceptions import ClientError

        client = self._clients.get("cognito-idp")
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        new = True
        try:
            with translated("cognito-idp:AdminCreateUser"):
                client.admin_create_user(
                    UserPoolId=pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
                )
        except ClientError as error:
            if error.response["Error"]["Code"] != "UsernameExistsException":
                raise _error(error, email) from None
            new = False
        try:
            if new or self._unfinished(pool, email):
                with translated("cognito-idp:AdminSetUserPassword"):
                    client.admin_set_user_password(
                        UserPoolId=pool, Username=email, Password=_random_password(), Permanent=True
                    )
        except ClientError as error:
            raise _error(error, email) from None
        return new

    def create(self, pool: str, user: NewUser) -> PoolUser:
        """The password is first a temporary one, so that a pool that refuses it has no user without one."""
        from botocore.exceptions import ClientError

        client, attributes = self._clients.get("cognito-idp"), dict(user.attributes)
        given = [{"Name": name, "Value": value} for name, value in attributes.items()]
        try:
            with translated("cognito-idp:AdminCreateUser"):
                made = client.admin_create_user(
                    UserPoolId=pool,
                    Username=user.name,
                    UserAttributes=given,
                    TemporaryPassword=user.password,
                    MessageAction="SUPPRESS",
                )["User"]
            if not user.temporary:
                with translated("cognito-idp:AdminSetUserPassword"):
                    client.admin_set_user_password(
                        UserPoolId=pool, Username=user.name, Password=user.password, Permanent=True
                    )
        except ClientError as error:
            reason = error.response["Error"].get("Message") or error.response["Error"]["Code"]
            raise PkgopsError(f"User {user.name} cannot be created: {reason}") from None
        status = made["UserStatus"] if user.temporary else "CONFIRMED"
        return PoolUser(made["Username"], status, attributes.get("email", ""))

    def delete(self, pool: str, name: str) -> bool:
        from botocore.exceptions import ClientError

        try:
            with translated("cognito-idp:AdminDeleteUser"):
                self._clients.get("cognito-idp").admin_delete_user(UserPoolId=pool, Username=name)
        except ClientError as error:
            if error.response["Error"]["Code"] != "UserNotFoundException":
                raise
            return False
        return True

    def users(self, pool: str) -> list[PoolUser]:
        with translated("cognito-idp:ListUsers"):
            pages = self._clients.get("cognito-idp").get_paginator("list_users").paginate(UserPoolId=pool)
            return [_user(row) for page in pages for row in page["Users"]]

    def page(self, pool: str, email: str = "", after: str = "", most: int = 50) -> UserPage:
        from botocore.exceptions import ClientError

        asked: dict[str, Any] = {"UserPoolId": pool, "Limit": most}
        if email:
            asked["Filter"] = f"email ^= {json.dumps(email)}"
        if after:
            asked["PaginationToken"] = after
        try:
            with translated("cognito-idp:ListUsers"):
                found = self._clients.get("cognito-idp").list_users(**asked)
        except ClientError as error:
            if error.response["Error"]["Code"] == "ResourceNotFoundException":
                raise not_deployed("User pool", pool) from None
            if error.response["Error"]["Code"] == "InvalidParameterException":
                raise UsageError("That is no place in the list of users.", "Begin with the first page.") from None
            raise
        return UserPage(tuple(_user(row) for row in found["Users"]), found.get("PaginationToken", ""))

    def confirm(self, pool: str, name: str) -> None:
        from botocore.exceptions import ClientError

        try:
            with translated("cognito-idp:AdminConfirmSignUp"):
                self._clients.get("cognito-idp").admin_confirm_sign_up(UserPoolId=pool, Username=name)
        except ClientError as error:
            reason = error.response["Error"].get("Message") or error.response["Error"]["Code"]
            raise PkgopsError(f"User {name} cannot be confirmed: {reason}") from None

    def replace_password(self, pool: str, name: str) -> None:
        with translated("cognito-idp:AdminSetUserPassword"), _unless_gone():
            self._clients.get("cognito-idp").admin_set_user_password(
                UserPoolId=pool, Username=name, Password=_random_password(), Permanent=True
            )

    def end_sessions(self, pool: str, name: str) -> None:
        with translated("cognito-idp:AdminUserGlobalSignOut"), _unless_gone():
            self._clients.get("cognito-idp").admin_user_global_sign_out(UserPoolId=pool, Username=name)

    def _unfinished(self, pool: str, email: str) -> bool:
        with translated("cognito-idp:AdminGetUser"):
            found = self._clients.get("cognito-idp").admin_get_user(UserPoolId=pool, Username=email)
        return bool(found["UserStatus"] == "FORCE_CHANGE_PASSWORD")


def _user(row: dict[str, Any]) -> PoolUser:
    attributes = {attribute["Name"]: attribute.get("Value", "") for attribute in row.get("Attributes", [])}
    created = row.get("UserCreateDate")
    return PoolUser(
        row["Username"],
        row["UserStatus"],
        attributes.get("email", ""),
        row.get("Enabled", True),
        created.astimezone(UTC).isoformat(timespec="seconds") if created else "",
    )


@contextmanager
def _unless_gone() -> Iterator[None]:
    from botocore.exceptions import ClientError

    try:
        yield
    except ClientError as error:
        if error.response["Error"]["Code"] != "UserNotFoundException":
            raise


def _random_password() -> str:
    return secrets.token_urlsafe(48) + _REQUIRED_CHARACTERS


def _error(error: Exception, email: str) -> PkgopsError:
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return PkgopsError(f"User {email} cannot be enrolled: {code}")
