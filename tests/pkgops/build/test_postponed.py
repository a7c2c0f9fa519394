"""Is a postponed module loaded by its first use, and not by its import?"""

from __future__ import annotations

import subprocess
import sys

import pytest

from tests.repository import ROOT

PROGRAM = """
import sys
from pkgops.build.postponed import postpone
postpone("cfn_flip")
import cfn_flip, troposphere
assert "yaml" not in sys.modules
{use}
assert "yaml" in sys.modules
import cfn_flip
assert cfn_flip.__file__ and cfn_flip.__spec__
postpone("cfn_flip")
assert sys.modules["cfn_flip"] is cfn_flip
"""
USES = (
    "assert troposphere.Template().to_yaml() == 'Resources: {}\\n'",
    "from cfn_flip import load_yaml",
    "from cfn_flip.yaml_dumper import get_dumper",
    "import cfn_flip.yaml_dumper",
)


@pytest.mark.parametrize("use", USES)
def test_the_first_use_loads_it(use):
    program = [sys.executable, "-c", PROGRAM.format(use=use)]
    done = subprocess.run(program, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr


def test_templates_are_made_without_yaml():
    program = """
import sys
from pathlib import Path
from pkgops import config
from pkgops.build.synth import synth
project = config.load(system="pkgwatch", root=Path(), environ={})
synth(project.system, project.stage, project.settings)
assert "troposphere" in sys.modules
assert "yaml" not in sys.modules
"""
    done = subprocess.run([sys.executable, "-c", program], cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
