"""The functions of a Next.js site: servers, images, and what works in the background."""

from __future__ import annotations

from dataclasses import dataclass, replace
from typing import Any

from pkgops.kit import grants
from pkgops.kit.function import Function, FunctionDefaults, FunctionResource, function_name, functions
from pkgops.kit.links import LinkedBucket
from pkgops.kit.naming import kebab_case
from pkgops.kit.next import start
from pkgops.kit.next.caches import CONSUMER_SECONDS, Caches
from pkgops.kit.next.manifest import SERVER, Manifest
from pkgops.kit.next.options import NextSite
from pkgops.kit.triggers import FunctionUrl, QueueTrigger, Schedule, Trigger
from pkgops.model import START_HANDLER
from pkgops.scope import Scope

_IMAGE_SECONDS, _WARMER_SECONDS = 25, 60
_REVALIDATED_AT_ONCE = 5  # pages


@dataclass(frozen=True, slots=True)
class Verified:
    """The header that requests need, and the secret with its value."""

    header: str
    origin: start.SecretVariable


def add(
    scope: Scope, row: NextSite, manifest: Manifest, verified: Verified, cached: Caches
) -> dict[str, FunctionResource]:
    """Adds the servers, with what works in the background for them; by the names of their origins."""
    made = {}
    for origin, bundle in manifest.servers.items():
        values = start.environment(bundle, row.variables, verified.header, verified.origin)
        name = _name(origin)
        built = functions(
            scope,
            _defaults(scope, row, memory=row.memory, timeout=row.timeout, retention=row.retention),
            [
                Function(
                    name,
                    (FunctionUrl("NONE", streaming=bundle.streaming),),
                    (*row.grants, *cached.grants, start.statement(row.variables, verified.origin)),
                    {**cached.environment, **row.environment, **values},
                    (*row.links, *cached.links),
                    vpc=row.vpc,
                    bundle=bundle.folder,
                    entry=START_HANDLER,
                )
            ],
        )
        made[origin] = built[name]
    _background(scope, row, manifest, cached, made[SERVER])
    return made


def add_images(scope: Scope, row: NextSite, manifest: Manifest, bucket: LinkedBucket) -> FunctionResource | None:
    """Adds the function that makes pictures smaller, which reads them from the bucket; None if the build has none."""
    if manifest.images is None:
        return None
    read = bucket.read(f"{manifest.files}/" if manifest.files else "").named("BUCKET_NAME")
    function = Function(
        "image",
        (FunctionUrl("AWS_IAM", streaming=manifest.images.streaming),),
        environment={"BUCKET_KEY_PREFIX": manifest.files},
        links=(read,),
        bundle=manifest.images.folder,
        entry=manifest.images.handler,
    )
    defaults = _defaults(scope, row, memory=row.image_memory, timeout=_IMAGE_SECONDS)
    return functions(scope, defaults, [function])["image"]


def _background(scope: Scope, row: NextSite, manifest: Manifest, cached: Caches, server: FunctionResource) -> None:
    """Adds what renders pages again, and what keeps the server warm."""
    if manifest.revalidation and cached.queue is not None:
        trigger = QueueTrigger(cached.queue.arn, batch=_REVALIDATED_AT_ONCE)
        again = Function(
            "revalidation",
            (trigger,),
            links=(cached.queue.consume(),),
            bundle=manifest.revalidation.folder,
            entry=manifest.revalidation.handler,
        )
        functions(scope, _defaults(scope, row, timeout=CONSUMER_SECONDS), [again])
    if row.warmed and manifest.warmer:
        every: tuple[Trigger, ...] = (Schedule(f"{row.prefix}warm", "rate(5 minutes)"),)
        warmer = Function(
            "warmer",
            every,
            (grants.invoke(function_name(scope, row.prefix, server.row.name)),),
            {"FUNCTION_NAME": server.name, "CONCURRENCY": "1"},
            bundle=manifest.warmer.folder,
            entry=manifest.warmer.handler,
        )
        functions(scope, _defaults(scope, row, timeout=_WARMER_SECONDS), [warmer])


def _name(origin: str) -> str:
    return "server" if origin == SERVER else f"server_{kebab_case(origin).replace('-', '_')}"


def _defaults(scope: Scope, row: NextSite, **others: Any) -> FunctionDefaults:
    """What the functions share."""
    app = scope.system.app
    plain = FunctionDefaults(
        "",
        row.prefix,
        retention=row.other_retention,
        memory=128,
        runtime=row.runtime,
        architecture=app.architecture if app else "arm64",
    )
    return replace(plain, **others)
