"""A deployment in a process of its own, to be killed: ``python -m tests.faults.victim ROOT ENDPOINT VERSION``."""

from __future__ import annotations

import sys
from pathlib import Path

from pkgops.aws import AwsPorts
from pkgops.deploy import deploy
from pkgops.plan import plan
from tests.faults.system import LARGE, packaged, project
from tests.faults.world import HURRIED


def main() -> None:
    root, endpoint, version = Path(sys.argv[1]), sys.argv[2], int(sys.argv[3])
    made = project(root, int(endpoint.rpartition(":")[2]))
    ports = AwsPorts(made.stage, endpoint, HURRIED)
    deploy(plan(made, packaged(root, version, LARGE), ports), ports)


if __name__ == "__main__":
    main()
