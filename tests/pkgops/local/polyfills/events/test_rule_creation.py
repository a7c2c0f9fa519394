"""Contract: a rule that a stack makes knows its creation, and its rate is counted from there."""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.emulator import ACCOUNT
from tests.repository import ROOT

pytestmark = pytest.mark.emulator

# The emulator looks at rules 59 seconds after a rule's creation, which is its first look at it, and two seconds later.
PROGRAM = """
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills import install
install()
from ministack.services import eventbridge
target = {"Id": "one", "Arn": "arn:aws:sqs:us-east-1:000000000000:queue"}
properties = {"ScheduleExpression": "rate(1 minute)", "Targets": [target]}
Types().handler("AWS::Events::Rule")["create"]("Rule", properties, "stack")
created, fired = eventbridge._now_ts(), []
eventbridge._invoke_target = lambda target, *_: fired.append(target["Id"])
for later in (59, 61):
    eventbridge._now_ts = lambda: created + later
    eventbridge._tick_scheduled_rules()
    print(later, *fired)
"""


def test_it_is_counted_from_its_creation():
    done = subprocess.run([sys.executable, "-c", PROGRAM], cwd=ROOT, capture_output=True, text=True, check=False)
    assert (done.stdout.splitlines(), done.stderr) == (["59", "61 one"], "")


def test_an_update_leaves_the_account_that_has_created_it(deploy, aws):
    properties = {"ScheduleExpression": "rate(1 day)"}
    stack = deploy({"Rule": {"Type": "AWS::Events::Rule", "Properties": properties}})
    name = stack.physical("Rule")
    assert aws("events").describe_rule(Name=name)["CreatedBy"] == ACCOUNT
    changed = {"Type": "AWS::Events::Rule", "Properties": {**properties, "Description": "other"}}
    assert stack.update({"Resources": {"Rule": changed}}).status == "UPDATE_COMPLETE"
    rule = aws("events").describe_rule(Name=name)
    assert (rule["CreatedBy"], rule["Description"]) == (ACCOUNT, "other")
