"""A scope to try building blocks in, and what cfn-lint says of the result."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import replace

import pytest

from pkgops import bootstrap
from pkgops.build.synth import SynthesizedStack
from pkgops.model import Stage
from pkgops.scope import Scope
from tests.builds import Builds


@pytest.fixture
def scope() -> Scope:
    return Scope(replace(bootstrap.SYSTEM, key="shop"), Stage("dev"), bootstrap.Settings())


@pytest.fixture
def findings(builds: Builds) -> Callable[[Scope], list[str]]:
    def lint(scope: Scope) -> list[str]:
        return builds.findings(SynthesizedStack("shop", "main", "shop-main-dev", scope.template.to_dict()), "us-east-1")

    return lint
