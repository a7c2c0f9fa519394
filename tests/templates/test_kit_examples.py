"""The examples of the kit's reference: each is built with the module it shows, and cfn-lint finds nothing."""

from __future__ import annotations

import ast
import runpy
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest

from pkgops import bootstrap
from pkgops.build.synth import SynthesizedStack
from pkgops.cli.kit_reference import EXAMPLES, example_of, modules
from pkgops.model import Stage
from pkgops.scope import Scope
from tests.builds import Builds
from tests.repository import ROOT

SYSTEM = replace(bootstrap.SYSTEM, key="shop", title="Shop", secrets=("shop/carrier-token",))
DEV = Stage("dev")
OTHERS = (Stage("prod", account="123456789012"), Stage("local", account="000000000000"))


def example(module: str) -> Path:
    return example_of(ROOT, module)


def built(module: str, stage: Stage) -> SynthesizedStack:
    scope = Scope(SYSTEM, stage, bootstrap.Settings())
    names: dict[str, Any] = runpy.run_path(str(example(module)))
    names["build"](scope)
    return SynthesizedStack("shop", module, f"Shop-{module.replace('.', '-')}", scope.template.to_dict())


@pytest.mark.parametrize("module", modules())
def test_cfn_lint_finds_nothing_in_an_example(module: str, builds: Builds) -> None:
    assert builds.findings(built(module, DEV), DEV.region) == []


@pytest.mark.parametrize("module", modules())
@pytest.mark.parametrize("stage", OTHERS, ids=lambda stage: stage.name)
def test_an_example_is_built_on_other_stages(module: str, stage: Stage) -> None:
    assert built(module, stage).template["Resources"]


@pytest.mark.parametrize("module", modules())
def test_an_example_uses_the_module_it_shows(module: str) -> None:
    tree = ast.parse(example(module).read_text(encoding="utf-8"))
    imports = [node for node in tree.body if isinstance(node, ast.ImportFrom)]
    names = {node.module for node in imports} | {
        f"{node.module}.{name.name}" for node in imports for name in node.names
    }
    assert f"pkgops.kit.{module}" in names


def test_no_example_of_something_removed() -> None:
    assert sorted((ROOT / EXAMPLES).rglob("*.py")) == sorted(map(example, modules()))


def test_the_openapi_example_documents_its_route() -> None:
    document = runpy.run_path(str(example("web.openapi")))["document"]()
    assert list(document["paths"]) == ["/orders"]
