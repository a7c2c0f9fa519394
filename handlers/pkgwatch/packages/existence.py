"""Does a package exist at all?"""

from __future__ import annotations

from urllib.parse import quote

from handlers.common.logs import logger


def exists(base_url: str, ecosystem: str, name: str) -> bool:
    """Asks deps.dev; only a plain yes counts. Waits at most 10 s."""
    import httpx  # 0.25 s: only those who get this far wait for it

    url = f"{base_url}/v3/systems/{ecosystem}/packages/{quote(name, safe='')}"
    try:
        return httpx.get(url, timeout=10, follow_redirects=True).status_code == 200
    except httpx.HTTPError:
        logger.warning("deps.dev did not answer", exc_info=True)
        return False
