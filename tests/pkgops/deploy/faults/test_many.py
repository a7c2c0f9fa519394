"""Do fifty stacks at once get through an account's limits?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.deploy.watcher import BURST, CALLS_PER_SECOND
from tests.pkgops.deploy.faults.many import COUNT, deployed
from tests.pkgops.deploy.faults.world import put_right, world

pytestmark = pytest.mark.emulator


def test_fifty_stacks_at_once_do_not_exhaust_the_api(tmp_path: Path) -> None:
    with world(tmp_path) as made:
        put_right(made, 0, 0)  # the bootstrap stack is there
        found = deployed(made, hold=2.0)
    assert found.report.ok, found.report
    assert len(found.report.results) == COUNT
    assert found.refused > 0  # the limits were met
    assert sum(found.answered.values()) <= BURST + CALLS_PER_SECOND * found.seconds
