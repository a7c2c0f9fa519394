"""The outputs: the documented ones, each with its export, and what else is useful."""

from __future__ import annotations

from troposphere import Ref, Sub

from pkgops.kit.database.aurora import AuroraResources
from pkgops.kit.links import LinkedBucket
from pkgops.kit.naming import placeholder
from pkgops.kit.network.private import NetworkResources
from pkgops.scope import Scope
from templates.stream_sales.naming import publish
from templates.stream_sales.secrets import Secrets

# The password is percent-encoded: it stands in a URL.
_CONNECT = (
    "aws secretsmanager get-secret-value --region ${AWS::Region} --secret-id SECRET --query SecretString --output text"
    " | jq -r '\"postgresql://\\(.username):\\(.password|@uri)@\\(.host):\\(.port)/\\(.dbname)?sslmode=MODE\"'"
)


def add(
    scope: Scope, network: NetworkResources, secrets: Secrets, cluster: AuroraResources, images: LinkedBucket
) -> None:
    """What belongs to network, secrets, database and images."""
    host = f"{placeholder(Ref(images))}.s3.${{AWS::Region}}.${{AWS::URLSuffix}}"
    publish(
        scope,
        DatabaseEndpoint=cluster.endpoint,
        DatabaseSecretArn=cluster.secret,
        JWTSecretArn=Ref(secrets.jwt),
        ImagesBucketName=Ref(images),
        ImagesBucketURL=Sub(f"https://{host}"),
        VPCId=network.id,
        EncryptionKeySecretArn=Ref(secrets.encryption),
    )
    mode = "disable" if scope.stage.local else "require"  # the emulator's server has no TLS
    command = _CONNECT.replace("SECRET", placeholder(cluster.secret)).replace("MODE", mode)
    scope.output("DatabaseConnectCommand", Sub(command))
    if cluster.log_group:
        scope.output("DatabaseLogGroup", cluster.log_group)
