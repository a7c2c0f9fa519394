"""What a handler sees of the tool's environment."""

from __future__ import annotations

import subprocess
import sys
from importlib.util import find_spec
from pathlib import Path

from pkgops.local.functions import sdk


def test_the_sdk_comes_with_its_bytecode(tmp_path: Path) -> None:
    for _ in range(2):
        sdk.link(tmp_path)
    spec = find_spec("six")
    assert spec is not None
    assert spec.cached is not None
    program = f"import sys; sys.path.insert(0, {str(tmp_path)!r}); import six; print(six.__cached__)"
    done = subprocess.run([sys.executable, "-I", "-S", "-B", "-c", program], capture_output=True, text=True, check=True)
    assert Path(done.stdout.strip()).parent.resolve() == Path(spec.cached).parent
    assert not (tmp_path / "troposphere").exists()
