"""A command in a process of its own, to be killed.

``python -m tests.pkgops.deploy.faults.victim VERB ROOT ENDPOINT VERSION``, with the root user's AWS_SECRET_ACCESS_KEY.
"""

from __future__ import annotations

import os
import sys
from pathlib import Path

from pkgops.aws.ports import AwsPorts
from pkgops.deploy.deploy import deploy
from pkgops.deploy.destroy import destroy, plan_destroy
from pkgops.errors import PkgopsError
from pkgops.plan.prepare import prepare
from tests.pkgops.deploy.faults.system import EXPLAINED, HURRIED, LARGE, packaged, project


def main() -> None:
    verb, root, endpoint, version = sys.argv[1], Path(sys.argv[2]), sys.argv[3], int(sys.argv[4])
    made = project(root, int(endpoint.rpartition(":")[2]))
    ports = AwsPorts(made.stage, endpoint, HURRIED, root_secret=os.environ["AWS_SECRET_ACCESS_KEY"])
    wanted = packaged(root, version, LARGE)
    try:
        if verb == "destroy":
            destroy(plan_destroy(made, wanted.stacks, ports), ports)
        else:
            deploy(prepare(made, wanted, ports), ports)
    except PkgopsError:
        sys.exit(EXPLAINED)


if __name__ == "__main__":
    main()
