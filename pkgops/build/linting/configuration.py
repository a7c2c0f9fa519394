"""Which configuration of cfn-lint holds for a project? The user's own, and the project's, wherever pkgops is started.

cfn-lint itself looks for the second in the working directory.
"""

from __future__ import annotations

from contextlib import suppress
from pathlib import Path

_NAMES = (".cfnlintrc", ".cfnlintrc.yaml", ".cfnlintrc.yml")
FILES_NAMED = ("append_rules", "custom_rules", "override_spec", "registry_schemas")  # settings that name other files


def configuration_files(root: Path) -> tuple[Path | None, Path | None]:
    """The file in the user's home directory and that in the project's; None where there is none."""
    folders: list[Path | None] = [None, root]
    with suppress(RuntimeError):  # nobody's home
        folders[0] = Path.home()
    user, project = (_first(folder) if folder else None for folder in folders)
    return user, project


def configuration(root: Path) -> str:
    """The texts of these files, each behind its path; "" if there is none."""
    return "".join(f"\n{file}\n{file.read_text('utf-8', 'replace')}" for file in configuration_files(root) if file)


def names_files(text: str) -> bool:
    """Whether a configuration names files or directories, whose contents count, too."""
    return any(word in text for word in FILES_NAMED)


def _first(folder: Path) -> Path | None:
    return next((folder / name for name in _NAMES if (folder / name).is_file()), None)
