"""A small site behind a distribution: its template, and the way a viewer asks for it."""

from __future__ import annotations

import ssl
import textwrap
from collections.abc import Mapping, Sequence
from typing import Any

import httpx

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home

NO_CACHE = "4135ea2d-6df8-44a3-9df3-4b5a84be39ad"  # CloudFront's own policy CachingDisabled
PAGES = {"index.html": "<h1>home</h1>", "error.html": "<h1>sorry</h1>", "app/page.html": "<h1>page</h1>"}
OAI = "AWS::CloudFront::CloudFrontOriginAccessIdentity"


def behavior(origin: str, **settings: Any) -> dict[str, Any]:
    """A behaviour that takes http, too, so that tests need no certificate."""
    return {
        "TargetOriginId": origin,
        "ViewerProtocolPolicy": "allow-all",
        "CachePolicyId": NO_CACHE,
        "Compress": False,
    } | settings


def distribution(origins: Sequence[Mapping[str, Any]], default: Mapping[str, Any], **settings: Any) -> dict[str, Any]:
    """The resource, with ``settings`` of its configuration."""
    config = {"Enabled": True, "Origins": origins, "DefaultCacheBehavior": default} | settings
    return {"Type": "AWS::CloudFront::Distribution", "Properties": {"DistributionConfig": config}}


def bucket_origin(bucket: str, identity: str = "Identity", **settings: Any) -> dict[str, Any]:
    """A bucket as an origin, read by the stack's origin access identity."""
    path = {"Fn::Sub": f"origin-access-identity/cloudfront/${{{identity}}}"}
    domain = f"{bucket}.s3.us-east-1.amazonaws.com"
    return {"Id": bucket, "DomainName": domain, "S3OriginConfig": {"OriginAccessIdentity": path}} | settings


def readable(bucket: str, *more: str, identity: str = "Identity") -> dict[str, Any]:
    """Identity and bucket policy: the identity may read objects; ``more`` actions on the bucket itself."""
    principal = {"CanonicalUser": {"Fn::GetAtt": [identity, "S3CanonicalUserId"]}}
    arn = f"arn:aws:s3:::{bucket}"
    statements = [{"Effect": "Allow", "Principal": principal, "Action": "s3:GetObject", "Resource": f"{arn}/*"}]
    if more:
        statements.append({"Effect": "Allow", "Principal": principal, "Action": list(more), "Resource": arn})
    document = {"Version": "2012-10-17", "Statement": statements}
    policy = {"Bucket": bucket, "PolicyDocument": document}
    config = {"CloudFrontOriginAccessIdentityConfig": {"Comment": bucket}}
    return {
        identity: {"Type": OAI, "Properties": config},
        f"{identity}Policy": {"Type": "AWS::S3::BucketPolicy", "Properties": policy},
    }


def address(emulator: Emulator, id: str) -> str:
    """Where the distribution answers over https."""
    return next(row.address for row in emulator.status().distributions if row.id == id)


class Visitor:
    """A viewer of one distribution, who trusts the emulator's certificate and keeps no cookies."""

    def __init__(self, emulator: Emulator, id: str) -> None:
        self.secure = address(emulator, id)
        self.plain = self.secure.replace("https", "http", 1)
        self._trust = ssl.create_default_context(cafile=str(Home(emulator.home).certificate))

    def get(self, path: str, method: str = "GET", *, secure: bool = False, **given: Any) -> httpx.Response:
        """The answer, without following where it leads. ``path`` is sent as it is."""
        base = self.secure if secure else self.plain
        with httpx.Client(verify=self._trust, http2=False) as client:
            return client.request(method, base + path, **given)


EDGE_TRUST = {
    "Version": "2012-10-17",
    "Statement": [
        {
            "Effect": "Allow",
            "Principal": {"Service": ["lambda.amazonaws.com", "edgelambda.amazonaws.com"]},
            "Action": "sts:AssumeRole",
        }
    ],
}


def edge_role() -> dict[str, Any]:
    """A role that functions of the edge may have."""
    return {"Type": "AWS::IAM::Role", "Properties": {"AssumeRolePolicyDocument": EDGE_TRUST}}


def edge_function(name: str, code: str, **settings: Any) -> dict[str, Any]:
    """A function, ``name`` in the template, and its published version, ``<name>Version``; `edge_role` is its role."""
    properties = {
        "Runtime": "python3.12",
        "Handler": "index.handler",
        "Role": {"Fn::GetAtt": ["Role", "Arn"]},
        "Timeout": 5,
        "MemorySize": 128,
        "Code": {"ZipFile": textwrap.dedent(code)},
    }
    return {
        name: {"Type": "AWS::Lambda::Function", "Properties": properties | settings},
        f"{name}Version": {"Type": "AWS::Lambda::Version", "Properties": {"FunctionName": {"Ref": name}}},
    }


def associated(**versions: Any) -> list[dict[str, Any]]:
    """Associations by event: ``viewer_request="Gate"`` is the version of the function ``Gate``."""
    return [
        {"EventType": event.replace("_", "-"), "LambdaFunctionARN": {"Ref": f"{name}Version"}, "IncludeBody": body}
        for event, given in versions.items()
        for name, body in [given if isinstance(given, tuple) else (given, False)]
    ]
