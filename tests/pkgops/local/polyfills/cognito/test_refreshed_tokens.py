"""Contract: what a refresh token of the hosted pages is good for, and for whom."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.cognito.conftest import CALLBACK

pytestmark = pytest.mark.emulator


def test_a_refresh_token_is_taken_from_its_client_with_its_secret(hosted):
    app, secret = hosted.confidential["ClientId"], hosted.confidential["ClientSecret"]
    given = {"grant_type": "authorization_code", "code": hosted.code(app), "redirect_uri": CALLBACK, "client_id": app}
    token = hosted.tokens(**given, client_secret=secret).json()["refresh_token"]
    form = {"grant_type": "refresh_token", "refresh_token": token}
    assert hosted.http.post("/oauth2/token", data=form).json()["error"] == "invalid_request"
    for wrong in ({"client_id": app}, {"client_id": app, "client_secret": "x"}):
        assert hosted.tokens(**form | wrong).json()["error"] == "invalid_client"
    assert hosted.tokens(**form).json()["error"] == "invalid_grant"
    fresh = hosted.tokens(**form, client_id=app, client_secret=secret).json()
    assert fresh.keys() == {"id_token", "access_token", "token_type", "expires_in"}
    assert fresh["expires_in"] == 86_400


def test_a_refresh_token_is_no_bearer_token(hosted):
    given = {"grant_type": "authorization_code", "code": hosted.code(scope="openid"), "redirect_uri": CALLBACK}
    tokens = hosted.tokens(**given).json()

    def ask(name):
        return hosted.http.get("/oauth2/userInfo", headers={"Authorization": f"Bearer {tokens[name]}"}).status_code

    assert [ask(name) for name in ("access_token", "id_token", "refresh_token")] == [200, 401, 401]
