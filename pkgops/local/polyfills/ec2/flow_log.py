"""AWS::EC2::FlowLog: a record in the emulator's EC2. There is no traffic to write down."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types

_KEPT = ("ResourceType", "TrafficType", "LogDestinationType", "LogDestination", "LogGroupName")


def install(types: Types) -> None:
    """Adds the type; the service has it."""
    from ministack.services import ec2

    require(ec2, "_create_flow_logs", "_delete_flow_logs", "_flow_logs", "_tags")
    types.add("AWS::EC2::FlowLog", _create, _delete, _update)


def _create(_: str, properties: Properties, __: str) -> Created:
    from ministack.services import ec2

    before = set(ec2._flow_logs)
    given = {key: [properties[key]] for key in _KEPT if key in properties}
    refuse(ec2._create_flow_logs({**given, "ResourceId.1": [properties["ResourceId"]]}))
    (made,) = set(ec2._flow_logs) - before
    return _tagged(made, properties)


def _update(made: str, old: Properties, new: Properties, stack: str) -> Created:
    """A flow log with another property than its tags is another one."""
    if any(old.get(key) != new.get(key) for key in {*old, *new} - {"Tags"}):
        return _create("", new, stack)
    return _tagged(made, new)


def _delete(made: str, _: Properties) -> None:
    from ministack.services import ec2

    ec2._delete_flow_logs({"FlowLogId.1": [made]})


def _tagged(made: str, properties: Properties) -> Created:
    from ministack.services import ec2

    ec2._tags[made] = list(properties.get("Tags") or [])
    return made, {"Id": made}
