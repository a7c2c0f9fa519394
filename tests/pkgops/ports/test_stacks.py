"""The contract of the `Stacks` port, for the fake and for the emulator."""

from __future__ import annotations

import hashlib
import json
from pathlib import Path

import pytest

from pkgops.aws.ports import AwsPorts
from pkgops.deploy.watcher import Watcher
from pkgops.errors import BuildError, DeployError
from pkgops.plan.change_set import wait_until_ready
from pkgops.plan.protection import policy
from pkgops.ports.ports import Ports
from tests.pkgops.ports.stacks import carried_out, found, request_for, template


def test_a_stack_is_created_described_updated_and_deleted(ports: Ports, name: str) -> None:
    state = carried_out(ports, request_for(name, template("A")))
    assert state is not None
    assert state.status == "CREATE_COMPLETE"
    assert (state.outputs["Word"], state.parameters["Word"], state.tags["Project"]) == ("one", "one", "Demo")
    assert state.id.startswith("arn:aws:cloudformation:")
    assert len(state.account) == 12
    assert {row.logical_id for row in ports.stacks.resources(name)} == {"A"}
    assert set(json.loads(ports.stacks.template(name))["Resources"]) == {"A"}
    updated = carried_out(ports, request_for(name, template("A", "B"), "two", create=False))
    assert updated is not None
    assert (updated.status, updated.outputs["Word"]) == ("UPDATE_COMPLETE", "two")
    assert updated.updated > state.updated
    ports.stacks.delete(name)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        assert watcher.wait(name, updated) is None
    assert found(ports, name) is None
    assert ports.stacks.resources(name) == []


def test_a_change_set_lists_what_will_happen(ports: Ports, name: str) -> None:
    carried_out(ports, request_for(name, template("A", "B")))
    made = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("B", "C"), create=False)))
    assert {(change.logical_id, change.action) for change in made.changes} == {("A", "Remove"), ("C", "Add")}
    ports.stacks.delete_change_set(made.id)
    assert found(ports, name) is not None


def test_no_difference_is_an_empty_change_set(ports: Ports, name: str) -> None:
    carried_out(ports, request_for(name, template("A")))
    made = wait_until_ready(ports, ports.stacks.create_change_set(request_for(name, template("A"), create=False)))
    assert made.empty
    ports.stacks.delete_change_set(made.id)


def test_an_output_alone_is_a_difference(ports: Ports, name: str) -> None:
    carried_out(ports, request_for(name, template("A")))
    body = template("A", PkgopsDigest={"Value": "new"})
    state = carried_out(ports, request_for(name, body, create=False))
    assert state is not None
    assert state.outputs["PkgopsDigest"] == "new"


def test_updating_what_is_not_there_is_refused(ports: Ports, name: str) -> None:
    with pytest.raises(DeployError, match=name):
        ports.stacks.create_change_set(request_for(name, template("A"), create=False))


def test_an_unknown_parameter_is_refused(ports: Ports, name: str) -> None:
    body = json.dumps({"Resources": {"A": {"Type": "AWS::SQS::Queue"}}})
    with pytest.raises(DeployError, match="Word"):
        ports.stacks.create_change_set(request_for(name, body))


