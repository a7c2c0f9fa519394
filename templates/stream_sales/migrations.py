"""The migration function: what the database is asked for is asked by it, as nothing else reaches that from outside."""

from __future__ import annotations

from awacs import secretsmanager

from pkgops.kit import grants
from pkgops.kit.database.aurora import PORT, AuroraResources
from pkgops.kit.function import Function, FunctionDefaults, FunctionResource, Vpc, functions
from pkgops.kit.network.private import NetworkResources
from pkgops.kit.network.security_groups import allow, security_group
from pkgops.scope import Scope
from templates.stream_sales.naming import PREFIX, publish

PACKAGE, HANDLER = "handlers/stream_sales", "migrate"


def add(scope: Scope, network: NetworkResources, cluster: AuroraResources) -> FunctionResource:
    """The function in the private subnets, which the database lets in. It may read the database's secret, and for the
    rest what Lambda does for it: logs of its own group and network interfaces."""
    group = security_group(scope, "migration", network.id, "Migration function")
    allow(scope, "database-from-migration", cluster.group, PORT, group)
    defaults = FunctionDefaults(
        PACKAGE,
        PREFIX,
        retention=7,
        memory=1024,
        timeout=300,
        vpc=Vpc(network.subnets, (group,)),
        traced=False,
        environment={
            "DATABASE_SECRET_ARN": cluster.secret,
            "DATABASE_HOST": cluster.endpoint,
            "DATABASE_PORT": cluster.port,
            "DATABASE_NAME": cluster.database,
            # The emulator's server has no TLS.
            "DATABASE_SSLMODE": "disable" if scope.stage.local else "require",
            # Demo data are written without being forced, and data are deleted, where this is true.
            "DATABASE_DEVELOPMENT": "true" if scope.environment == "dev" else "false",
        },
    )
    # The documents let it describe the secret as well, which its code never does.
    reads = grants.allow([secretsmanager.GetSecretValue], cluster.secret)
    row = Function(HANDLER, grants=(reads,), include=(f"{PACKAGE}/migrations/**/*.sql",))
    made = functions(scope, defaults, [row])[HANDLER]
    scope.accept("P203", f"{made.id}Function", reason="the documents let it read its secret, and nothing more")
    scope.accept("P205", subject="DATABASE_URL", reason="it is how the same code is called as a program")
    interfaces = "EC2 has no narrower resource for interfaces; the code itself is denied them"
    scope.accept("P105", f"{made.id}Role", reason=interfaces)
    publish(scope, MigrationFunctionName=made.name)
    return made
