"""Stream Sales' one stack, made of its subjects."""

from __future__ import annotations

from pkgops.scope import Scope
from templates.stream_sales import database, images, migrations, monitoring, network, outputs, secrets
from templates.stream_sales.naming import SERVER


def build(scope: Scope) -> None:
    """From the network to the outputs."""
    scope.template.set_description(f"Stream Sales infrastructure for {scope.environment} environment")
    subnets = network.add(scope)
    keys = secrets.add(scope)
    cluster = database.add(scope, subnets, keys)
    migrations.add(scope, subnets, cluster)
    pictures = images.add(scope)
    monitoring.add(scope, cluster, scope.named(SERVER))
    outputs.add(scope, subnets, keys, cluster, pictures)
