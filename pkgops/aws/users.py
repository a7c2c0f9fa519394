"""Users of Cognito user pools: the `Users` port."""

from __future__ import annotations

import secrets

from pkgops.aws.client import Clients, translated
from pkgops.errors import PkgopsError

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
                    password = secrets.token_urlsafe(48) + _REQUIRED_CHARACTERS
                    client.admin_set_user_password(UserPoolId=pool, Username=email, Password=password, Permanent=True)
        except ClientError as error:
            raise _error(error, email) from None
        return new

    def _unfinished(self, pool: str, email: str) -> bool:
        with translated("cognito-idp:AdminGetUser"):
            found = self._clients.get("cognito-idp").admin_get_user(UserPoolId=pool, Username=email)
        return bool(found["UserStatus"] == "FORCE_CHANGE_PASSWORD")


def _error(error: Exception, email: str) -> PkgopsError:
    code = getattr(error, "response", {}).get("Error", {}).get("Code", "")
    return PkgopsError(f"User {email} cannot be enrolled: {code}")
