"""Logins by one-time code in Cognito.

The pool's triggers create the code, send it and check it; this module starts such a login and answers its challenge.
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
_NOT_ALLOWED = {"UserNotFoundException", "NotAuthorizedException", "UserNotConfirmedException"}


class CodeExpired(Exception):  # noqa: N818 - an expected outcome
    """The login this code belongs to has ended."""


class WrongCode(Exception):  # noqa: N818 - an expected outcome
    """The code is wrong. ``session`` takes another attempt, "" if there is none left."""

    def __init__(self, session: str) -> None:
        super().__init__("wrong code")
        self.session = session


@dataclass(frozen=True, slots=True)
class UserPool:
    """A user pool (its id) and the app client (its id) that logins go through."""

    client: Any
    pool: str
    app: str

    def start_login(self, email: str) -> str:
        """Has a code sent and returns the session that takes it. An unknown address is signed up first. An address
        that is not allowed to log in gets a session like any other, which takes no code.

        Raises `ApiError` 400 for an address Cognito refuses, 429 for too many logins.
        """
        self._ensure_user(email)
        try:
            started = self.client.initiate_auth(
                ClientId=self.app, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": email}
            )
        except ClientError as error:
            if _code(error) in _NOT_ALLOWED:
                return secrets.token_urlsafe(700)
            raise _refusal(error) from error
        session: str = started["Session"]
        return session

    def answer_challenge(self, email: str, session: str, code: str) -> dict[str, Any]:
        """The tokens for the right code. Raises `WrongCode`, `CodeExpired`, and `ApiError` 429 for too many tries."""
        try:
            answer = self.client.respond_to_auth_challenge(
                ClientId=self.app,
                ChallengeName=CHALLENGE,
                Session=session,
                ChallengeResponses={"USERNAME": email, "ANSWER": code},
            )
        except ClientError as error:
            if _code(error) in _EXPIRED or "session" in error.response["Error"].get("Message", "").lower():
                raise CodeExpired from error
            if _code(error) in _WRONG:
                raise WrongCode("") from error
            raise _refusal(error) from error
        if "AuthenticationResult" not in answer:
            raise WrongCode(answer.get("Session", ""))
        tokens: dict[str, Any] = answer["AuthenticationResult"]
        return tokens

    def _ensure_user(self, email: str) -> None:
        try:
            if not self._exists(email):
                self._sign_up(email)
        except ClientError as error:
            if _code(error) == "InvalidParameterException":
                raise ApiError(400, "BAD_REQUEST", "Invalid email address") from error
            raise _refusal(error) from error

    def _exists(self, email: str) -> bool:
        try:
            self.client.admin_get_user(UserPoolId=self.pool, Username=email)
        except ClientError as error:
            if _code(error) != "UserNotFoundException":
                raise
            return False
        return True

    def _sign_up(self, email: str) -> None:
        """The password fits any policy and is not kept."""
        attributes = [{"Name": "email", "Value": email}]
        password = secrets.token_urlsafe(48) + "aA1!"
        try:
            self.client.sign_up(ClientId=self.app, Username=email, Password=password, UserAttributes=attributes)
        except ClientError as error:
            if _code(error) != "UsernameExistsException":  # another request was faster
                raise


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, without any check: only for tokens that Cognito itself has just returned."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _refusal(error: ClientError) -> Exception:
    unexpected: Exception = error
    too_many = ApiError(429, "TOO_MANY_REQUESTS", "Too many attempts. Try again later.")
    return too_many if _code(error) in _TOO_MANY else unexpected
