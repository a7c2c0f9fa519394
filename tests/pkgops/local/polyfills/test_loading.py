"""Every polyfill is found, has a contract, and is installed in the order it asks for."""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.local import polyfills
from tests.repository import ROOT

HERE = Path(__file__).parent


def test_every_file_is_found():
    folder = ROOT / "pkgops/local/polyfills"
    files = {path.relative_to(folder) for path in folder.rglob("*.py") if path.name != "__init__.py"}
    assert {Path(name.replace(".", "/") + ".py") for name in polyfills.names()} == files
    assert len(files) > 30


@pytest.mark.parametrize("name", polyfills.names())
def test_every_polyfill_has_its_contract(name):
    service, _, gap = name.partition(".")
    contract = HERE / service / f"test_{gap}.py"
    assert contract.is_file(), f"write the contract test of {name}: {contract.relative_to(ROOT)}"


def test_each_comes_after_those_it_names():
    order = polyfills.ordered()
    places = {module.__name__.removeprefix(f"{polyfills.__name__}."): place for place, module in enumerate(order)}
    assert places.keys() == set(polyfills.names())
    asked = [(name, one) for name, place in places.items() for one in getattr(order[place], "AFTER", ())]
    assert asked
    assert all(places[one] < places[name] for name, one in asked)
