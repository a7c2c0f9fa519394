"""AWS::EC2::EIP and AWS::EC2::NatGateway: addresses and gateways of the emulator's EC2. Nothing passes through them."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types

# A gateway with another one of these is another gateway.
_REPLACING = ("SubnetId", "AllocationId", "ConnectivityType")


def install(types: Types) -> None:
    """Adds the types; the service has them."""
    from ministack.services import ec2

    require(ec2, "_allocate_address", "_release_address", "_create_nat_gateway", "_delete_nat_gateway")
    require(ec2, "_addresses", "_nat_gateways", "_tags")
    types.add("AWS::EC2::EIP", _allocate, _release, _update_address)
    types.add("AWS::EC2::NatGateway", _create, _delete, _update)


def _allocate(_: str, properties: Properties, __: str) -> Created:
    from ministack.services import ec2

    before = set(ec2._addresses)
    refuse(ec2._allocate_address({"Domain": [properties.get("Domain", "vpc")]}))
    (allocation,) = set(ec2._addresses) - before
    return _address(allocation, properties)


def _update_address(address: str, _: Properties, new: Properties, __: str) -> Created:
    return _address(_allocation(address), new)


def _release(address: str, _: Properties) -> None:
    from ministack.services import ec2

    ec2._release_address({"AllocationId": [_allocation(address)]})


def _address(allocation: str, properties: Properties) -> Created:
    from ministack.services import ec2

    address = str(ec2._addresses[allocation]["PublicIp"])
    ec2._tags[allocation] = list(properties.get("Tags") or [])
    return address, {"PublicIp": address, "AllocationId": allocation}


def _allocation(address: str) -> str:
    """The id of an address; "" if it has been released."""
    from ministack.services import ec2

    return next((key for key, row in ec2._addresses.items() if row["PublicIp"] == address), "")


def _create(_: str, properties: Properties, __: str) -> Created:
    from ministack.services import ec2

    before = set(ec2._nat_gateways)
    refuse(ec2._create_nat_gateway({key: [properties[key]] for key in _REPLACING if key in properties}))
    (gateway,) = set(ec2._nat_gateways) - before
    return _gateway(gateway, properties)


def _update(gateway: str, old: Properties, new: Properties, stack: str) -> Created:
    if any(old.get(key) != new.get(key) for key in _REPLACING):
        return _create("", new, stack)
    return _gateway(gateway, new)


def _delete(gateway: str, _: Properties) -> None:
    from ministack.services import ec2

    ec2._delete_nat_gateway({"NatGatewayId": [gateway]})


def _gateway(gateway: str, properties: Properties) -> Created:
    from ministack.services import ec2

    ec2._tags[gateway] = list(properties.get("Tags") or [])
    return gateway, {"NatGatewayId": gateway}
