"""Contract: a login leads back to the distribution whose domain is registered, by its domain and by its port."""

from __future__ import annotations

import httpx
import pytest

from tests.pkgops.local.edge.site import behavior, distribution
from tests.pkgops.local.polyfills.cognito.conftest import EMAIL, PAGES, PASSWORD

pytestmark = pytest.mark.emulator

ORIGIN = {"Id": "one", "DomainName": "example.com", "CustomOriginConfig": {"OriginProtocolPolicy": "https-only"}}


@pytest.fixture(name="site_of")
def registered(hosted, deploy, visit):
    """``https://`` domain and ``https://`` loopback of a distribution that the client has registered."""
    resources = {"Distribution": distribution([ORIGIN], behavior("one"))}
    outputs = {"Domain": {"Value": {"Fn::GetAtt": ["Distribution", "DomainName"]}}}
    stack = deploy({"Resources": resources, "Outputs": outputs})
    domain = f"https://{stack.outputs['Domain']}"
    changed = PAGES | {"CallbackURLs": [f"{domain}/auth/callback"], "LogoutURLs": [domain]}
    hosted.cognito.update_user_pool_client(UserPoolId=hosted.pool, ClientId=hosted.app, **changed)
    return {"domain": domain, "here": visit(stack).secure}


@pytest.mark.parametrize("form", ["domain", "here"])
def test_a_login_comes_back_to_the_port_that_answers(hosted, site_of, form):
    back = f"{site_of[form]}/auth/callback"
    asked = {"client_id": hosted.app, "response_type": "code", "redirect_uri": back, "state": "s"}
    begun = hosted.http.get("/oauth2/authorize", params=asked)
    assert (begun.status_code, begun.headers["location"].partition("?")[0]) == (302, "/login")
    form = dict(httpx.URL(begun.headers["location"]).params) | {"username": EMAIL, "password": PASSWORD}
    done = httpx.URL(hosted.http.post("/login", data=form).headers["location"])
    assert str(done.copy_with(query=None)) == f"{site_of['here']}/auth/callback"
    given = {"grant_type": "authorization_code", "code": done.params["code"], "redirect_uri": back}
    assert "id_token" in hosted.tokens(**given).json()


def test_a_logout_leads_to_the_port_as_well(hosted, site_of):
    for address in site_of.values():
        answer = hosted.http.get("/logout", params={"client_id": hosted.app, "logout_uri": address})
        assert answer.headers["location"] == site_of["here"]


def test_another_path_or_another_port_is_not_registered(hosted, site_of):
    port = int(site_of["here"].rpartition(":")[2])
    for back in (f"{site_of['here']}/other", f"https://127.0.0.1:{port + 50}/auth/callback", "https://evil.example"):
        asked = {"client_id": hosted.app, "response_type": "code", "redirect_uri": back}
        assert hosted.http.get("/oauth2/authorize", params=asked).status_code == 400
