"""Does cfn-lint find nothing, not even a warning?"""

from __future__ import annotations

import json
from typing import Any

from cfnlint.api import lint
from cfnlint.config import ManualArgs


def test_no_findings(case: Any) -> None:
    findings = lint(json.dumps(case.template), config=ManualArgs(regions=["us-east-1"]))
    assert [f"{match.rule.id} {'/'.join(map(str, match.path))}: {match.message}" for match in findings] == []
