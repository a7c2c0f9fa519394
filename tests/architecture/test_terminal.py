"""Whatever the command line prints goes through `pkgops.cli.output.terminal`."""

from __future__ import annotations

import ast

from tests.architecture.tree import sources

GATE = "pkgops/cli/output/terminal.py"
CLICK = {"echo", "secho", "style", "unstyle", "echo_via_pager", "get_text_stream", "get_binary_stream"}
STREAMS = {"stdout", "stderr", "__stdout__", "__stderr__"}


def test_nothing_goes_around_it():
    found = [
        f"{source.path}:{node.lineno}"
        for source in sources("pkgops")
        if source.path.startswith("pkgops/cli/") and source.path != GATE
        for node in ast.walk(source.tree)
        if isinstance(node, ast.Attribute) and _prints(node)
    ]
    assert not found, "Use Console, or write_line and style of pkgops.cli.output.terminal."


def _prints(node: ast.Attribute) -> bool:
    """``click.echo`` and its like, ``sys.stdout.write`` and ``sys.stdout.buffer``."""
    owner = node.value
    if isinstance(owner, ast.Name):
        return owner.id == "click" and node.attr in CLICK
    written = node.attr in ("write", "writelines", "buffer")
    return written and isinstance(owner, ast.Attribute) and owner.attr in STREAMS
