"""Does a layer hold what the function's runtime can run, with its bytecode, and the same on every machine?"""

from __future__ import annotations

import importlib.util
import marshal
import subprocess
import sys
import zipfile
from dataclasses import replace
from pathlib import Path

import pytest

from pkgops.build import layer
from pkgops.build.dependencies.bytecode import Compiler
from pkgops.build.dependencies.pins import PINS, REQUIREMENTS, Pins
from pkgops.build.dependencies.target import Target, target
from pkgops.build.layer import Layer, build_layer
from pkgops.build.package import Packager
from pkgops.errors import BuildError
from tests.probe import Probe
from tests.wheels import Wheels

OWN = f"{sys.version_info.major}.{sys.version_info.minor}"
HERE = target(f"python{OWN}", "arm64", local=True)


@pytest.fixture
def root(tmp_path: Path) -> Path:
    (tmp_path / "project" / "handlers").mkdir(parents=True)
    return tmp_path / "project"


def built(root: Path, wheels: Wheels, wanted: Target, *names: str) -> Layer:
    (root / PINS).write_text(wheels.lines(), encoding="utf-8")
    return build_layer(Pins(root), names, wanted, root / "store")


def names(made: Layer) -> list[str]:
    with zipfile.ZipFile(made.path) as archive:
        return archive.namelist()


def elf(machine: int) -> bytes:
    return b"\x7fELF" + bytes(14) + machine.to_bytes(2, "little")


@pytest.fixture
def native(wheels: Wheels) -> Wheels:
    """A package with a wheel for each C library and machine, which says whose it is."""
    for glibc in ("2_17", "2_28", "2_34"):
        for machine, number in (("x86_64", 62), ("aarch64", 183)):
            files = {"native.py": f"# {glibc}", "fast.abi3.so": elf(number)}
            wheels.add("native", "1.0", files, tag=f"cp38-abi3-manylinux_{glibc}_{machine}")
    return wheels


@pytest.mark.parametrize(
    ("runtime", "architecture", "glibc", "machine"),
    [
        ("python3.10", "x86_64", "2_17", 62),
        ("python3.11", "arm64", "2_17", 183),
        ("python3.12", "arm64", "2_34", 183),
        ("python3.13", "x86_64", "2_34", 62),
        ("python3.14", "x86_64", "2_34", 62),
    ],
)
def test_wheels_are_for_the_system_of_the_runtime(
    root: Path, native: Wheels, runtime: str, architecture: str, glibc: str, machine: int
) -> None:
    """Amazon Linux 2, which has glibc 2.26, under Python 3.11 and older; Amazon Linux 2023 under newer ones."""
    made = built(root, native, target(runtime, architecture, local=False), "native")
    with zipfile.ZipFile(made.path) as archive:
        assert archive.read("python/native.py").decode() == f"# {glibc}"
        assert archive.read("python/fast.abi3.so") == elf(machine)


def test_a_package_without_a_wheel_for_the_system_is_refused(root: Path, wheels: Wheels) -> None:
    wheels.add("new", "1.0", {"new.py": ""}, tag="cp38-abi3-manylinux_2_34_x86_64")
    built(root, wheels, target("python3.12", "x86_64", local=False), "new")
    with pytest.raises(BuildError, match=r"No layer of new for Python 3\.11 on x86_64:") as caught:
        built(root, wheels, target("python3.11", "x86_64", local=False), "new")
    assert "manylinux_2_17" in caught.value.hint


def test_a_wheel_for_the_wrong_machine_is_refused(root: Path, wheels: Wheels) -> None:
    wheels.add("wrong", "1.0", {"wrong.so": elf(62)})
    with pytest.raises(BuildError, match="not built for aarch64"):
        built(root, wheels, target("python3.12", "arm64", local=False), "wrong")


def test_an_unknown_runtime_or_architecture_is_named(probe: Probe) -> None:
    probe.stack(defaults='architecture="riscv"')
    with pytest.raises(BuildError, match="OneFunction: there is no architecture 'riscv'"):
        probe.package("dev")
    main = (probe.root / "templates/probe/main.py").read_text("utf-8")
    probe.write("templates/probe/main.py", main.replace("python3.12", "python3.99"))
    with pytest.raises(
        BuildError, match=r"OneFunction: python3\.99 is no Python runtime .* that pkgops knows"
    ) as error:
        probe.package()
    assert "python3.13" in error.value.hint


