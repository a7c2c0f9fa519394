"""A change set that imports existing buckets is not refused because their names are taken."""

from __future__ import annotations

from contextvars import ContextVar
from typing import Any

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_CONFLICT = "NAME_CONFLICT_VALIDATION"
_taken_back: ContextVar[frozenset[str]] = ContextVar("taken_back", default=frozenset())


def install(_: Types) -> None:
    """Tells the check for taken names which resources the running operation imports."""
    from ministack.services.cloudformation import changesets, stacks

    wrap(stacks, "_validation_errors", _without_imported)
    wrap(changesets, "_deploy_stack_async", _with_imports)


def _with_imports(original: Any) -> Any:
    async def deploy(*arguments: Any, imports: dict[str, Any] | None = None, **options: Any) -> Any:
        _taken_back.set(frozenset(imports or ()))
        return await original(*arguments, imports=imports, **options)

    return deploy


def _without_imported(original: Any) -> Any:
    def errors(*arguments: Any, **options: Any) -> list[Any]:
        found: list[Any] = original(*arguments, **options)
        return [row for row in found if not (row[2] == _CONFLICT and row[0] in _taken_back.get())]

    return errors
