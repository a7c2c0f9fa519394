"""The floor of linting a template: cfn-lint alone, on a template that is made already."""

from __future__ import annotations

import sys
from pathlib import Path

from cfnlint.api import lint
from cfnlint.config import ManualArgs

template, region = sys.argv[1:]
sys.stdout.writelines(
    f"{one.rule.id}\n" for one in lint(Path(template).read_text(), config=ManualArgs(regions=[region]))
)
