"""What is sent to make a change set, as botocore's model knows it."""

from __future__ import annotations

from typing import Any

import pytest
from botocore.stub import ANY, Stubber

from pkgops.aws.change_sets import CAPABILITIES, ChangeSets
from pkgops.aws.connection.client import Clients
from pkgops.model import Stage
from pkgops.ports.stacks import ChangeSetRequest

STANDARD: dict[str, Any] = {}
EXPRESS = {"DeploymentConfig": {"Mode": "EXPRESS", "DisableRollback": False}}
REVERT = {"DeploymentMode": "REVERT_DRIFT"}


@pytest.mark.parametrize(
    ("express", "revert_drift", "sent"),
    [(False, False, STANDARD), (True, False, EXPRESS), (False, True, REVERT), (True, True, REVERT)],
)
def test_express_mode_keeps_the_rollback(express: bool, revert_drift: bool, sent: dict[str, Any]) -> None:
    clients = Clients(Stage("local"), "http://127.0.0.1:9")
    request = ChangeSetRequest("shop", False, {}, {}, body="{}", express=express, revert_drift=revert_drift)
    expected = {"StackName": "shop", "ChangeSetName": ANY, "ChangeSetType": "UPDATE", "Capabilities": CAPABILITIES}
    expected |= {"Parameters": [], "Tags": [], "TemplateBody": "{}"} | sent
    with Stubber(clients.get("cloudformation")) as stub:
        stub.add_response("create_change_set", {"Id": "arn:aws:cloudformation:set"}, expected)
        assert ChangeSets(clients).create_change_set(request) == "arn:aws:cloudformation:set"
        stub.assert_no_pending_responses()
