"""The application: Next.js, as OpenNext builds it, in the private subnets and behind CloudFront."""

from __future__ import annotations

from typing import Any

from awacs import s3 as s3_actions
from troposphere import GetAtt, Ref

from pkgops.kit import grants
from pkgops.kit.database.aurora import PORT, AuroraResources
from pkgops.kit.function import Vpc
from pkgops.kit.links import LinkedBucket
from pkgops.kit.network.private import NetworkResources
from pkgops.kit.network.security_groups import allow, security_group
from pkgops.kit.next.options import NextSite
from pkgops.kit.next.site import NextSiteResource, next_site
from pkgops.kit.next.start import DatabaseVariable, SecretVariable, Variables
from pkgops.scope import Scope
from templates.stream_sales.environments import environment
from templates.stream_sales.naming import DATABASE_SECRET, ORIGIN_SECRET, PREFIX, publish
from templates.stream_sales.secrets import Secrets

# What the login decides about, by a cookie that no cache looks at, and everything that is not a page.
PRIVATE = ("/api/*", "/dashboard*")
_CONNECTIONS, _WAIT = "5", "20"  # of one process, and seconds that a request waits for one


def add(
    scope: Scope, network: NetworkResources, secrets: Secrets, cluster: AuroraResources, images: LinkedBucket
) -> NextSiteResource:
    """The functions, the files and the distribution. The server reads the three secrets and the images' bucket, and
    reaches the database."""
    row = environment(scope)
    group = security_group(scope, "server", network.id, "Server function")
    allow(scope, "database-from-server", cluster.group, PORT, group)
    listing = grants.allow([s3_actions.ListBucket], GetAtt(images, "Arn"))
    site = next_site(
        scope,
        NextSite(
            PREFIX,
            ORIGIN_SECRET,
            f"Stream Sales {scope.environment} environment",
            _environment(scope, cluster, images),
            _variables(scope, secrets, cluster),
            (images.read_write().named("IMAGES_BUCKET_NAME"), images.delete().named("IMAGES_BUCKET_NAME")),
            (listing,),
            Vpc(network.subnets, (group,)),
            memory=scope.settings.server_memory,
            private=PRIVATE,
            retention=row.log_days,
            retained=row.kept,
        ),
    )
    interfaces = "EC2 has no narrower resource for interfaces; the code itself is denied them"
    scope.accept("P105", f"{site.server.id}Role", reason=interfaces)
    publish(scope, CloudFrontURL=site.url)
    scope.output("DistributionId", site.distribution.id)
    scope.output("AssetsBucketName", site.bucket.reference)
    scope.output("ServerFunctionName", site.server.name)
    if site.tags:
        scope.output("TagsTableName", site.tags.reference)
    return site


def _environment(scope: Scope, cluster: AuroraResources, images: LinkedBucket) -> dict[str, Any]:
    """The documented variables whose values are no secrets. ``NODE_ENV`` is what the code compares with "production",
    whatever the environment is called."""
    row = environment(scope)
    return {
        "NODE_ENV": "production",
        "AWS_SECRET_NAME": scope.named(DATABASE_SECRET),
        "DATABASE_HOST": cluster.endpoint,
        "DATABASE_PORT": cluster.port,
        "DATABASE_NAME": cluster.database,
        "JWT_EXPIRES_IN": "7d",
        "IMAGES_BUCKET_REGION": Ref("AWS::Region"),
        "ENABLE_API_LOGGING": _flag(row.api_logging),
        "ENABLE_QUERY_LOGGING": _flag(row.query_logging),
    }


def _variables(scope: Scope, secrets: Secrets, cluster: AuroraResources) -> Variables:
    """Those whose values are secrets."""
    # The emulator's server has no TLS.
    mode = "disable" if scope.stage.local else "require"
    options = {"sslmode": mode, "connection_limit": _CONNECTIONS, "pool_timeout": _WAIT}
    return (
        DatabaseVariable("DATABASE_URL", cluster.secret, options, "DATABASE_SECRET_ARN"),
        SecretVariable("JWT_SECRET", Ref(secrets.jwt)),
        SecretVariable("ENCRYPTION_KEY", Ref(secrets.encryption), found_in="ENCRYPTION_SECRET_ARN"),
    )


def _flag(on: bool) -> str:
    return "true" if on else "false"
