"""Does each of several first deployments at once end with everything deployed?"""

from __future__ import annotations

import os
from collections.abc import Iterator

import pytest

from tests.pkgops.deploy.faults.together import Place, place, round_of

pytestmark = pytest.mark.emulator

ROUNDS = int(os.environ.get("PKGOPS_FIRST_ROUNDS", "2"))


@pytest.fixture(scope="module")
def here(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Place]:
    with place(tmp_path_factory.mktemp("together")) as made:
        yield made


@pytest.mark.parametrize("deployers", [2, 3])
def test_the_others_watch_and_compare_again(here: Place, deployers: int) -> None:
    for seed in range(ROUNDS):
        round_of(here, deployers, seed)
