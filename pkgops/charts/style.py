"""The colors of charts, in light and in dark: classes, which a page that may have no styles in it has in a file."""

from __future__ import annotations

# class -> light and dark; all of them can be read on both pages (3:1 for shapes, 4.5:1 for text).
_COLORS = {
    "done": ("#2563eb", "#60a5fa"),
    "failed": ("#b91c1c", "#f87171"),
    "open": ("#b45309", "#fbbf24"),
    "first": ("#2563eb", "#60a5fa"),
    "second": ("#b45309", "#fbbf24"),
    "third": ("#b91c1c", "#f87171"),
    "limit": ("#b91c1c", "#f87171"),
}
_TEXT = ("#1f2328", "#e6edf3")
_FAINT = ("#57606a", "#9da7b3")
_GRID = ("#d0d7de", "#30363d")
_PAGE = ("#ffffff", "#0d1117")


def style_sheet() -> str:
    """The style sheet of all charts."""
    return f"{_rules(0)}@media (prefers-color-scheme:dark){{{_rules(1)}}}"


def _rules(scheme: int) -> str:
    rules = [
        f".chart{{font:11px system-ui,sans-serif}}.chart text{{fill:{_TEXT[scheme]}}}",
        f".chart .faint{{fill:{_FAINT[scheme]}}}.chart .name{{font-weight:600}}",
        f".chart .grid{{stroke:{_GRID[scheme]};fill:none}}.chart .page{{fill:{_PAGE[scheme]}}}",
    ]
    for name, colors in _COLORS.items():
        rules.append(f".chart .bar.{name},.chart .dot.{name}{{fill:{colors[scheme]}}}")
        rules.append(f".chart .line.{name}{{stroke:{colors[scheme]};fill:none;stroke-width:1.5}}")
        rules.append(f".key.{name}{{color:{colors[scheme]}}}")
    return "".join(rules)
