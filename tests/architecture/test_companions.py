"""Does each companion know its own system alone, and does the tool know no system at all?"""

from __future__ import annotations

import re

from tests.architecture.tree import ROOT, files, sources
from tests.repository import SYSTEMS, load_system

_IMPORT = re.compile(r"^\s*(?:from|import) (templates|companions)\.(\w+)", re.MULTILINE)


def test_a_companion_knows_its_own_system_alone():
    wrong = [
        f"{source.path} imports {package}.{system}"
        for source in sources("companions")
        for package, system in _IMPORT.findall(source.text)
        if system not in (source.path.split("/")[1], "common")
    ]
    assert not wrong


def test_a_companion_s_name_is_unique_in_the_project():
    names = [path.split("/")[2] for path in files() if re.fullmatch(r"companions/\w+/\w+/__main__\.py", path)]
    assert len(names) == len(set(names))
    assert names


def test_what_a_system_declares_is_there():
    declared = {(key, one.name) for key in SYSTEMS for one in load_system(key).companions}
    packages = {(path.parts[-3], path.parts[-2]) for path in (ROOT / "companions").glob("*/*/__main__.py")}
    assert declared == packages


def test_code_under_the_gpl_says_so():
    """What extends localstripe is under its license, and none of it is elsewhere."""
    users = {source.path for source in sources() if re.search(r"^\s*(from|import) localstripe", source.text, re.M)}
    folder = "companions/pkgwatch/stripe/"
    assert users
    assert all(path.startswith(folder) for path in users)
    assert (ROOT / folder / "LICENSE").is_file()
    silent = [
        source.path
        for source in sources("companions")
        if source.path.startswith(folder) and not source.text.startswith("# SPDX-License-Identifier: GPL-3.0-or-later")
    ]
    assert not silent
