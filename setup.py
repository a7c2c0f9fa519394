"""Adds the shipped systems to the package, for ``pkgops init --from``; the metadata is in setup.cfg."""

from __future__ import annotations

import shutil
from pathlib import Path

from setuptools import setup
from setuptools.command.build_py import build_py

HERE = Path(__file__).parent
SYSTEMS = ("templates", "handlers", "companions", "sites")


class BuildWithExamples(build_py):
    """Copies the trees of the systems into ``pkgops/init/examples`` of what is built, not of the sources.

    What has a license of its own stays in the repository (docs/adr/0009): the distribution is under pkgops' alone."""

    def run(self) -> None:
        if not self.editable_mode:
            shutil.rmtree(self.build_lib, ignore_errors=True)  # of an earlier build: modules removed since
        super().run()
        if self.editable_mode:
            return  # the checkout itself is there to read
        for name in SYSTEMS:
            target = Path(self.build_lib) / "pkgops" / "init" / "examples" / name
            shutil.copytree(HERE / name, target, ignore=left_out)


def left_out(directory: str, names: list[str]) -> list[str]:
    """Compiled files, and folders that hold a license."""
    return [
        name
        for name in names
        if name == "__pycache__" or name.endswith(".pyc") or (Path(directory) / name / "LICENSE").is_file()
    ]


setup(cmdclass={"build_py": BuildWithExamples})
