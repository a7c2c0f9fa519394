"""Code inside templates runs as it does from its files, and is refused where AWS would refuse it."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from troposphere import Ref, encode_to_dict

from pkgops.build.functions import functions
from pkgops.build.inline.code import inline_path, inlined
from pkgops.build.synth import SynthesizedStack
from pkgops.errors import BuildError
from pkgops.scope import inline_code

HANDLER = "handlers/shop/edge/gate.py"
SOURCES = {
    "handlers/__init__.py": b"",
    "handlers/shop/__init__.py": b"SHOP = 'shop'\n",
    HANDLER: b"import os\nfrom handlers.shop import SHOP\nfrom ..prices import price\n\n\n"
    b"def handler(event, context):\n    return [SHOP, price(event), os.environ['GREETING']]\n",
    "handlers/shop/prices.py": '"""Quotes \' \\" \'\'\', a \\\\, \u20ac and\x0ca feed.\r\n"""\n\n\n'.encode()
    + b"def price(event):\n    if event == 0:\n        raise ValueError('free')\n    return event * 2\n",
}


def code(values: dict[str, Any] | None = None, sources: dict[str, bytes] = SOURCES) -> dict[str, Any]:
    template = encode_to_dict(inline_code(HANDLER, {"GREETING": "hello"} if values is None else values))
    return inlined(template, HANDLER, sources, ())


def text(made: dict[str, Any], **known: str) -> str:
    """The code that CloudFormation makes of it."""
    parts = made["ZipFile"]["Fn::Join"][1]
    return "".join(part if isinstance(part, str) else known[part["Ref"]] for part in parts)


def run(tmp_path: Path, source: str, program: str) -> subprocess.CompletedProcess[str]:
    """Runs a program beside the code, in a directory with nothing else."""
    (tmp_path / "index.py").write_text(source, encoding="utf-8")
    return subprocess.run(
        [sys.executable, "-I", "-c", f"import json, sys; sys.path.insert(0, '.'); {program}"],
        cwd=tmp_path,
        capture_output=True,
        text=True,
        check=False,
    )


def test_it_runs_alone(tmp_path: Path) -> None:
    program = (
        "import index, handlers.shop.prices as p; print(json.dumps([index.handler(3, None), p.__doc__, p.__file__]))"
    )
    done = run(tmp_path, text(code({"GREETING": Ref("Greeting")}), Greeting="good day"), program)
    assert done.stderr == ""
    answer, docstring, place = json.loads(done.stdout)
    assert answer == ["shop", 6, "good day"]
    assert docstring == "Quotes ' \" ''', a \\, \u20ac and\x0ca feed.\n"  # Python reads every line end as one
    assert place == "handlers/shop/prices.py"


def test_a_traceback_shows_files_and_lines(tmp_path: Path) -> None:
    """As Lambda's runtime makes it."""
    program = "import index, traceback\ntry:\n    index.handler(0, None)\nexcept ValueError:\n    traceback.print_exc()"
    done = run(tmp_path, text(code()), program)
    assert 'File "handlers/shop/edge/gate.py", line 7, in handler' in done.stderr
    assert "return [SHOP, price(event), os.environ['GREETING']]" in done.stderr


def test_the_same_modules_are_the_same_code() -> None:
    assert code() == code(sources=dict(reversed(SOURCES.items())))
    assert code() != code(sources=SOURCES | {"handlers/shop/__init__.py": b"SHOP = 'store'\n"})


@given(st.dictionaries(st.text(min_size=1), st.text()))
def test_every_text_is_a_value(values: dict[str, str]) -> None:
    line = text(code(values)).splitlines()[1]
    names: dict[str, Any] = {}
    exec(line, names)
    assert json.loads(names["VALUES"]) == values


def test_its_path_is_known_before_and_after_packaging() -> None:
    given = encode_to_dict(inline_code(HANDLER, {}))
    assert inline_path(given) == HANDLER
    for made in (given, code()):
        properties = {"FunctionName": "shop-gate-dev", "Handler": "index.handler", "Code": made}
        resources = {"GateFunction": {"Type": "AWS::Lambda::Function", "Properties": properties}}
        (found,) = functions([SynthesizedStack("shop", "web", "Shop-dev", {"Resources": resources})])
        assert (found.handler, found.short) == (HANDLER, "gate")
    assert "asset://" not in text(code())


@pytest.mark.parametrize("other", [{}, {"S3Key": "a.zip"}, {"ZipFile": "# a.py"}, {"ZipFile": {"Fn::Join": ["", []]}}])
def test_other_code_is_left_alone(other: dict[str, Any]) -> None:
    assert inline_path(other) == ""


def test_packages_and_data_files_are_refused() -> None:
    given = encode_to_dict(inline_code(HANDLER, {}))
    with pytest.raises(BuildError, match="needs httpx"):
        inlined(given, HANDLER, SOURCES, ("httpx",))
    with pytest.raises(BuildError, match=r"prices\.json"):
        inlined(given, HANDLER, SOURCES | {"handlers/shop/prices.json": b"{}"}, ())


def test_code_too_large_for_the_edge_is_refused() -> None:
    with pytest.raises(BuildError, match="AWS accepts 4194304 of code in a template, and 1048576 zipped"):
        code(sources=SOURCES | {"handlers/shop/large.py": b"# large\n" * 600_000})
