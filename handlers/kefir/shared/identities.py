"""How does Cognito carry a login by one-time code?

The pool's triggers make the code, send it and check it; what is here starts such a login and answers its challenge.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from handlers.common.web.errors import ApiError

CHALLENGE = "CUSTOM_CHALLENGE"

_TOO_MANY = {"LimitExceededException", "TooManyRequestsException", "TooManyFailedAttemptsException"}
_EXPIRED = {"ExpiredCodeException"}
_WRONG = {"NotAuthorizedException", "CodeMismatchException", "UserNotFoundException", "InvalidParameterException"}
_NOBODY = {"UserNotFoundException", "NotAuthorizedException", "UserNotConfirmedException"}


class CodeExpired(Exception):  # noqa: N818 - an outcome, not an error
    """The login this code belongs to is over."""


class CodeWrong(Exception):  # noqa: N818 - an outcome, not an error
    """That was not the code. ``session`` takes another try, "" if there is none left."""

    def __init__(self, session: str) -> None:
        super().__init__("wrong code")
        self.session = session


@dataclass(frozen=True, slots=True)
class Identities:
    """A user pool and the client logins go through."""

    client: Any
    pool: str
    app: str

    def begin(self, email: str) -> str:
        """Has a code sent and returns the session that takes it. An unknown address becomes a user on the way; one
        that may not log in gets a session like any other, which takes nothing.

        Raises `ApiError` 400 for what Cognito does not take for an address, 429 for too many.
        """
        self._enrol(email)
        try:
            started = self.client.initiate_auth(
                ClientId=self.app, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": email}
            )
        except ClientError as error:
            if _code(error) in _NOBODY:
                return secrets.token_urlsafe(700)
            raise _refused(error) from error
        session: str = started["Session"]
        return session

    def answer(self, email: str, session: str, code: str) -> dict[str, Any]:
        """The tokens for a right code. Raises `CodeWrong`, `CodeExpired`, and `ApiError` 429 for too many."""
        try:
            answered = self.client.respond_to_auth_challenge(
                ClientId=self.app,
                ChallengeName=CHALLENGE,
                Session=session,
                ChallengeResponses={"USERNAME": email, "ANSWER": code},
            )
        except ClientError as error:
            if _code(error) in _EXPIRED or "session" in error.response["Error"].get("Message", "").lower():
                raise CodeExpired from error
            if _code(error) in _WRONG:
                raise CodeWrong("") from error
            raise _refused(error) from error
        if "AuthenticationResult" not in answered:
            raise CodeWrong(answered.get("Session", ""))
        tokens: dict[str, Any] = answered["AuthenticationResult"]
        return tokens

    def _enrol(self, email: str) -> None:
        try:
            if not self._known(email):
                self._sign_up(email)
        except ClientError as error:
            if _code(error) == "InvalidParameterException":
                raise ApiError(400, "BAD_REQUEST", "Invalid email address") from error
            raise _refused(error) from error

    def _known(self, email: str) -> bool:
        try:
            self.client.admin_get_user(UserPoolId=self.pool, Username=email)
        except ClientError as error:
            if _code(error) != "UserNotFoundException":
                raise
            return False
        return True

    def _sign_up(self, email: str) -> None:
        """Nobody ever learns the password, which any policy takes."""
        attributes = [{"Name": "email", "Value": email}]
        password = secrets.token_urlsafe(48) + "aA1!"
        try:
            self.client.sign_up(ClientId=self.app, Username=email, Password=password, UserAttributes=attributes)
        except ClientError as error:
            if _code(error) != "UsernameExistsException":  # somebody was quicker, and that is as good
                raise


def claims_of(token: str) -> dict[str, Any]:
    """What a token says; only for tokens that come from Cognito itself, for nothing is checked."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _refused(error: ClientError) -> Exception:
    return (
        ApiError(429, "TOO_MANY_REQUESTS", "Too many attempts. Try again later.")
        if _code(error) in _TOO_MANY
        else error
    )
