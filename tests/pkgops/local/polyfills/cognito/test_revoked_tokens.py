"""Contract: how refresh tokens end."""

from __future__ import annotations

import pytest
from botocore.exceptions import ClientError

from tests.pkgops.local.polyfills.cognito.conftest import CALLBACK, EMAIL, PASSWORD
from tests.srp import log_in

pytestmark = pytest.mark.emulator


def refused(match):
    return pytest.raises(ClientError, match=match)


def test_a_token_is_revoked_by_its_client_alone_and_with_what_came_of_it(hosted):
    cognito = hosted.cognito
    tokens = log_in(cognito, hosted.pool, hosted.app, EMAIL, PASSWORD)["AuthenticationResult"]
    token, other = tokens["RefreshToken"], hosted.confidential
    with refused("UnsupportedTokenTypeException"):
        cognito.revoke_token(ClientId=hosted.app, Token=tokens["AccessToken"])
    with refused("ResourceNotFoundException"):
        cognito.revoke_token(ClientId="nobody", Token=token)
    with refused("UnauthorizedException"):
        cognito.revoke_token(ClientId=other["ClientId"], Token=token)
    with refused("UnauthorizedException"):
        cognito.revoke_token(**other, Token=token)
    refresh = {"AuthFlow": "REFRESH_TOKEN_AUTH", "AuthParameters": {"REFRESH_TOKEN": token}}
    assert cognito.initiate_auth(ClientId=hosted.app, **refresh)["AuthenticationResult"].keys() == {
        "AccessToken", "IdToken", "TokenType", "ExpiresIn",
    }  # fmt: skip
    cognito.revoke_token(ClientId=hosted.app, Token=token)
    cognito.revoke_token(ClientId=hosted.app, Token=token)
    with refused("NotAuthorizedException.*revoked"):
        cognito.initiate_auth(ClientId=hosted.app, **refresh)
    with refused("NotAuthorizedException.*revoked"):
        cognito.get_user(AccessToken=tokens["AccessToken"])


def test_the_address_revokes_as_the_api_does(hosted):
    given = {"grant_type": "authorization_code", "code": hosted.code(), "redirect_uri": CALLBACK}
    tokens = hosted.tokens(**given).json()

    def revoke(**form):
        answer = hosted.http.post("/oauth2/revoke", data=form)
        return answer.status_code, answer.json().get("error") if answer.content else ""

    assert revoke(client_id=hosted.app) == (400, "invalid_request")
    assert revoke(client_id="nobody", token=tokens["refresh_token"]) == (400, "invalid_client")
    assert revoke(client_id=hosted.app, token=tokens["access_token"]) == (400, "unsupported_token_type")
    assert revoke(client_id=hosted.app, token=tokens["refresh_token"]) == (200, "")
    again = hosted.tokens(grant_type="refresh_token", refresh_token=tokens["refresh_token"])
    assert again.json()["error"] == "invalid_grant"


def test_a_global_sign_out_ends_every_login_of_the_user(hosted):
    cognito = hosted.cognito
    here, there = (log_in(cognito, hosted.pool, hosted.app, EMAIL, PASSWORD)["AuthenticationResult"] for _ in range(2))
    for no_bearer in (here["RefreshToken"], here["IdToken"]):
        with refused("NotAuthorizedException"):
            cognito.global_sign_out(AccessToken=no_bearer)
    cognito.global_sign_out(AccessToken=here["AccessToken"])
    for login in (here, there):
        parameters = {"REFRESH_TOKEN": login["RefreshToken"]}
        with refused("NotAuthorizedException"):
            cognito.initiate_auth(ClientId=hosted.app, AuthFlow="REFRESH_TOKEN_AUTH", AuthParameters=parameters)
        with refused("NotAuthorizedException"):
            cognito.get_user(AccessToken=login["AccessToken"])
