"""A project whose only system, shop, is a Next.js application, and builds of it in the form of OpenNext's."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

from tests.pkgops.web_project import write

FILES = {
    "stages.toml": """
[local]
[dev]
[prod]
protected = true
account = "123456789012"
""",
    "templates/__init__.py": "",
    "templates/shop/__init__.py": '''
"""Shop: an application."""
from dataclasses import dataclass
from pkgops.declarations import NextApp, Site
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    app: str = "app"

SYSTEM = System(
    key="shop",
    title="Shop",
    stacks=(Stack("web", "Shop-{stage}"),),
    settings=Settings,
    environments={},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
    app=NextApp(setting="app", command=("sh", "build.sh"), tags="web.TagsTableName"),
    site=Site("web.AssetsBucketName", "web.DistributionId", "web.Url"),
)
''',
    "templates/shop/web.py": """
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import next_site

def build(scope):
    site = next_site(scope, NextSite("shop-", "shop/origin", "Shop", private=("/api/*", "/dashboard*")))
    scope.output("Url", site.url)
    scope.output("AssetsBucketName", site.bucket.reference)
    scope.output("DistributionId", site.distribution.id)
    if site.tags:
        scope.output("TagsTableName", site.tags.reference)
""",
    "app/package.json": "{}",
    "app/page.js": "export default 'one'",
    # The application's own build: what stands in "made" is what it writes, and each run is counted.
    "app/build.sh": """
test ! -e broken || { echo "page.js: no such word"; cat broken; exit 7; }
rm -rf .open-next
cp -R ../made .open-next
echo "$PKGOPS_STAGE $PKGOPS_ARCHITECTURE" >> ../runs
""",
}
MACHINES = {"arm64": 183, "x86_64": 62}  # e_machine in the ELF header
IMAGES = "image-optimization-function"
SERVER = "server-functions/default"
NATIVE = f"{IMAGES}/node_modules/@img/sharp-linux/lib/sharp.node"
ECHO = """
import { other } from "./.next/other.mjs";
const handler = async (event) => ({
  statusCode: 200,
  headers: { "content-type": "application/json" },
  body: JSON.stringify({ other, headers: event.headers, env: { ...process.env } }),
});
export { handler };
"""


def manifest(*, cached: bool = True, **changes: Any) -> dict[str, Any]:
    """What OpenNext 3.8 says of an application with a file ``robots.txt`` and a folder ``.well-known``."""
    function = {"type": "function", "handler": "index.handler", "wrapper": "aws-lambda", "converter": "aws-apigw-v2"}
    own = {"queue": "sqs", "incrementalCache": "s3", "tagCache": "dynamodb"} if cached else {}
    copy = [{"from": ".open-next/assets", "to": "_assets", "cached": True, "versionedSubDir": "_next"}]
    copy += [{"from": ".open-next/cache", "to": "_cache", "cached": False}] if cached else []
    rows = [("_next/image*", "imageOptimizer"), ("_next/data/*", "default"), ("*", "default")]
    rows += [(path, "s3") for path in (".well-known/*", "BUILD_ID", "_next/*", "robots.txt")]
    background = {"revalidationFunction": "revalidation-function", "initializationFunction": "dynamodb-provider"}
    extra: dict[str, Any] = {
        name: {"handler": "index.handler", "bundle": f".open-next/{folder}"} for name, folder in background.items()
    }
    extra["warmer"] = {"handler": "index.handler", "bundle": ".open-next/warmer-function"}
    return {
        "edgeFunctions": {},
        "origins": {
            "s3": {"type": "s3", "originPath": "_assets", "copy": copy},
            "imageOptimizer": {**function, "bundle": f".open-next/{IMAGES}", "streaming": False},
            "default": {**function, "bundle": f".open-next/{SERVER}", "streaming": False, **own},
        },
        "behaviors": [{"pattern": pattern, "origin": origin} for pattern, origin in rows],
        "additionalProps": extra if cached else {"disableIncrementalCache": True, "disableTagCache": True},
        **changes,
    }


def write_build(directory: Path, *, name: str = "one", machine: str = "x86_64", server: str = ECHO) -> Path:
    """A build with caches, called ``name``, with a native module for a machine."""
    tags = [{"tag": {"S": f"{name}/news"}, "path": {"S": f"{name}/news"}, "revalidatedAt": {"N": "1"}}]
    plain = "export const handler = async (event) => event;"
    write(
        directory,
        {
            "open-next.output.json": json.dumps(manifest()),
            f"{SERVER}/index.mjs": server,
            f"{SERVER}/.next/other.mjs": "export const other = 'there';",
            f"{IMAGES}/index.mjs": plain,
            f"{IMAGES}/node_modules/sharp/package.json": "{}",
            "revalidation-function/index.mjs": plain,
            "warmer-function/index.mjs": plain,
            "dynamodb-provider/dynamodb-cache.json": json.dumps(tags),
            "assets/BUILD_ID": name,
            "assets/robots.txt": "User-agent: *",
            f"assets/_next/static/{name}.js": name,
            f"cache/{name}/news.cache": name,
        },
    )
    native = directory / NATIVE
    native.parent.mkdir(parents=True, exist_ok=True)
    native.write_bytes(b"\x7fELF" + bytes(14) + MACHINES[machine].to_bytes(2, "little") + bytes(12))
    return directory
