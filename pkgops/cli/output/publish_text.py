"""How the publishing of web pages looks."""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

from pkgops.cli.output.table import table
from pkgops.wording import counted

if TYPE_CHECKING:
    from pkgops.build.node.app_build import AppBuild
    from pkgops.config import Project
    from pkgops.operate.web.plan import Change, PublishPlan
    from pkgops.operate.web.publish import PublishReport

_SHOWN = 40  # changes in a text; JSON has all of them


def plan_text(plan: PublishPlan) -> str:
    """The changes that would be made."""
    if not plan.changes:
        return f"Nothing would change in {plan.bucket}: {counted(plan.unchanged, 'file')} there as they should be."
    return f"{_changes(plan)}\n\n{_counts(plan)}. Nothing was changed yet."


def done_text(report: PublishReport) -> str:
    """The changes that were made, and where to look."""
    plan = report.plan
    where = f"\nOpen {plan.url}" if plan.url else ""
    invalidated = ""
    if report.invalidation:
        paths = "all paths" if report.paths == ("/*",) else counted(len(report.paths), "path")
        invalidated = f"\nInvalidated {paths} of {plan.distribution} ({report.invalidation})."
    if not plan.changes:
        same = f"Nothing changed: {counted(plan.unchanged, 'file')} in {plan.bucket} as published before."
        return same + invalidated + where
    return f"{_changes(plan)}\n\n{_counts(plan)}.{invalidated}{where}"


def build_text(project: Project, build: AppBuild) -> str:
    """Which build there is, and what to do with it."""
    where = f"{project.system.key} --stage {project.stage.name}"
    made = counted(len(build.read().bundles), "function")
    return f"{made} for {build.architecture}, in {build.directory}\nDeploy it: pkgops deploy {where}"


def build_document(build: AppBuild) -> dict[str, Any]:
    """The same for programs."""
    bundles = [bundle.folder for bundle in build.read().bundles]
    found = {"directory": str(build.directory), "content": build.content, "architecture": build.architecture}
    return {**found, "functions": bundles}


def report_document(plan: PublishPlan, report: PublishReport | None = None) -> dict[str, Any]:
    """The same for programs; ``report`` None for what would be done."""
    return {
        "bucket": plan.bucket,
        "distribution": plan.distribution,
        "url": plan.url,
        "published": report is not None,
        "changes": [_document(change) for change in plan.changes],
        "unchanged": plan.unchanged,
        "foreign": list(plan.foreign),
        "passed_over": list(plan.passed_over),
        "invalidation": report.invalidation if report else "",
        "invalidated": list(report.paths) if report else [],
    }


def _document(change: Change) -> dict[str, Any]:
    found: dict[str, Any] = {"action": change.action, "key": change.key}
    if change.served is not None:
        served = {"content_type": change.served.content_type, "cache_control": change.served.cache_control}
        found |= {"size": change.size, **served, "generated": change.generated}
    return found


def _changes(plan: PublishPlan) -> str:
    rows = [_row(change) for change in plan.changes[:_SHOWN]]
    more = f"\nand {len(plan.changes) - _SHOWN} more" if len(plan.changes) > _SHOWN else ""
    return table(("Change", "Path", "Bytes", "Type", "Cache"), rows) + more


def _row(change: Change) -> tuple[Any, ...]:
    if change.served is None:
        return change.action, change.key, "", "", ""
    return change.action, change.key, change.size, change.served.content_type, change.served.cache_control


def _counts(plan: PublishPlan) -> str:
    added, updated, deleted = (len(plan.of(action)) for action in ("add", "update", "delete"))
    passed = f", {len(plan.passed_over)} passed over" if plan.passed_over else ""
    return f"{plan.bucket}: {added} added, {updated} updated, {deleted} deleted, {plan.unchanged} unchanged{passed}"
