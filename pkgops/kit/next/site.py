"""A Next.js site, as OpenNext has built it: server, images, files, caches, and the distribution in front of them.

What there is follows from the build's manifest (`Scope.app`). The server's URL takes any request, so that browsers may
send their own Authorization and bodies, and the server refuses what lacks the distribution's secret header; CloudFront
signs requests to the image function, which has neither.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

from troposphere import Ref, Sub

from pkgops.kit.bucket import Bucket
from pkgops.kit.cdn.distribution import Distribution, DistributionResource, distribution
from pkgops.kit.cdn.origins import BucketOrigin, HttpOrigin, function_origin, origin_access, origin_bucket
from pkgops.kit.cdn.policies import cache_policy
from pkgops.kit.cdn.viewer_function import CloudFrontFunction, cloudfront_function
from pkgops.kit.function import FunctionResource
from pkgops.kit.links import LinkedBucket, LinkedTable
from pkgops.kit.next import caches, paths, servers
from pkgops.kit.next.manifest import FILES, IMAGES, SERVER, Manifest, read
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.start import SecretVariable
from pkgops.kit.secret import JsonSecret, json_secret, secret_field
from pkgops.scope import Scope

DISTRIBUTION = "Distribution"  # its logical id
HEADER = "x-origin-verify"
_FIELD = "header"


@dataclass(frozen=True, slots=True)
class NextSiteResource:
    """A site in its template: the bucket of its files, its server (that of the default paths), its distribution, and
    the table of its pages' tags, None if there is none; ``url`` is its address."""

    bucket: LinkedBucket
    server: FunctionResource
    distribution: DistributionResource
    tags: LinkedTable | None

    @property
    def url(self) -> Any:
        """The address, with https:// and without a slash at the end."""
        return Sub(f"https://${{{self.distribution.resource.title}.DomainName}}")


def next_site(scope: Scope, row: NextSite) -> NextSiteResource:
    """Adds the site. ValueError for a build that is not deployed here (see `pkgops.kit.next.manifest.read`)."""
    manifest = read(scope.app)
    access = origin_access(scope, f"{row.prefix}assets", DISTRIBUTION)
    # Without a path of its own for files, the list of all of them would be one address away.
    missing: Literal[403, 404] = 404 if manifest.files else 403
    bucket = origin_bucket(scope, Bucket(f"{row.prefix}assets", retained=row.retained), access, missing=missing)
    if not row.retained:
        scope.accept("P404", bucket, reason="a build makes the files again")
    secret = json_secret(scope, _secret(row))
    origin = SecretVariable("ORIGIN_SECRET", Ref(secret), _FIELD)
    cached = caches.add(scope, manifest, row, bucket)
    made = servers.add(scope, row, manifest, servers.Verified(HEADER, origin), cached)
    files = BucketOrigin(FILES, bucket, access, f"/{manifest.files}" if manifest.files else "")
    headers = {HEADER: secret_field(secret, _FIELD)}
    origins: list[BucketOrigin | HttpOrigin] = [files]
    origins += [function_origin(scope, name, built, headers) for name, built in made.items()]
    if images := servers.add_images(scope, row, manifest, bucket):
        origins.append(function_origin(scope, IMAGES, images, signed=DISTRIBUTION))
    return NextSiteResource(bucket, made[SERVER], _distribution(scope, row, manifest, origins), cached.table)


def _secret(row: NextSite) -> JsonSecret:
    about = f"What CloudFront adds to requests for {row.comment}"
    return JsonSecret(row.secret, (), about, _FIELD, "", 48, punctuation=False, retained=row.retained)


def _distribution(
    scope: Scope, row: NextSite, manifest: Manifest, origins: list[BucketOrigin | HttpOrigin]
) -> DistributionResource:
    policy = cache_policy(scope, paths.server_policy(f"{row.prefix}pages"))
    about = "Hands the viewer's host on"
    host = cloudfront_function(scope, CloudFrontFunction(f"{row.prefix}host", paths.HOST_FUNCTION, about))
    answered = paths.behaviors(manifest, row.private, policy, host)
    return distribution(
        scope,
        Distribution(row.comment, tuple(origins), answered, price_class=row.price_class, logical_id=DISTRIBUTION),
    )
