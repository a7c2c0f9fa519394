"""Is what runs what is pinned, and does the build fail where that cannot be?"""

from __future__ import annotations

import pytest

from pkgops.build.build import build
from pkgops.build.dependencies.pins import PINS, REQUIREMENTS
from pkgops.errors import BuildError
from pkgops.events import Event
from tests.probe import Probe
from tests.wheels import Wheels

VERSION = "def answer():\n    import {0}\n    return {0}.VERSION"


def pin(probe: Probe, wheels: Wheels, wanted: str, **markers: str) -> None:
    probe.write(REQUIREMENTS, wanted)
    probe.write(PINS, wheels.lines(markers))


def test_the_pinned_version_is_packaged(probe: Probe, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": "VERSION = 'old'"})
    probe.handler(VERSION.format("left_pad"))
    pin(probe, wheels, "left-pad\n")
    wheels.add("left-pad", "2.0", {"left_pad.py": "VERSION = 'new'"})
    assert probe.answer(probe.package()) == "old"


@pytest.mark.parametrize(
    ("wanted", "pins", "said"),
    [
        ("left-pad==1.0\n", "", r"handlers/requirements\.in:1: left-pad is not in handlers/requirements\.txt"),
        ("# words\nleft-pad>=2\n", None, r"requirements\.in:2 asks for left-pad >=2, and .*\.txt:1 pins 1\.0"),
        ("left-pad\n", "left-pad==1.0\n", r"handlers/requirements\.txt:1: left-pad has no hash"),
        ("left-pad\n", "left-pad>=1.0 --hash=sha256:00\n", "left-pad has no exact version"),
        ("left-pad\n-r more.in\n", None, r"handlers/requirements\.in includes handlers/more\.in"),
        ("left pad\n", None, r"handlers/requirements\.in:1: "),
        ("-e .\n", None, "an editable requirement cannot be packaged"),
    ],
)
def test_a_pin_that_is_not_in_force_stops_the_build(
    probe: Probe, wheels: Wheels, wanted: str, pins: str | None, said: str
) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": ""})
    probe.write(REQUIREMENTS, wanted)
    probe.write(PINS, wheels.lines() if pins is None else pins)
    probe.handler("import left_pad\n\n\ndef answer():\n    return 1")
    with pytest.raises(BuildError, match=said) as caught:
        probe.package()
    assert caught.value.code == 3


def test_a_missing_pin_is_found_before_templates_are_checked(probe: Probe) -> None:
    probe.write(REQUIREMENTS, "left-pad\n")
    heard: list[Event] = []
    with pytest.raises(BuildError, match="left-pad is not in"):
        build(probe.load(), heard.append)
    assert heard == []


def test_the_command_that_pins_is_the_projects_own(probe: Probe) -> None:
    probe.write(REQUIREMENTS, "left-pad\n")
    with pytest.raises(BuildError) as caught:
        probe.package()
    assert caught.value.hint.startswith("Run: uv pip compile handlers/requirements.in")
    probe.write("Makefile", "help:\n\ttrue\n\npins: .venv\n\ttrue\n")
    with pytest.raises(BuildError) as caught:
        probe.package()
    assert caught.value.hint == "Run: make pins"


def test_what_a_package_needs_must_be_pinned_too(probe: Probe, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": "from pads import VERSION"}, metadata=["Requires-Dist: pads"])
    pin(probe, wheels, "left-pad\n")
    wheels.add("pads", "1.0", {"pads.py": "VERSION = 1"})
    probe.handler(VERSION.format("left_pad"))
    with pytest.raises(BuildError, match="Not everything is pinned that left-pad for Python") as caught:
        probe.package()
    assert caught.value.hint.startswith("Run: ")
    pin(probe, wheels, "left-pad\n")
    assert probe.answer(probe.package()) == 1


def test_a_wheel_that_is_not_the_pinned_one_is_refused(probe: Probe, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": "VERSION = 1"})
    pin(probe, wheels, "left-pad\n")
    wheels.add("left-pad", "1.0", {"left_pad.py": "VERSION = 'something else'"})
    probe.handler(VERSION.format("left_pad"))
    with pytest.raises(BuildError, match="Hash mismatch"):
        probe.package()


def test_a_marker_for_another_platform_leaves_a_package_out(probe: Probe, wheels: Wheels) -> None:
    marker = 'sys_platform == "win32"'
    wheels.add("left-pad", "1.0", {"left_pad.py": "VERSION = 1"})
    wheels.add("right-pad", "1.0", {"right_pad.py": "VERSION = 2"})
    pin(probe, wheels, f"left-pad ; {marker}\nright-pad\n", **{"left-pad": marker})
    guarded = "import right_pad\ntry:\n    import left_pad\nexcept ImportError:\n    left_pad = None"
    probe.handler(f"{guarded}\n\n\ndef answer():\n    return [left_pad, right_pad.VERSION]")
    for stage in ("local", "dev"):
        assert not [name for name in probe.layer(probe.package(stage)) if "left_pad" in name]
    assert probe.answer(probe.package()) == [None, 2]
    probe.handler(VERSION.format("left_pad"))
    with pytest.raises(BuildError, match=r"which handlers/requirements\.in:1 asks for on other platforms alone"):
        probe.package("dev")


def test_the_version_of_python_in_a_marker_is_the_targets(probe: Probe, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": ""})
    pin(probe, wheels, 'left-pad ; python_version >= "3.13"\n', **{"left-pad": 'python_version >= "3.13"'})
    probe.handler("import left_pad\n\n\ndef answer():\n    return 1")
    with pytest.raises(BuildError, match="on other platforms alone"):
        probe.package("dev")
    probe.stack(defaults="memory=128")
    text = (probe.root / "templates/probe/main.py").read_text("utf-8").replace("python3.12", "python3.13")
    probe.write("templates/probe/main.py", text)
    assert "python/left_pad.py" in probe.layer(probe.package("dev"))


def test_the_parts_of_an_extra_come_along(probe: Probe, wheels: Wheels) -> None:
    extra = ["Provides-Extra: crypto", "Requires-Dist: cypher ; extra == 'crypto'"]
    wheels.add(
        "Py-Token",
        "1.0",
        {"token_.py": "try:\n    from cypher import KEY\nexcept ImportError:\n    KEY = 0"},
        metadata=extra,
    )
    wheels.add("cypher", "1.0", {"cypher.py": "KEY = 7"})
    probe.handler("import token_\n\n\ndef answer():\n    return token_.KEY")
    pin(probe, wheels, "Py-Token[crypto]==1.0  # imports: token_\n")
    assert probe.answer(probe.package()) == 7
    pin(probe, wheels, "py.token\n")
    assert probe.answer(probe.package()) == 0


@pytest.mark.parametrize("comment", ["", "  # imports: space"])
def test_the_distributions_of_a_namespace_travel_together(probe: Probe, wheels: Wheels, comment: str) -> None:
    wheels.add("space-one", "1.0", {"space/one/__init__.py": "X = 1"})
    wheels.add("space-two", "1.0", {"space/two.py": "X = 2"})
    wheels.add("other", "1.0", {"other.py": ""})
    pin(probe, wheels, f"space-one{comment}\nspace-two{comment}\nother\n")
    probe.handler("from space import one, two\n\n\ndef answer():\n    return [one.X, two.X]")
    packaged = probe.package()
    assert probe.answer(packaged) == [1, 2]
    assert "python/other.py" not in probe.layer(packaged)


def test_import_names_come_from_the_metadata(probe: Probe, wheels: Wheels) -> None:
    """Modules, packages and extension modules; a comment is needed for none of them, and overrides them."""
    wheels.add("Fancy.Name", "1.0", {"plain.py": "", "pack/__init__.py": "", "pack/x.txt": "", "bin/tool": ""})
    wheels.add("native", "1.0", {"_native.cpython-312-x86_64-linux-gnu.so": b"", "fast.abi3.so": b""})
    pin(probe, wheels, "fancy-name\nnative\n")
    for body in ("import plain", "from pack import *", "import _native", "import fast"):
        probe.handler(f"{body}\n\n\ndef answer():\n    return 1")
        assert len(probe.layer(probe.package("dev"))) > 2, body
    pin(probe, wheels, "fancy-name  # imports: plain\nnative\n")
    probe.handler("import pack\n\n\ndef answer():\n    return 1")
    with pytest.raises(BuildError, match="imports 'pack', which is neither pinned nor in handlers/"):
        probe.package()


def test_a_package_that_only_others_need_has_to_be_named(probe: Probe, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": ""}, metadata=["Requires-Dist: pads"])
    wheels.add("pads", "1.0", {"pads.py": ""})
    pin(probe, wheels, "left-pad\n")
    probe.handler("import pads\n\n\ndef answer():\n    return 1")
    with pytest.raises(BuildError, match="imports 'pads', which is pinned only because others need it") as caught:
        probe.package()
    assert "Name it in handlers/requirements.in" in caught.value.hint


def test_a_package_without_a_wheel_does_not_hide_the_names_of_others(probe: Probe, wheels: Wheels) -> None:
    wheels.add("win", "1.0", {"winmod.py": ""}, tag="py3-none-win_amd64")
    wheels.add("left-pad", "1.0", {"padding.py": "VERSION = 1"})
    pin(probe, wheels, "win\nleft-pad\n")
    probe.handler(VERSION.format("padding"))
    assert probe.answer(probe.package()) == 1
    probe.handler("import win\n\n\ndef answer():\n    return 1")
    with pytest.raises(BuildError, match="No layer of win for Python"):
        probe.package()


def test_the_sdk_is_packaged_if_it_is_pinned(probe: Probe, wheels: Wheels) -> None:
    probe.handler("import boto3\n\n\ndef answer():\n    return boto3.__version__")
    assert probe.layer(probe.package()) == {}
    wheels.add("boto3", "1.40.0", {"boto3/__init__.py": "__version__ = '1.40.0'"}, metadata=["Requires-Dist: botocore"])
    wheels.add("botocore", "1.40.0", {"botocore/__init__.py": "__version__ = '1.40.0'"})
    pin(probe, wheels, "boto3==1.40.0\n")
    packaged = probe.package()
    assert probe.answer(packaged) == "1.40.0"
    assert "python/botocore/__init__.py" in probe.layer(packaged)
    probe.handler("import botocore\n\n\ndef answer():\n    return botocore.__version__")
    packaged = probe.package()
    assert probe.answer(packaged) == "1.40.0", "never half of the SDK from here and half from there"
    assert "python/boto3/__init__.py" not in probe.layer(packaged)
