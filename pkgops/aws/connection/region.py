"""The check that AWS is called in the stage's region, whatever environment and profile configure.

Clients are created with the stage's region, so that no variable redirects a deployment. A configured endpoint could
still do so: one in another region is refused, one outside of AWS is reported.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import TYPE_CHECKING, Any
from urllib.parse import urlsplit

from pkgops.errors import AccessError

if TYPE_CHECKING:
    from pkgops.model import Stage

_VARIABLES = ("AWS_REGION", "AWS_DEFAULT_REGION")
_AWS = (".amazonaws.com", ".amazonaws.com.cn", ".api.aws")
_REGION = re.compile(r"(?:^|[.-])((?:af|ap|ca|cn|eu|il|me|mx|sa|us)(?:-[a-z]+){1,2}-\d)\.")


def overridden_region(stage: Stage, environ: Mapping[str, str], session: Any) -> str:
    """A warning if the environment or the profile names another region than the stage's, else ""."""
    named = {f"{name}={environ[name]}": environ[name] for name in _VARIABLES if environ.get(name)}
    named = named or {"the profile's region": session.get_config_variable("region") or stage.region}
    others = [setting for setting, region in named.items() if region != stage.region]
    if not others:
        return ""
    return f"Stage {stage.name} is in {stage.region}; {', '.join(others)} is ignored."


def check_endpoint(stage: Stage, url: str) -> str:
    """A warning if a client's endpoint is not AWS's own, else "". AccessError if it is in another region."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(_AWS):
        return f"Calls of stage {stage.name} go to {url}, as AWS_ENDPOINT_URL or the profile says."
    found = _REGION.search(host)
    if found and found[1] != stage.region:
        raise AccessError(
            f"Stage {stage.name} is in {stage.region}, but the configured endpoint is {url}.",
            "Unset AWS_ENDPOINT_URL and AWS_ENDPOINT_URL_* in the environment and in the profile; nothing was changed.",
        )
    return ""
