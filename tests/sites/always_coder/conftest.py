"""The modules of the pages, in a browser."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import TYPE_CHECKING, Any

import pytest

from tests.sites.always_coder.served import served

if TYPE_CHECKING:
    from playwright.sync_api import Browser

Run = Callable[..., Any]


@pytest.fixture(scope="module")
def run(chromium: Browser) -> Iterator[Run]:
    """``run("box", "box.seal(...given)", given)``: the value of an expression over a module, and over ``base64``."""
    with served({"server": "ws://127.0.0.1:9", "cognito": {}}) as origin, chromium.new_context() as context:
        page = context.new_page()
        page.goto(f"{origin}/join.html")

        def evaluate(module: str, expression: str, given: Any = None) -> Any:
            return page.evaluate(
                f"""async given => {{
                    const {module} = await import("/js/{module}.js");
                    const {{fromBase64, toBase64}} = await import("/js/srp.js");
                    return await ({expression});
                }}""",
                given,
            )

        yield evaluate
