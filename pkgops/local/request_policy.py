"""The rule that decides which requests the emulator and its companions answer.

A page in the developer's browser can send requests to 127.0.0.1, and whoever can call the control plane can
create and run a function, that is code. So the Host must be a name that cannot be rebound to us by DNS, and a
request that carries an Origin reaches only what a deployed system itself would serve.
"""

from __future__ import annotations

import re

_HOST = re.compile(
    r"^(127\.0\.0\.1|localhost|\[::1\]|([a-z0-9$-]+\.)+(localhost|amazonaws\.com|cloudfront\.net|on\.aws))(:\d+)?$"
)
_SERVED_HOST = re.compile(r"\.(execute-api|lambda-url|cloudfront|s3-website[.-][a-z0-9-]+)\.")
_SERVED_PATH = re.compile(
    r"^/(_aws/execute-api/|_aws/lambda-url/|restapis/[^/]+/[^/]+/_user_request_|oauth2/|login|logout"
    r"|_companions/[a-z][a-z0-9_]*/pages/"
    r"|[a-z0-9-]+_[A-Za-z0-9]+/\.well-known/)"
)


def allowed(host: str, path: str, cross_site: bool) -> bool:
    """False for a Host that is not this machine, and for a browser's cross-site request outside a deployed system's
    surfaces."""
    if not _HOST.match(host):
        return False
    return not cross_site or bool(_SERVED_PATH.match(path) or _SERVED_HOST.search(host))
