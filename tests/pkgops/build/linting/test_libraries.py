"""Are sympy and networkx imported in part for cfn-lint, and in full for whoever asks for more?"""

from __future__ import annotations

import json
import os
import subprocess
import sys
from importlib.metadata import version

from pkgops.build.linting.libraries import _PACKAGES
from tests.pkgops.build.linting.conditional import CONDITIONAL, CYCLIC
from tests.repository import ROOT

BEGIN = """
import json, sys
from pkgops.build.linting.libraries import little_imported
with little_imported():
    from pkgops.build.linting.changed import linted
"""
ALL = """
import json, sys
from cfnlint.api import lint
from cfnlint.config import ManualArgs
linted = lambda text, region, _: [lint(text, config=ManualArgs(regions=[region]))]
"""
LINT = """
for text in json.loads(sys.argv[1]):
    print(json.dumps([[one.rule.id, [*map(str, one.path)], one.message] for one in linted(text, "us-east-1", None)[0]]))
    print(json.dumps(sorted({"sympy.polys", "networkx.algorithms"} & sys.modules.keys())))
"""


def _run(program: str, *words: str) -> list[str]:
    """The lines that a program of a process of its own says; sets have the same order in all of them."""
    environment = {**os.environ, "PYTHONHASHSEED": "0"}
    command = [sys.executable, "-c", program, *words]
    done = subprocess.run(command, cwd=ROOT, env=environment, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return done.stdout.splitlines()


def test_they_are_written_for_the_versions_that_are_installed() -> None:
    """Another version needs a look at the order in which its __init__ imports, and at the names that cfn-lint uses."""
    assert {name: row[0] for name, row in _PACKAGES.items()} == {name: version(name) for name in _PACKAGES}


def test_verdicts_are_the_same_with_a_part_and_with_all() -> None:
    plain = json.dumps({"Resources": {"Topic": {"Type": "AWS::SNS::Topic", "Properties": {"Bogus": 1.5}}}})
    texts = [plain, json.dumps(CONDITIONAL), json.dumps(CYCLIC)]
    said, expected = ([json.loads(line) for line in _run(begin + LINT, json.dumps(texts))] for begin in (BEGIN, ALL))
    assert said[0::2] == expected[0::2]
    assert said[1::2] == [[], ["sympy.polys"], ["networkx.algorithms", "sympy.polys"]]
    assert all(expected[0::2])


def test_whoever_imports_them_afterwards_gets_all() -> None:
    program = """
    from cfnlint import graph
    import networkx.algorithms.dag, sympy.solvers.solveset
    from cfnlint.conditions.conditions import Symbol
    assert networkx is graph.networkx and networkx.find_cycle and networkx.MultiDiGraph is graph.networkx.MultiDiGraph
    assert sympy.Symbol is Symbol and str(sympy.sqrt(8)) == "2*sqrt(2)" and sympy.core.basic
    assert {type(module) for module in (networkx, sympy)} == {type(sys)}
    assert type(sympy.__spec__.loader) is type(json.__spec__.loader)
    """
    _run(BEGIN + "\n".join(line.strip() for line in program.splitlines()))


def test_another_name_of_one_that_is_begun_makes_it_whole() -> None:
    fresh = [
        "from pkgops.build.linting.libraries import little_imported",
        "import sys",
        "with little_imported():",
        "    import networkx, sympy",
        "    assert not {'networkx.algorithms', 'sympy.polys'} & sys.modules.keys()",
        "    networkx.find_cycle, sympy.sqrt",
        "    import sympy as other",
        "assert other is sympy is sys.modules['sympy']",
    ]
    _run("\n".join(fresh))


def test_what_is_imported_already_stays_as_it_is() -> None:
    fresh = [
        "import networkx, sympy, sys",
        "from pkgops.build.linting.libraries import little_imported",
        "before = list(sys.meta_path)",
        "with little_imported():",
        "    assert sys.modules['sympy'] is sympy",
        "assert (sys.modules['sympy'], sys.modules['networkx'], sys.meta_path) == (sympy, networkx, before)",
    ]
    _run("\n".join(fresh))
