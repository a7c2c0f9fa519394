"""Contract: a REST API validates bodies by their models."""

from __future__ import annotations

import copy
import json

import pytest

from tests.pkgops.local.polyfills.apigateway.rest_template import template

pytestmark = pytest.mark.emulator


def test_a_body_its_model_allows_arrives(api):
    event = api.post("/packages/signup", json={"email": "a@example.com"}).raise_for_status().json()
    assert json.loads(event["body"]) == {"email": "a@example.com"}


def test_a_changed_template_changes_the_validator(aws, stack, role, api):
    changed = copy.deepcopy(template(role))
    del changed["Resources"]["PostSignup"]["Properties"]["RequestValidatorId"]
    assert stack.update(changed).status == "UPDATE_COMPLETE"
    assert api.post("/packages/signup", json={"email": 1}).status_code == 200
    assert stack.update(template(role)).status == "UPDATE_COMPLETE"
    assert api.post("/packages/signup", json={"email": 1}).status_code == 400