def test_events_are_in_order_and_emitted_once(ports: Ports, name: str) -> None:
    carried_out(ports, request_for(name, template("A")))
    events = ports.stacks.events(name)
    assert [event.time for event in events] == sorted(event.time for event in events)
    middle = events[len(events) // 2]
    assert ports.stacks.events(name, until=middle.id) == events[len(events) // 2 + 1 :]
    assert ports.stacks.events(name, since=events[-1].time)[-1] == events[-1]
    assert ports.stacks.events("there-is-no-such-stack") == []
    assert ports.stacks.failures(name) == []


def test_of_many_events_the_newest_can_be_read_alone(ports: Ports, name: str) -> None:
    carried_out(ports, request_for(name, template(*(f"Q{number}" for number in range(110)))))
    events, newest = ports.stacks.events(name), ports.stacks.events(name, newest=True)
    assert 100 <= len(newest) < len(events)
    assert newest == events[-len(newest) :]


def test_a_protected_stack_is_not_deleted(ports: Ports, name: str) -> None:
    state = carried_out(ports, request_for(name, template("A")))
    ports.stacks.set_termination_protection(name, True)
    with pytest.raises(DeployError, match=r"(?i)termination ?protection"):
        ports.stacks.delete(name)
    protected = found(ports, name)
    assert protected is not None
    assert protected.termination_protection
    ports.stacks.set_policy(name, policy(["A"]))
    ports.stacks.set_termination_protection(name, False)
    ports.stacks.delete(name)
    with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
        assert watcher.wait(name, state) is None


def test_only_an_update_is_cancelled_and_only_the_stack_of_that_id_deleted(ports: Ports, name: str) -> None:
    state = carried_out(ports, request_for(name, template("A")))
    assert state is not None
    with pytest.raises(DeployError, match=name):
        ports.stacks.cancel_update(name)
    for again in (True, False):
        ports.stacks.delete(state.id)
        with Watcher(ports.stacks, lambda event: None, fast=True) as watcher:
            assert watcher.wait(name, state) is None
        assert not again or carried_out(ports, request_for(name, template("A")))
    assert found(ports, name) is not None


def test_a_repeated_call_executes_a_change_set_once(real: Ports) -> None:
    made = wait_until_ready(real, real.stacks.create_change_set(request_for("contract-twice", template("A"))))
    real.stacks.execute(made.id)
    real.stacks.execute(made.id)
    with Watcher(real.stacks, lambda event: None, fast=True) as watcher:
        state = watcher.wait("contract-twice")
    assert state is not None
    assert state.status == "CREATE_COMPLETE"


def test_absent_things_are_absent(ports: Ports) -> None:
    assert ports.stacks.template("there-is-no-such-stack") == ""
    assert ports.stacks.resources("there-is-no-such-stack") == []


def test_artifacts_are_put_found_and_emptied(ports: Ports, tmp_path: Path, request: pytest.FixtureRequest) -> None:
    if isinstance(ports, AwsPorts):
        ports.clients.get("s3").create_bucket(Bucket=ports.artifacts.bucket)
        versioned = {"Status": "Enabled"}
        ports.clients.get("s3").put_bucket_versioning(Bucket=ports.artifacts.bucket, VersioningConfiguration=versioned)
        ports.artifacts.empty(ports.artifacts.bucket)  # other tests' templates
    path, other = tmp_path / "a.zip", tmp_path / "b.zip"
    path.write_bytes(b"one")
    other.write_bytes(b"broken")
    key, absent = (f"a/{hashlib.sha256(body).hexdigest()}.zip" for body in (b"one", b"two"))
    assert ports.artifacts.missing([key, absent]) == {key, absent}
    ports.artifacts.put(key, path)
    ports.artifacts.put(key, path)
    assert ports.artifacts.missing([key, absent, key]) == {absent}
    with pytest.raises(BuildError, match="was damaged while it was uploaded"):
        ports.artifacts.put(key, other)  # wrong bytes under the right name
    assert ports.artifacts.missing([key]) == set()
    if isinstance(ports, AwsPorts):  # another program has put them there
        ports.clients.get("s3").put_object(Bucket=ports.artifacts.bucket, Key=key, Body=b"broken")
    else:
        ports.artifacts.objects[key] = b"broken"  # type: ignore[attr-defined]
    assert ports.artifacts.missing([key]) == {key}
    assert ports.artifacts.url(key).endswith(f"/{key}")
    assert [(item.key, item.size) for item in ports.artifacts.list_objects()] == [(key, len(b"broken"))]
    ports.artifacts.remove([key])
    assert ports.artifacts.list_objects() == []
    ports.artifacts.put(key, path)
    assert ports.artifacts.empty(ports.artifacts.bucket) >= 1
    assert ports.artifacts.missing([key]) == {key}
    assert ports.artifacts.empty("no-such-bucket-for-pkgops") == 0


def test_a_failure_names_the_resource_and_the_end_state(real: Ports) -> None:
    body = json.dumps(
        {
            "Parameters": {"Word": {"Type": "String"}},
            "Resources": {
                "Good": {"Type": "AWS::SQS::Queue"},
                "Bad": {"Type": "AWS::SQS::Queue", "Properties": {"QueueName": {"Fn::GetAtt": ["Good", "Nonsense"]}}},
            },
        }
    )
    state = carried_out(real, request_for("contract-failing", body))
    assert state is not None
    assert state.status == "ROLLBACK_COMPLETE"
    failures = real.stacks.failures("contract-failing")
    assert "Bad" in {event.logical_id for event in failures}
    assert any("Nonsense" in event.reason for event in failures)
