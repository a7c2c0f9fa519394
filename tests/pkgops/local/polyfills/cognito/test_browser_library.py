"""Contract: the library that web apps log in with works in a page as it does with Cognito."""

from __future__ import annotations

import shutil
import subprocess
import tarfile
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.browser import site
from tests.pkgops.local.polyfills.cognito.conftest import EMAIL, PASSWORD

if TYPE_CHECKING:
    from playwright.sync_api import Page

pytestmark = [pytest.mark.emulator, pytest.mark.browser]

PACKAGE = "amazon-cognito-identity-js@6"
BUNDLE = "package/dist/amazon-cognito-identity.min.js"
INVITED, GIVEN, CHOSEN = "invited@example.com", "Temporary-1", "Chosen-by-me-1"
# What each step of two logins ends with.
STEPS = """async ([given, email, password, invited, temporary, chosen]) => {
    const {CognitoUserPool, CognitoUser, AuthenticationDetails} = AmazonCognitoIdentity;
    const Pool = new CognitoUserPool(given);
    const user = Username => new CognitoUser({Username, Pool});
    const logIn = (who, Password) => new Promise(done => who.authenticateUser(
        new AuthenticationDetails({Username: who.getUsername(), Password}),
        {onSuccess: done, onFailure: error => done(error.code),
         newPasswordRequired: attributes => done(attributes)}));
    const called = begin => new Promise((done, fail) => begin((error, value) => error ? fail(error) : done(value)));
    const me = user(email), friend = user(invited);
    const wrong = await logIn(user(email), "Wrong-1234");
    const session = await logIn(me, password);
    const refreshed = await called(end => me.refreshSession(session.getRefreshToken(), end));
    const attributes = await called(end => me.getUserAttributes(end));
    const posed = await logIn(friend, temporary);
    const welcome = await new Promise(done =>
        friend.completeNewPasswordChallenge(chosen, {}, {onSuccess: done, onFailure: done}));
    const out = await new Promise(done => me.globalSignOut({onSuccess: done, onFailure: done}));
    const late = await called(end => me.refreshSession(session.getRefreshToken(), end)).catch(error => error.code);
    return {
        wrong, out, late, valid: session.isValid() && refreshed.isValid() && welcome.isValid(),
        email: session.getIdToken().payload.email, posed: posed.email,
        read: attributes.find(row => row.Name === "email").Value,
        changed: refreshed.getAccessToken().getJwtToken() !== session.getAccessToken().getJwtToken(),
    };
}"""


@pytest.fixture(scope="module")
def library(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """The library's bundle for browsers, from npm."""
    if shutil.which("npm") is None:
        pytest.skip("npm is not installed, which the library comes with")
    folder = tmp_path_factory.mktemp("library")
    command = ["npm", "pack", "--silent", PACKAGE, "--pack-destination", str(folder)]
    done = subprocess.run(command, cwd=folder, capture_output=True, text=True, timeout=120, check=False)
    if done.returncode:
        pytest.skip(f"npm cannot fetch {PACKAGE}: {done.stderr[-300:]}")
    with tarfile.open(next(folder.glob("*.tgz"))) as archive:
        archive.extract(BUNDLE, folder, filter="data")
    return folder / BUNDLE


def test_a_page_logs_in_refreshes_and_signs_out(page: Page, hosted: Any, library: Path) -> None:
    hosted.cognito.admin_create_user(
        UserPoolId=hosted.pool,
        Username=INVITED,
        TemporaryPassword=GIVEN,
        MessageAction="SUPPRESS",
        UserAttributes=[{"Name": "email", "Value": INVITED}],
    )
    pool = {"UserPoolId": hosted.pool, "ClientId": hosted.app, "endpoint": str(hosted.http.base_url)}
    with site("<!doctype html><title>An app</title>") as app:
        page.goto(app.origin)
        page.add_script_tag(path=library)
        found = page.evaluate(STEPS, [pool, EMAIL, PASSWORD, INVITED, GIVEN, CHOSEN])
    assert found == {
        "wrong": "NotAuthorizedException",
        "valid": True,
        "email": EMAIL,
        "read": EMAIL,
        "changed": True,
        "posed": INVITED,
        "out": "SUCCESS",
        "late": "NotAuthorizedException",
    }
