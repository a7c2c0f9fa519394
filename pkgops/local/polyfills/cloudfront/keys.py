"""AWS::CloudFront::PublicKey and KeyGroup, which the service has and templates lack. Signatures are not checked."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import uuid4
from xml.etree.ElementTree import Element, SubElement, tostring

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Adds both types."""
    from ministack.services import cloudfront

    require(cloudfront, "_create_public_key", "_update_public_key", "_delete_public_key", "_public_keys")
    require(cloudfront, "_create_key_group", "_update_key_group", "_delete_key_group", "_key_groups")
    key, group = _Kind("public_key", "PublicKeyConfig"), _Kind("key_group", "KeyGroupConfig")
    types.add("AWS::CloudFront::PublicKey", key.create, key.delete, key.update)
    types.add("AWS::CloudFront::KeyGroup", group.create, group.delete, group.update)


class _Kind:
    """One of the two, by its name in the service and the property with its configuration."""

    def __init__(self, name: str, config: str) -> None:
        self._name, self._config = name, config

    def create(self, _: str, properties: Properties, __: str) -> Created:
        """Its id, which is what ``Ref`` gives."""
        before = set(self._records())
        refuse(self._call("create", self._xml(properties[self._config], str(uuid4()))))
        (id,) = set(self._records()) - before
        return id, self._attributes(id)

    def update(self, id: str, _: Properties, new: Properties, __: str) -> Created:
        """In place."""
        record = self._records()[id]
        reference = record["Config"].get("CallerReference", "")
        refuse(self._call("update", id, {"if-match": record["ETag"]}, self._xml(new[self._config], reference)))
        return id, self._attributes(id)

    def delete(self, id: str, _: Properties) -> None:
        """Refused while it is used."""
        if record := self._records().get(id):
            refuse(self._call("delete", id, {"if-match": record["ETag"]}))

    def _attributes(self, id: str) -> dict[str, str]:
        record = self._records()[id]
        time = "CreatedTime" if "CreatedTime" in record else "LastModifiedTime"
        return {"Id": id, time: record[time]}

    def _records(self) -> Any:
        from ministack.services import cloudfront

        return getattr(cloudfront, f"_{self._name}s")

    def _call(self, verb: str, *given: Any) -> Any:
        from ministack.services import cloudfront

        return getattr(cloudfront, f"_{verb}_{self._name}")(*given)

    def _xml(self, config: Mapping[str, Any], reference: str) -> bytes:
        root = Element(self._config)
        for name, value in ({"CallerReference": reference} | dict(config)).items():
            child = SubElement(root, name)
            for one in value if isinstance(value, list) else ():
                SubElement(child, "PublicKey").text = str(one)
            if not isinstance(value, list):
                child.text = str(value)
        return tostring(root)
