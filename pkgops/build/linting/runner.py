"""How is cfn-lint set up for a project? With the configuration of the user and of the project, see `configuration`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from cfnlint.config import ConfigMixIn
from cfnlint.exceptions import CfnLintExitException
from cfnlint.runner import Runner
from yaml import YAMLError

from pkgops.build.linting.configuration import FILES_NAMED, configuration_files
from pkgops.errors import ConfigError


def configured(region: str, root: Path) -> tuple[ConfigMixIn, Runner]:
    """cfn-lint for the templates of a project: its configuration and its runner. ConfigError for a configuration that
    it cannot use."""
    try:
        config = _Configuration(region, root)
        return config, Runner(config)
    except (CfnLintExitException, YAMLError, OSError, UnicodeDecodeError) as error:
        files = " or ".join(str(file) for file in configuration_files(root) if file)
        what = " ".join(str(error).split())
        raise ConfigError(f"cfn-lint cannot use its configuration: {what}", f"Correct {files}.") from error


class _Configuration(ConfigMixIn):  # type: ignore[misc]
    """The user's and the project's configuration. Paths in it are taken from the project's directory; which templates
    to lint is said by pkgops."""

    templates = None

    def __init__(self, region: str, root: Path) -> None:
        self._root = root
        super().__init__(regions=[region])

    def _find_config(self) -> tuple[Path | str, Path | str]:
        user, project = configuration_files(self._root)
        return user or "", project or ""

    def _get_argument_value(self, arg_name: str, is_template: bool, is_config_file: bool) -> Any:
        value = super()._get_argument_value(arg_name, is_template, is_config_file)
        if arg_name not in FILES_NAMED or not value:
            return value
        return [self._placed(one) for one in value] if isinstance(value, list) else self._placed(value)

    def _placed(self, name: str) -> str:
        """A path in the project; rules may be named as modules, too."""
        place = self._root / name
        return str(place) if place.exists() else name
