"""The tool names no system: this project's are one project among others."""

from __future__ import annotations

import re

from pkgops import project
from tests.architecture.tree import ROOT, files

SYSTEMS = project.systems(ROOT)


def names(key):
    """The ways in which a system's key is written: ``stream_sales``, ``stream-sales``, ``StreamSales``."""
    return re.compile("[-_ ]?".join(map(re.escape, key.split("_"))), re.IGNORECASE)


def test_no_shipped_system_is_named_in_the_tool():
    assert SYSTEMS
    own = [path for path in files() if path.startswith("pkgops/")]
    assert len(own) > 100
    named = [
        f"{path}:{number} names {key}"
        for path in own
        for number, line in enumerate((ROOT / path).read_text(encoding="utf-8", errors="replace").splitlines(), 1)
        for key in SYSTEMS
        if names(key).search(f"{path if number == 1 else ''} {line}")
    ]
    assert not named, "the tool's examples are about a shop"
