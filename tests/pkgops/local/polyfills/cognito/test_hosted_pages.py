"""Contract: a pool's hosted pages, from the link to the tokens."""

from __future__ import annotations

import base64
import hashlib

import httpx
import pytest

from tests.pkgops.local.polyfills.cognito.conftest import CALLBACK, EMAIL, LOGOUT, PASSWORD

pytestmark = pytest.mark.emulator


def link(hosted, **changed):
    asked = {"client_id": hosted.app, "response_type": "code", "redirect_uri": CALLBACK, "state": "a&b", **changed}
    return {name: value for name, value in asked.items() if value is not None}


def test_a_login_begins_at_the_authorize_address_and_ends_with_tokens(hosted):
    begun = hosted.http.get("/oauth2/authorize", params=link(hosted))
    shown = hosted.http.get(begun.headers["location"])
    assert (begun.status_code, begun.headers["location"].partition("?")[0]) == (302, "/login")
    assert (shown.status_code, 'name="password"' in shown.text) == (200, True)
    wrong = hosted.http.post("/login", data=link(hosted) | {"username": EMAIL, "password": "Wrong-1234"})
    assert (wrong.status_code, "Incorrect username or password." in wrong.text) == (200, True)
    done = hosted.http.post("/login", data=link(hosted) | {"username": EMAIL, "password": PASSWORD})
    target = httpx.URL(done.headers["location"])
    assert (done.status_code, str(target.copy_with(query=None)), target.params["state"]) == (302, CALLBACK, "a&b")
    given = {"grant_type": "authorization_code", "code": target.params["code"], "redirect_uri": CALLBACK}
    assert hosted.tokens(**given | {"redirect_uri": LOGOUT}).json()["error"] == "invalid_grant"
    tokens = hosted.tokens(**given).json()
    assert tokens.keys() == {"id_token", "access_token", "refresh_token", "token_type", "expires_in"}
    assert tokens["expires_in"] == 86_400
    assert hosted.tokens(**given).json()["error"] == "invalid_grant"  # a code is good for once


def test_a_code_with_a_challenge_is_exchanged_for_its_verifier_alone(hosted):
    verifier = "v" * 43
    challenge = base64.urlsafe_b64encode(hashlib.sha256(verifier.encode()).digest()).rstrip(b"=").decode()
    code = hosted.code(code_challenge=challenge, code_challenge_method="S256")
    given = {"grant_type": "authorization_code", "code": code, "redirect_uri": CALLBACK}
    assert hosted.tokens(**given).json()["error"] == "invalid_grant"
    assert hosted.tokens(**given, code_verifier="w" * 43).json()["error"] == "invalid_grant"
    assert hosted.tokens(**given, code_verifier=verifier).status_code == 200


def test_a_client_with_a_secret_shows_it(hosted):
    app, secret = hosted.confidential["ClientId"], hosted.confidential["ClientSecret"]
    given = {"grant_type": "authorization_code", "code": hosted.code(app), "redirect_uri": CALLBACK, "client_id": app}
    assert hosted.tokens(**given).json()["error"] == "invalid_client"
    assert hosted.tokens(**given, client_secret="x").json()["error"] == "invalid_client"
    assert hosted.http.post("/oauth2/token", data=given, auth=(app, secret)).status_code == 200


@pytest.mark.parametrize("address", [f"{CALLBACK}/", f"{CALLBACK}?x", CALLBACK.upper(), "http://evil.example", None])
@pytest.mark.parametrize("path", ["/oauth2/authorize", "/login"])
def test_an_address_that_is_not_registered_exactly_is_none(hosted, path, address):
    answer = hosted.http.get(path, params=link(hosted, redirect_uri=address))
    assert (answer.status_code, "location" in answer.headers) == (400, False)


def test_a_logout_leads_to_a_registered_address_or_to_the_login(hosted):
    def leave(**query):
        answer = hosted.http.get("/logout", params={"client_id": hosted.app} | query)
        return answer.headers.get("location", "").partition("?")[0]

    assert leave(logout_uri=LOGOUT) == LOGOUT
    assert leave(response_type="code", redirect_uri=CALLBACK) == "/login"
    assert leave(response_type="code", redirect_uri="http://evil.example") == ""
    assert leave(logout_uri=f"{LOGOUT}/") == ""
    hosted.cognito.update_user_pool_client(UserPoolId=hosted.pool, ClientId=hosted.app, LogoutURLs=[])
    assert leave(logout_uri="http://evil.example") == ""
