"""Which colors has a picture, in light and in dark?"""

from __future__ import annotations

from collections.abc import Mapping

from pkgops.graph import kinds
from pkgops.graph.model import Status

# group -> fill and line in light, fill and line in dark.
GROUPS: Mapping[str, tuple[str, str, str, str]] = {
    "entry": ("#dbeafe", "#2563eb", "#172f56", "#60a5fa"),
    "code": ("#ffedd5", "#c2570c", "#4a2810", "#fb923c"),
    "data": ("#dcfce7", "#15803d", "#123d24", "#4ade80"),
    "message": ("#f3e8ff", "#7e22ce", "#36184f", "#c084fc"),
    "rest": ("#f1f5f9", "#64748b", "#2b323d", "#94a3b8"),
}
STATUSES: Mapping[Status, tuple[str, str, str, str]] = {
    Status.ADDED: ("#bbf7d0", "#15803d", "#14532d", "#4ade80"),
    Status.CHANGED: ("#fde68a", "#b45309", "#5b3a06", "#fbbf24"),
    Status.REPLACED: ("#fed7aa", "#c2410c", "#6b2408", "#fb923c"),
    Status.REMOVED: ("#fecaca", "#b91c1c", "#5f1515", "#f87171"),
}
UNCHANGED = ("#f8fafc", "#94a3b8", "#1b212a", "#64748b")
PAGE = ("#ffffff", "#0d1117")
STACK = ("#fafbfc", "#cbd5e1", "#131922", "#3b4656")
TEXT = ("#0f172a", "#e6edf3")
FAINT = ("#475569", "#a5b1c2")
ARROW = ("#64748b", "#8b98aa")
_GROUP_OF = {
    **dict.fromkeys((kinds.API, kinds.CDN, kinds.USERS, kinds.FIREWALL), "entry"),
    **dict.fromkeys((kinds.FUNCTION, kinds.MACHINE), "code"),
    **dict.fromkeys((kinds.TABLE, kinds.BUCKET, kinds.CACHE, kinds.DATABASE), "data"),
    **dict.fromkeys((kinds.QUEUE, kinds.TOPIC, kinds.BUS, kinds.STREAM, kinds.MAIL), "message"),
}


def group(kind: str) -> str:
    """The group of kinds that share colors."""
    return _GROUP_OF.get(kind, "rest")


def style_sheet() -> str:
    """The style sheet of an SVG: dark colors where the reader prefers them. The light ones are in the picture."""
    dark = [
        f".graph>polygon{{fill:{PAGE[1]}}}",
        f"text{{fill:{TEXT[1]}}}",
        f".edge text{{fill:{FAINT[1]}}}",
        f".cluster>polygon,.cluster>path{{fill:{STACK[2]};stroke:{STACK[3]}}}",
        f".edge path{{stroke:{ARROW[1]}}}.edge polygon{{fill:{ARROW[1]};stroke:{ARROW[1]}}}",
    ]
    classes = {**GROUPS, **{str(status): row for status, row in STATUSES.items()}, "same": UNCHANGED}
    for name, (_, _, fill, line) in classes.items():
        dark.append(f".node.{name} :is(path,polygon,ellipse){{fill:{fill};stroke:{line}}}")
        dark.append(f".edge.{name} path{{stroke:{line}}}.edge.{name} polygon{{fill:{line};stroke:{line}}}")
    hover = ".node text:first-of-type{font-weight:bold}a:hover text{text-decoration:underline}"
    return f"{hover}@media (prefers-color-scheme:dark){{{''.join(dark)}}}"
