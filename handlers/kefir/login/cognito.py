"""Logins by one-time code in Cognito.

The pool's triggers count, create, send and check codes; this module starts such a login and answers its challenge.
"""

from __future__ import annotations

import base64
import json
import secrets
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

from handlers.common.logs import logger
from handlers.common.web.errors import ApiError
from handlers.kefir.login.challenge import CODE_ID, LIMITED
from handlers.kefir.login.pending_logins import Login
from handlers.kefir.login.sign_up_proofs import FIELD

CHALLENGE = "CUSTOM_CHALLENGE"

_TOO_MANY = {"LimitExceededException", "TooManyRequestsException", "TooManyFailedAttemptsException"}
_EXPIRED = {"ExpiredCodeException"}
_WRONG = {"NotAuthorizedException", "CodeMismatchException", "UserNotFoundException", "InvalidParameterException"}
# A trigger failed: above all, the code could not be mailed.
_TRIGGER_FAILED = {"UserLambdaValidationException", "UnexpectedLambdaException", "InvalidLambdaResponseException"}
_NOT_ALLOWED = {"UserNotFoundException", "NotAuthorizedException", "UserNotConfirmedException"}


class TooManyCodes(Exception):  # noqa: N818 - an expected outcome
    """The mailbox has had as many codes as it may."""


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

    def start_login(self, email: str) -> Login | None:
        """Has a code sent and returns the login that takes it; None for an address that may not log in.

        Raises `TooManyCodes`, and `ApiError` 400 for an address Cognito refuses, 429 for too many logins, 503 if the
        code cannot be sent.
        """
        try:
            started = self.client.initiate_auth(
                ClientId=self.app, AuthFlow="CUSTOM_AUTH", AuthParameters={"USERNAME": email}
            )
        except ClientError as error:
            if _code(error) in _NOT_ALLOWED:
                return None
            raise _refusal(error) from error
        parameters = started.get("ChallengeParameters") or {}
        if parameters.get(LIMITED):
            raise TooManyCodes
        return Login(started["Session"], parameters.get(CODE_ID, ""))

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

    def exists(self, email: str) -> bool:
        """Whether an address has signed up. Raises `ApiError` 400 for an address Cognito refuses, 429 for too many."""
        try:
            self.client.admin_get_user(UserPoolId=self.pool, Username=email)
        except ClientError as error:
            if _code(error) == "UserNotFoundException":
                return False
            raise _refusal(error) from error
        return True

    def sign_up(self, email: str, proof: str) -> None:
        """Signs up an address, with a proof that this is a login. The password fits any policy and is not kept. Raises
        as `exists`."""
        try:
            self.client.sign_up(
                ClientId=self.app,
                Username=email,
                Password=secrets.token_urlsafe(48) + "aA1!",
                UserAttributes=[{"Name": "email", "Value": email}],
                ValidationData=[{"Name": FIELD, "Value": proof}],
            )
        except ClientError as error:
            if _code(error) != "UsernameExistsException":  # another request was faster
                raise _refusal(error) from error


def claims_of(token: str) -> dict[str, Any]:
    """The claims of a token, without any check: only for tokens that Cognito itself has just returned."""
    payload = token.split(".")[1]
    found: dict[str, Any] = json.loads(base64.urlsafe_b64decode(payload + "=" * (-len(payload) % 4)))
    return found


def _code(error: ClientError) -> str:
    return str(error.response["Error"]["Code"])


def _refusal(error: ClientError) -> Exception:
    unexpected: Exception = error
    if _code(error) == "InvalidParameterException":
        return ApiError(400, "BAD_REQUEST", "Invalid email address")
    if _code(error) in _TRIGGER_FAILED:
        logger.error("A trigger of Cognito failed", extra={"trigger_error": _code(error)})
        return ApiError(503, "SERVICE_UNAVAILABLE", "The code could not be sent. Please try again later.")
    too_many = ApiError(429, "TOO_MANY_REQUESTS", "Too many attempts. Try again later.")
    return too_many if _code(error) in _TOO_MANY else unexpected
