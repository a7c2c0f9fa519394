"""The emulator's CloudFormation resource types, as polyfills change them."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from typing import Any

from pkgops.local.hooks.patch import MissingHookError, require, wrap

Properties = Mapping[str, Any]
Created = tuple[str, dict[str, Any]]
Create = Callable[[str, Properties, str], Created]
Update = Callable[[str, Properties, Properties, str], Created]
Delete = Callable[[str, Properties], None]


class Types:
    """The emulator's CloudFormation resource types.

    The provisioner calls a type's handlers on the server's event loop: what a polyfill does here must call the
    services' own functions, never the server over HTTP."""

    def __init__(self) -> None:
        from ministack.services.cloudformation import provisioners

        require(provisioners, "_RESOURCE_HANDLERS", "_physical_name")
        self._module = provisioners
        self._handlers: dict[str, dict[str, Any]] = provisioners._RESOURCE_HANDLERS
        # Under which name the emulator's update handlers call a type's creation.
        self._creations = {
            kind: name
            for kind, handler in self._handlers.items()
            if getattr(provisioners, name := getattr(handler["create"], "__name__", ""), None) is handler["create"]
        }

    def name(self, stack: str, logical_id: str, length: int = 64) -> str:
        """The physical name of a resource whose template gives none."""
        return str(self._module._physical_name(stack, logical_id, max_len=length))

    def add(self, kind: str, create: Create, delete: Delete, update: Update | None = None) -> None:
        """A type the emulator lacks. One it knows must not be replaced unnoticed."""
        if kind in self._handlers:
            raise MissingHookError(f"{kind} is known to the emulator by now")
        self._handlers[kind] = {"create": create, "delete": delete, **({"update": update} if update else {})}

    def redefine(self, kind: str, create: Create, delete: Delete, update: Update) -> None:
        """A type whose handlers do nothing."""
        self.handler(kind)
        self._handlers[kind] = {"create": create, "delete": delete, "update": update}

    def after(self, kind: str, apply: Callable[[str, Properties, Properties], dict[str, Any] | None]) -> None:
        """Calls ``apply(physical_id, properties, old_properties)`` once the resource is created or updated, and
        adds the attributes it returns. Old properties are empty on creation; if ``apply`` fails then, the
        resource is deleted again, because the stack does not know it yet."""
        handler = self.handler(kind)
        create, delete = handler["create"], handler["delete"]

        def created(logical_id: str, properties: Properties, stack: str) -> Created:
            physical_id, attributes = create(logical_id, properties, stack)
            try:
                return physical_id, attributes | (apply(physical_id, properties, {}) or {})
            except Exception:
                delete(physical_id, properties)
                raise

        def updated(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Created:
            assert update  # noqa: S101 - for the type checker
            same_id, attributes = update(physical_id, old, new, *rest)
            return same_id, attributes | (apply(same_id, new, old if same_id == physical_id else {}) or {})

        update = handler.get("update")
        handler["create"] = created
        if update:
            handler["update"] = updated

    def before_create(self, kind: str, check: Callable[[str, Properties, str], None]) -> None:
        """Calls ``check(logical_id, properties, stack)`` first, also where an update creates the replacement
        itself; a ValueError of it becomes the resource's failure."""

        def checked(create: Create) -> Create:
            def checked_create(logical_id: str, properties: Properties, stack: str) -> Created:
                check(logical_id, properties, stack)
                return create(logical_id, properties, stack)

            return checked_create

        handler = self.handler(kind)
        handler["create"] = checked(handler["create"])
        if kind in self._creations:
            wrap(self._module, self._creations[kind], checked)

    def before_update(self, kind: str, check: Callable[[Properties], None]) -> None:
        """Calls ``check(new_properties)`` before an update in place or by replacement."""
        handler = self.handler(kind)
        update = handler["update"]

        def checked(physical_id: str, old: Properties, new: Properties, *rest: Any) -> Created:
            check(new)
            updated: Created = update(physical_id, old, new, *rest)
            return updated

        handler["update"] = checked

    def before_delete(self, kind: str, check: Callable[[str, Properties], None]) -> None:
        """Calls ``check(physical_id, properties)`` before a deletion; its ValueError gives DELETE_FAILED."""
        handler = self.handler(kind)
        delete = handler["delete"]

        def checked(physical_id: str, properties: Properties, *rest: Any) -> None:
            check(physical_id, properties)
            delete(physical_id, properties, *rest)

        handler["delete"] = checked

    def handler(self, kind: str) -> dict[str, Any]:
        """The emulator's own entry for a type: create, delete, perhaps update and more."""
        if kind not in self._handlers:
            raise MissingHookError(f"the emulator no longer knows {kind}")
        return self._handlers[kind]
