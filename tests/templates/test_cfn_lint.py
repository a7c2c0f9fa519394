"""Does cfn-lint find nothing, not even a warning?"""

from __future__ import annotations

from tests.builds import Builds
from tests.templates.conftest import Case


def test_no_findings(case: Case, builds: Builds) -> None:
    assert builds.findings(case.stack, case.stage.region) == []
