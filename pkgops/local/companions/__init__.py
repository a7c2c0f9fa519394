"""Which services does the emulator keep beside itself, in the place of those on the internet?

`pkgops.local.server.companion_proxy` starts each with ``python -m pkgops.local.companions.<name>``.
"""

from __future__ import annotations

# localstripe's internals are extended, so its version is exact.
LOCALSTRIPE = "1.15.10"