def test_nothing_that_only_an_installer_needs_is_in_a_layer(root: Path, wheels: Wheels) -> None:
    wheels.add("left-pad", "1.0", {"left_pad.py": "", "bin/pad": ""})
    found = names(built(root, wheels, HERE, "left-pad"))
    assert all(name.startswith("python/") for name in found)
    assert not [name for name in found if name.endswith(("RECORD", "INSTALLER")) or "/bin/" in name]


SOURCE = {
    "pad/__init__.py": "NAMES = frozenset({'a', 'b', 'c'})\ndef pad(x, y=(1, 'two')):\n    return {x: y, 'z': NAMES}\n",
    "pad/old.py": "print 'this is Python 2'\n",
}


def test_bytecode_comes_along_and_is_the_same_everywhere(tmp_path: Path, root: Path, wheels: Wheels) -> None:
    wheels.add("pad", "1.0", SOURCE)
    made = built(root, wheels, HERE, "pad")
    (tmp_path / "elsewhere" / "handlers").mkdir(parents=True)
    again = built(tmp_path / "elsewhere", wheels, HERE, "pad")
    assert again.path.read_bytes() == made.path.read_bytes()
    with zipfile.ZipFile(made.path) as archive:
        (compiled,) = [name for name in archive.namelist() if name.endswith(".pyc")]
        body = archive.read(compiled)
    assert compiled == f"python/pad/__pycache__/__init__.cpython-{OWN.replace('.', '')}.pyc"
    assert body[:4] == importlib.util.MAGIC_NUMBER
    assert int.from_bytes(body[4:8], "little") == 0b01, "by hash, unchecked"
    assert marshal.loads(body[16:]).co_filename == "/opt/python/pad/__init__.py"


def test_a_compiler_gives_the_same_to_every_layer(root: Path, wheels: Wheels, tmp_path: Path) -> None:
    """What one layer has had compiled is not compiled for the next, and is not different there."""
    wheels.add("pad", "1.0", SOURCE)
    wheels.add("left-pad", "1.0", {"left_pad.py": "from pad import NAMES"})
    (root / PINS).write_text(wheels.lines(), encoding="utf-8")
    compiler = Compiler()
    for stores, shared in (("one", compiler), ("two", None)):
        for wanted in (["pad"], ["pad", "left-pad"]):
            build_layer(Pins(root), wanted, HERE, tmp_path / stores, shared)
    assert {path.name for path in (tmp_path / "one").iterdir()} == {path.name for path in (tmp_path / "two").iterdir()}


def test_bytecode_is_used_without_a_look_at_the_source(root: Path, wheels: Wheels, tmp_path: Path) -> None:
    wheels.add("pad", "1.0", {"pad.py": "WHO = 'compiled'"})
    with zipfile.ZipFile(built(root, wheels, HERE, "pad").path) as archive:
        archive.extractall(tmp_path / "unpacked")
    site = tmp_path / "unpacked" / "python"
    (site / "pad.py").write_text("WHO = 'the source'", encoding="utf-8")
    command = [
        sys.executable,
        "-I",
        "-S",
        "-B",
        "-c",
        "import sys; sys.path.insert(0, sys.argv[1]); import pad; print(pad.WHO)",
    ]
    assert subprocess.run([*command, str(site)], capture_output=True, text=True, check=True).stdout == "compiled\n"


# A Python that is on no machine.
ABSENT = replace(HERE, python="3.99", here=False)


def test_without_the_targets_python_there_is_none_and_that_is_said(probe: Probe, wheels: Wheels) -> None:
    wheels.add("pad", "1.0", SOURCE)
    probe.write(REQUIREMENTS, "pad\n")
    probe.write(PINS, wheels.lines())
    packager = Packager(probe.load("dev"))
    with zipfile.ZipFile(packager.dependencies(["pad"], ABSENT).path) as archive:
        assert not [name for name in archive.namelist() if name.endswith(".pyc")]
    (said,) = packager.notes
    assert said.startswith(f"There is no Python 3.99 on this machine: the layer pad (3.99, {HERE.machine}) has no byte")


def test_large_packages_are_left_without_bytecode(root: Path, wheels: Wheels) -> None:
    size = layer.COMPILED_LIMIT
    wheels.add("large", "1.0", {"large.py": "", "data.bin": bytes(size)})
    made = built(root, wheels, HERE, "large")
    assert not [name for name in names(made) if name.endswith(".pyc")]


def test_a_requirement_that_cannot_be_met_says_which(root: Path, wheels: Wheels) -> None:
    wheels.add("pad", "1.0", SOURCE)
    with pytest.raises(BuildError, match=rf"no-such-package for Python {OWN}"):
        built(root, wheels, HERE, "no-such-package")
