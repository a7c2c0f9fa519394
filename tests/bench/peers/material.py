"""What do other tools get to deploy? The templates and zips that pkgops deploys, in the form each of them takes.

Everything is written before a clock runs: whoever uses another tool has to make templates and zips with yet another
one, and what that costs is not theirs.
"""

from __future__ import annotations

import json
import time
import zipfile
from collections.abc import Iterator, Mapping
from hashlib import sha256
from pathlib import Path
from typing import Any

from tests.bench.commands import CHANGED
from tests.bench.workplace import Workplace

ZIPS = {"AWS::Lambda::Function": "Code", "AWS::Lambda::LayerVersion": "Content"}


class Material:
    """Files in ``folder``: ``code/KEY.zip``, ``local/KEY.json`` (templates that name files) and ``job.json``."""

    def __init__(self, place: Workplace, folder: Path) -> None:
        first = place.read("first.json")
        self.folder = folder
        self.stacks = [stack for stack in first["stacks"] if not stack["early"]]
        rows = place.read("functions.json")
        self.groups = [row["group"] for row in rows]
        (self._changed,) = [Path(row["code"]).name for row in rows if row["handler"] == CHANGED]
        (folder / "code").mkdir(parents=True)
        (folder / "local").mkdir()
        for key, path in first["artifacts"]:
            self.zip(key).write_bytes(Path(path).read_bytes())
        for stack in self.stacks:
            self._write(f"local/{short(stack['name'])}.json", self.template(stack, lambda key: str(self.zip(key))))
        self._write("job.json", [self._described(stack) for stack in self.stacks])

    def zip(self, key: str) -> Path:
        """The file that stands for an artifact."""
        return self.folder / "code" / Path(key).name

    def edit(self) -> Path:
        """Gives the changed handler's zip other bytes."""
        path = self.folder / "code" / self._changed
        with zipfile.ZipFile(path, "a") as archive:
            archive.comment = str(time.time_ns()).encode()
        return path

    def uploads(self) -> dict[Path, str]:
        """All zips, by the names under which a bucket has them."""
        paths = sorted((self.folder / "code").iterdir())
        return {path: f"code/{sha256(path.read_bytes()).hexdigest()}.zip" for path in paths}

    def name_uploads(self, bucket: str, keys: Mapping[Path, str]) -> None:
        """Writes templates whose zips are in a bucket, where Sceptre looks for them."""
        for stack in self.stacks:
            place = lambda key: {"S3Bucket": bucket, "S3Key": keys[self.zip(key)]}  # noqa: E731
            self._write(f"templates/{short(stack['name'])}.json", self.template(stack, place))

    def template(self, stack: Mapping[str, Any], code: Any) -> dict[str, Any]:
        """A stack's template in which ``code`` says, for the key of an artifact, where it is."""
        template: dict[str, Any] = json.loads(stack["template"])
        for _, property_, properties in _zipped(template):
            properties[property_] = code(properties[property_]["S3Key"])
        return template

    def _described(self, stack: Mapping[str, Any]) -> dict[str, Any]:
        """A stack as scripts/cdk.js reads it."""
        code = {
            name: [property_, str(self.zip(properties[property_]["S3Key"]))]
            for name, property_, properties in _zipped(json.loads(stack["template"]))
        }
        path, template = f"plain/{short(stack['name'])}.json", json.loads(stack["template"])
        for resource in template["Resources"].values():
            if resource["Type"] == "AWS::ApiGateway::Model":  # CfnInclude knows these schemas only as objects
                resource["Properties"]["Schema"] = json.loads(resource["Properties"]["Schema"])
        self._write(path, template)
        return {"name": stack["name"], "inputs": stack["inputs"], "template": path, "code": code}

    def _write(self, name: str, value: Any) -> None:
        path = self.folder / name
        path.parent.mkdir(exist_ok=True)
        path.write_text(json.dumps(value), encoding="utf-8")


def short(name: str) -> str:
    """``PkgWatchStorage-local`` is ``storage``."""
    return name.removeprefix("PkgWatch").removesuffix("-local").lower()


def _zipped(template: Mapping[str, Any]) -> Iterator[tuple[str, str, dict[str, Any]]]:
    """Resources made of a zip: logical id, the property that names it, all properties."""
    for name, resource in template["Resources"].items():
        if resource["Type"] in ZIPS:
            yield name, ZIPS[resource["Type"]], resource["Properties"]
