"""P207, and the table of runtimes behind it."""

from __future__ import annotations

import json
import time
from pathlib import Path

import cfnlint.data.AdditionalSpecs
import pytest

from pkgops.runtimes import RUNTIMES, supported
from tests.pkgops.checks.project import found, judged, subject_of

FUNCTION = (
    'scope.add(awslambda.Function("News", Runtime="{0}", Handler="handlers.shop.news.handler", Role="arn:role", '
    'Code=awslambda.Code(**handler_code("handlers/shop/news.py"))))'
)


@pytest.mark.parametrize("runtime", [*RUNTIMES, "nodejs16.x"])
def test_a_runtime_is_refused_from_the_day_its_support_ends(tmp_path: Path, runtime: str) -> None:
    known = RUNTIMES.get(runtime)
    findings = found("P207", tmp_path, FUNCTION.format(runtime))
    if known is None or known.ends > time.strftime("%Y-%m-%d"):
        assert findings == []
        return
    (one,) = findings
    assert f"runs on {runtime}, whose support ended on {known.ends}; choose {supported()[-1]}." in one.message
    assert (one.severity, one.path) == ("error", "Resources/News/Properties/Runtime")


def test_who_needs_more_time_says_so(tmp_path: Path) -> None:
    body = FUNCTION.format("python3.8") + '\nscope.accept("P207", "News", reason="moves in spring")'
    assert [one.rule for one in judged(subject_of(tmp_path, main=body)).findings if one.rule == "P207"] == []


def test_the_dates_are_those_that_cfn_lint_has() -> None:
    """It reads the same page of AWS; a pin of it that knows more shows here."""
    path = Path(next(iter(cfnlint.data.AdditionalSpecs.__path__))) / "LmbdRuntimeLifecycle.json"
    listed = {name: row for name, row in json.loads(path.read_text("utf-8")).items() if name.startswith("python")}
    assert {name: row["deprecated"] for name, row in listed.items()} == {
        name: runtime.ends for name, runtime in RUNTIMES.items()
    }
