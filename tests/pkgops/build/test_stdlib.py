"""Is the standard library that of the target, whatever Python the tool runs on?"""

from __future__ import annotations

import json
import subprocess

import pytest

from pkgops.build.dependencies.installer import find_python
from pkgops.build.stdlib import modules, removal

VERSIONS = ["3.9", "3.10", "3.11", "3.12", "3.13", "3.14"]


@pytest.mark.parametrize("python", [python for python in VERSIONS[1:] if find_python(python)])
def test_the_modules_are_those_of_the_interpreter(python: str) -> None:
    """Compared with those on this machine; private modules come and go with patches."""
    program = "import json, sys; print(json.dumps(sorted(sys.stdlib_module_names)))"
    done = subprocess.run([find_python(python), "-I", "-c", program], capture_output=True, text=True, check=True)
    there = {name for name in json.loads(done.stdout) if not name.startswith("_")}
    assert {name for name in modules(python) if not name.startswith("_")} == there


@pytest.mark.parametrize(
    ("module", "first", "last"),
    [
        ("binhex", "3.9", "3.10"),
        ("tomllib", "3.11", "3.14"),
        ("imp", "3.9", "3.11"),
        ("distutils", "3.9", "3.11"),
        ("cgi", "3.9", "3.12"),
        ("lib2to3", "3.9", "3.12"),
        ("annotationlib", "3.14", "3.14"),
        ("json", "3.9", "3.14"),
    ],
)
def test_a_module_is_there_from_one_version_to_another(module: str, first: str, last: str) -> None:
    there = [version for version in VERSIONS if module in modules(version)]
    assert there == VERSIONS[VERSIONS.index(first) : VERSIONS.index(last) + 1]
    assert removal(module) == ("" if last == "3.14" else VERSIONS[VERSIONS.index(last) + 1])
