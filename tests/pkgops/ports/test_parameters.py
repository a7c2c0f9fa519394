"""The contract of the `Parameters` port, for the fake and for the emulator."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.ports.parameters import Parameters
from pkgops.ports.ports import Ports

pytestmark = pytest.mark.emulator


@pytest.fixture
def put(request: pytest.FixtureRequest, ports: Any) -> Callable[[str, str], None]:
    """Stores a parameter."""
    if request.node.callspec.params["ports"] == "fake":
        return lambda name, value: ports.parameters.there.update({name: value})
    client = request.getfixturevalue("aws")("ssm")
    return lambda name, value: client.put_parameter(Name=name, Value=value, Type="String", Overwrite=True)


def test_values_are_found_and_those_that_are_not_there_left_out(
    ports: Ports, put: Callable[[str, str], None], unique: Callable[[str], str]
) -> None:
    port: Parameters = ports.parameters
    names = [f"/{unique('contract')}" for _ in range(12)]
    for number, name in enumerate(names):
        put(name, f"value {number}")
    assert port.values([*names, "/nowhere"]) == {name: f"value {number}" for number, name in enumerate(names)}
    put(names[0], "another")
    assert port.values(names[:1]) == {names[0]: "another"}
    assert port.values([]) == {}
