"""Stream Sales' one stack, made of its subjects."""

from __future__ import annotations

from pkgops.scope import Scope
from templates.stream_sales import application, database, images, migrations, monitoring, network, outputs, secrets


def build(scope: Scope) -> None:
    """From the network to the outputs."""
    scope.template.set_description(f"Stream Sales infrastructure for {scope.environment} environment")
    subnets = network.add(scope)
    keys = secrets.add(scope)
    cluster = database.add(scope, subnets, keys)
    migrations.add(scope, subnets, cluster)
    pictures = images.add(scope)
    site = application.add(scope, subnets, keys, cluster, pictures)
    monitoring.add(scope, cluster, site.server.name)
    outputs.add(scope, subnets, keys, cluster, pictures)
