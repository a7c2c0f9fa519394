"""The texts in which a system names its outputs: ``https://{api.Domain}/{environment}``."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from pkgops.errors import UsageError

if TYPE_CHECKING:
    from pkgops.config import Project
    from pkgops.operate.outputs import OutputRow

_PLACEHOLDER = re.compile(r"\{(?:(region|stage|environment|endpoint)|(\w+\.\w+))\}")


class Texts:
    """Fills placeholders with the outputs ``rows`` of a deployed system."""

    def __init__(self, project: Project, rows: Sequence[OutputRow]) -> None:
        self._project = project
        stage = project.stage
        self._values = {f"{row.stack}.{row.key}": row.value for row in rows}
        self._words = {
            "region": stage.region,
            "stage": stage.name,
            "environment": project.system.environment(stage),
            "endpoint": f"http://127.0.0.1:{stage.port}" if stage.local else "",
        }

    def missing(self, text: str) -> list[str]:
        """The outputs named in ``text`` that are not deployed."""
        return [name for _, name in _PLACEHOLDER.findall(text) if name and name not in self._values]

    def fill(self, text: str) -> str:
        """``text`` with every placeholder replaced; other braces stay. UsageError if an output is not deployed."""
        if absent := self.missing(text):
            raise self.error(absent)
        return _PLACEHOLDER.sub(lambda found: self._words[found[1]] if found[1] else self._values[found[2]], text)

    def output(self, name: str) -> str:
        """The value of an output ("web.BucketName"). UsageError if it is not deployed."""
        return self.fill(f"{{{name}}}")

    def fill_all(self, value: Any) -> Any:
        """A JSON value with the placeholders in all of its texts replaced."""
        if isinstance(value, str):
            return self.fill(value)
        if isinstance(value, Mapping):
            return {key: self.fill_all(inner) for key, inner in value.items()}
        if isinstance(value, list | tuple):
            return [self.fill_all(inner) for inner in value]
        return value

    def error(self, absent: Sequence[str]) -> UsageError:
        """The error for outputs that are not deployed."""
        system, stage = self._project.system, self._project.stage
        names = ", ".join(dict.fromkeys(absent))
        many = "outputs that are" if len(set(absent)) > 1 else "an output that is"
        return UsageError(
            f"{system.key} has {many} not deployed on stage {stage.name}: {names}.",
            f"Deploy it first: pkgops deploy {system.key} --stage {stage.name}",
        )
