"""Does every command stand a damaged file of the tool's own, and one deployment put it right?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.builds import Builds
from tests.pkgops.cli.damage.world import Damaged, Tally, deployed, tried

pytestmark = pytest.mark.emulator

SEEDS = int(os.environ.get("PKGOPS_DAMAGES", "10"))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory, builds: Builds) -> Iterator[Damaged]:
    with deployed(tmp_path_factory.mktemp("damage") / "project", builds) as made:
        yield made


@pytest.mark.parametrize("seed", range(SEEDS))
def test_a_damaged_file_is_healed_or_explained(here: Damaged, seed: int) -> None:
    tried(here, seed, Tally())
