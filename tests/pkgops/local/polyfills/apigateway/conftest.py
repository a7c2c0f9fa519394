"""A deployed REST API with everything the contracts of REST APIs are about."""

from __future__ import annotations

import json

import httpx
import pytest

from pkgops.local.urls import reachable
from tests.pkgops.local.conftest import Stack
from tests.pkgops.local.polyfills.apigateway.rest_template import template


@pytest.fixture(scope="session")
def stack(aws, role):
    made = Stack(aws, "contract-rest-api")
    aws("cloudformation").create_stack(StackName=made.name, TemplateBody=json.dumps(template(role)))
    yield made.expected()
    made.delete()


@pytest.fixture(scope="session")
def api(stack, emulator):
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    with httpx.Client(base_url=reachable(stack.outputs["ApiUrl"], emulator.endpoint)) as client:
        yield client
