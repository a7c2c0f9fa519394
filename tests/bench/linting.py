"""How long does cfn-lint keep one waiting after a change of a large template?

Compared with cfn-lint alone on the template of PkgWatch's API, which has 360 resources: ours makes the templates anew,
too, and judges them by the rules that stop a deployment.
"""

from __future__ import annotations

import itertools
import shutil
from collections.abc import Iterator

from tests.bench.measure import Contest, Row
from tests.bench.workplace import Workplace
from tests.emulator import REGION

CHANGED, FIRST = "lint: one function of PkgWatch's API changed", "lint: PkgWatch's API changed, nothing kept"
IMPORT = (
    "asked is 0.2, and 0.18 was seen on two quiet processors; half of it is imports, as no process is kept warm "
    "(docs/adr/0048)"
)
FOUR = "four templates are linted here and one there; 0.6 was seen on two quiet processors"
PROGRAM = """
from pathlib import Path
from pkgops.build.build import synthesized
from pkgops.build.check import problems
from pkgops.config import load
project = load("local", "pkgwatch", Path())
assert not problems(project, synthesized(project))
"""
STACK = "templates/pkgwatch/api.py"
MEMORY = """

_build = build


def build(scope):
    _build(scope)
    resources = scope.template.resources.values()
    next(one for one in resources if one.resource_type == "AWS::Lambda::Function").MemorySize = {}
"""


def measured(place: Workplace, only: str) -> Iterator[Row | str]:
    """The rows that ``only`` names."""
    file = place.project / STACK
    source = file.read_text(encoding="utf-8")
    sizes = itertools.count(1024)
    ours = place.python("-c", PROGRAM)
    template = place.scratch / "linted.json"

    def change() -> None:
        file.write_text(source + MEMORY.format(next(sizes)), encoding="utf-8")

    def forget() -> None:
        change()
        shutil.rmtree(place.project / ".pkgops" / "cache" / "lint")

    if only in CHANGED or only in FIRST:
        made = place.pkgops("synth", "pkgwatch/api")
        made()
        template.write_text(made.said, encoding="utf-8")
        ours()
    floor = place.floor("cfn_lint", str(template), REGION)
    if only in CHANGED:
        yield Contest(CHANGED, floor, ours, 0.25, 5, before_ours=change, why=IMPORT).run()
    if only in FIRST:
        yield Contest(FIRST, floor, ours, 0.75, 3, before_ours=forget, why=FOUR).run()
    file.write_text(source, encoding="utf-8")
