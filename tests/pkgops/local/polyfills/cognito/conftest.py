"""User pools with functions as their triggers, and with hosted pages."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import httpx
import pytest

FLOWS = ["ALLOW_CUSTOM_AUTH", "ALLOW_USER_PASSWORD_AUTH"]
CALLBACK, LOGOUT = "http://localhost:3000/auth/callback", "http://localhost:3000"
EMAIL, PASSWORD = "reader@example.com", "Password-1"
PAGES = {
    "ExplicitAuthFlows": ["ALLOW_USER_SRP_AUTH", "ALLOW_REFRESH_TOKEN_AUTH", "ALLOW_USER_PASSWORD_AUTH"],
    "AllowedOAuthFlows": ["code"],
    "AllowedOAuthScopes": ["openid", "email", "profile"],
    "AllowedOAuthFlowsUserPoolClient": True,
    "CallbackURLs": [CALLBACK],
    "LogoutURLs": [LOGOUT],
    "SupportedIdentityProviders": ["COGNITO"],
    "PreventUserExistenceErrors": "ENABLED",
    "AccessTokenValidity": 1440,
    "IdTokenValidity": 1440,
    "RefreshTokenValidity": 43200,
    "TokenValidityUnits": dict.fromkeys(("AccessToken", "IdToken", "RefreshToken"), "minutes"),
}


@dataclass
class Hosted:
    """A pool with a user, a public client, one with a secret, and a browser's view of its pages."""

    cognito: Any
    pool: str
    app: str
    confidential: dict[str, str]
    http: httpx.Client

    def add(self, email: str = EMAIL, password: str = PASSWORD) -> None:
        """A user with a password of their own."""
        attributes = [{"Name": "email", "Value": email}, {"Name": "email_verified", "Value": "true"}]
        self.cognito.admin_create_user(
            UserPoolId=self.pool, Username=email, UserAttributes=attributes, MessageAction="SUPPRESS"
        )
        self.cognito.admin_set_user_password(UserPoolId=self.pool, Username=email, Password=password, Permanent=True)

    def code(self, app: str = "", **more: str) -> str:
        """The code with which a login on the hosted pages ends."""
        asked = {"client_id": app or self.app, "response_type": "code", "redirect_uri": CALLBACK, **more}
        form = {"username": EMAIL, "password": PASSWORD}
        answer = self.http.post("/login", data=asked | form)
        return httpx.URL(answer.headers["location"]).params["code"]

    def tokens(self, **form: str) -> httpx.Response:
        """The answer to a request for tokens."""
        return self.http.post("/oauth2/token", data={"client_id": self.app} | form)


@pytest.fixture
def cognito(aws):
    return aws("cognito-idp")


@pytest.fixture
def pool(cognito, aws, unique, function):
    """``pool(PreSignUp=code)``: the ids of a pool with such triggers, and of its client."""

    def make(**triggers):
        arns = {
            name: aws("lambda").get_function(FunctionName=function(code).name)["Configuration"]["FunctionArn"]
            for name, code in triggers.items()
        }
        made = cognito.create_user_pool(PoolName=unique("pool"), UsernameAttributes=["email"], LambdaConfig=arns)
        pool = made["UserPool"]["Id"]
        app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="app", ExplicitAuthFlows=FLOWS)
        return pool, app["UserPoolClient"]["ClientId"]

    return make


@pytest.fixture
def hosted(cognito, unique, emulator):
    """See `Hosted`."""
    policy = {"MinimumLength": 8, "RequireUppercase": True, "RequireLowercase": True, "RequireNumbers": True}
    made = cognito.create_user_pool(
        PoolName=unique("pool"),
        UsernameAttributes=["email"],
        Policies={"PasswordPolicy": {**policy, "RequireSymbols": False}},
    )
    pool = made["UserPool"]["Id"]
    app = cognito.create_user_pool_client(UserPoolId=pool, ClientName="page", **PAGES)["UserPoolClient"]
    hidden = cognito.create_user_pool_client(UserPoolId=pool, ClientName="server", GenerateSecret=True, **PAGES)
    secret = {key: hidden["UserPoolClient"][key] for key in ("ClientId", "ClientSecret")}
    with httpx.Client(base_url=emulator.endpoint, headers={"Origin": "http://localhost:3000"}, trust_env=False) as http:
        found = Hosted(cognito, pool, app["ClientId"], secret, http)
        found.add()
        yield found
