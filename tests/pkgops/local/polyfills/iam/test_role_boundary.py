"""Contract: a role of a template has its permissions boundary."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import role

pytestmark = pytest.mark.emulator
BOUNDARY = "arn:aws:iam::aws:policy/ReadOnlyAccess"


def test_a_boundary_is_set_changed_and_taken_away(deploy, aws, unique):
    name = unique("bounded")

    def template(boundary=None):
        made = role(name)
        made["Properties"] |= {"PermissionsBoundary": boundary} if boundary else {}
        return {"Resources": {"Role": made}}

    def boundary():
        return aws("iam").get_role(RoleName=name)["Role"].get("PermissionsBoundary", {}).get("PermissionsBoundaryArn")

    stack = deploy(template(BOUNDARY))
    assert stack.status == "CREATE_COMPLETE", stack.reasons
    assert boundary() == BOUNDARY
    stack.update(template())
    assert boundary() is None
