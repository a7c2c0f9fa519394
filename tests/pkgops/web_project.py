"""A project whose only system, pages, has web pages in a bucket behind a distribution."""

from __future__ import annotations

from pathlib import Path

FILES = {
    "stages.toml": """
[project]
default_system = "pages"
[local]
[dev]
[prod]
protected = true
account = "123456789012"
""",
    "templates/pages/__init__.py": '''
"""Pages: a website and the API it asks."""
from dataclasses import dataclass
from pkgops.declarations import Site
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    pass

SYSTEM = System(
    key="pages",
    title="Pages",
    stacks=(Stack("site", "Pages-{stage}"),),
    settings=Settings,
    environments={"local": "development"},
    check=lambda stage, settings: [],
    tags=lambda stage: {},
    site=Site(
        bucket="site.BucketName",
        distribution="site.DistributionId",
        url="site.Url",
        content="own pages",
        immutable=("built/*",),
        generated={"api/config.json": {"url": "{site.Url}/x", "in": ["{region}", "{environment}"], "{": 1}},
    ),
)
''',
    "templates/pages/site.py": """
from troposphere import GetAtt, Ref, Sub, cloudfront
from pkgops.kit.bucket import Bucket, bucket

def build(scope):
    made = bucket(scope, Bucket("pages-site", retained=False))
    config = cloudfront.DistributionConfig(
        Enabled=True,
        DefaultRootObject="index.html",
        Origins=[cloudfront.Origin(
            Id="site", DomainName=GetAtt(made, "RegionalDomainName"), S3OriginConfig=cloudfront.S3OriginConfig(),
        )],
        DefaultCacheBehavior=cloudfront.DefaultCacheBehavior(
            TargetOriginId="site",
            ViewerProtocolPolicy="redirect-to-https",
            CachePolicyId="658327ea-f89d-4fab-a63d-7e88639e58f6",
        ),
    )
    served = scope.add(cloudfront.Distribution("Distribution", DistributionConfig=config))
    scope.output("BucketName", Ref(made))
    scope.output("DistributionId", Ref(served))
    scope.output("Url", Sub("https://${Distribution.DomainName}"))
""",
    "own pages/index.html": "<h1>Own</h1>",
}
PAGES = {
    "index.html": "<h1>Hello</h1>",
    "docs/index.html": "<h1>Docs</h1>",
    "app.3f9a1c07.js": "start()",
    "built/x/manifest.js": "built()",
    "größe und mehr.svg": "<svg/>",
    "sw.mjs": "worker()",
    ".env": "SECRET=1",
    "notes.txt~": "draft",
    ".well-known/security.txt": "Contact: none",
}


def write(root: Path, files: dict[str, str]) -> Path:
    """Writes files below ``root``."""
    for name, text in files.items():
        path = root / name
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(text, encoding="utf-8")
    return root
