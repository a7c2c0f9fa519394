"""Which services does the emulator keep beside itself, in the place of those on the internet?

One package each, started with ``python -m pkgops.local.companions.<name>``; `pkgops.local.beside` starts them.
"""

from __future__ import annotations

# localstripe's internals are extended, so its version is exact.
LOCALSTRIPE = "1.15.10"
