"""Types whose service the emulator does not have: their resources get a name and nothing else."""

from __future__ import annotations

from functools import partial

from pkgops.local.hooks.types import Create, Created, Properties, Types, Update

# type -> the property that names it, "" if none does
_RECORDED: dict[str, str] = {
    "AWS::ApplicationAutoScaling::ScalableTarget": "",
    "AWS::ApplicationAutoScaling::ScalingPolicy": "PolicyName",
    "AWS::CodeDeploy::Application": "ApplicationName",
    "AWS::CodeDeploy::DeploymentConfig": "DeploymentConfigName",
    "AWS::CodeDeploy::DeploymentGroup": "DeploymentGroupName",
    "AWS::Logs::QueryDefinition": "",
    "AWS::XRay::Group": "GroupName",
}


def install(types: Types) -> None:
    """Adds them all."""
    for kind, name in _RECORDED.items():
        create: Create = partial(_create, types, name)
        types.add(kind, create, lambda _, __: None, _updating(create, name))


def _create(types: Types, name: str, logical_id: str, properties: Properties, stack: str) -> Created:
    physical_id = (properties.get(name) if name else None) or types.name(stack, logical_id, 100)
    return str(physical_id), {"Id": str(physical_id), "Arn": f"arn:aws:emulator:::{physical_id}"}


def _updating(create: Create, name: str) -> Update:
    """In place, unless the name changes: that is a replacement."""

    def update(physical_id: str, _: Properties, new: Properties, stack: str) -> Created:
        if name and new.get(name) not in (None, physical_id):
            return create(physical_id, new, stack)
        return physical_id, {"Id": physical_id, "Arn": f"arn:aws:emulator:::{physical_id}"}

    return update
