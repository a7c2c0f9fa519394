"""Is AWS asked in the stage's region, whatever the environment and the profile say?

A client is made with the stage's region, so that no variable redirects a deployment. An address configured by hand
could still lead elsewhere: one of another region is refused, one that is not AWS is told.
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


def overridden(stage: Stage, environ: Mapping[str, str], session: Any) -> str:
    """What to say if the environment or the profile names another region than the stage's; "" if none does."""
    named = {f"{name}={environ[name]}": environ[name] for name in _VARIABLES if environ.get(name)}
    named = named or {"the profile's region": session.get_config_variable("region") or stage.region}
    others = [told for told, region in named.items() if region != stage.region]
    if not others:
        return ""
    return f"Stage {stage.name} is in {stage.region}, and nothing else is asked: {', '.join(others)} does not count."


def reached(stage: Stage, url: str) -> str:
    """What to say about a client's address; "" if it is AWS's own. AccessError if it is that of another region."""
    host = urlsplit(url).hostname or ""
    if not host.endswith(_AWS):
        return f"What stage {stage.name} asks of AWS goes to {url}: AWS_ENDPOINT_URL or the profile says so."
    found = _REGION.search(host)
    if found and found[1] != stage.region:
        raise AccessError(
            f"Stage {stage.name} is in {stage.region}, but the configured address is {url}.",
            "Unset AWS_ENDPOINT_URL and its likes, in the environment and in the profile; nothing was changed.",
        )
    return ""
