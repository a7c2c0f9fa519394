"""Always Coder: a terminal on a developer's machine, mirrored to a browser through a WebSocket relay."""

from __future__ import annotations

from pkgops.declarations import Site, SocketPing, Variable
from pkgops.model import Stack, Stage, System
from templates.always_coder.settings import Settings, check
from templates.always_coder.usage import USAGE

_BUILD = "The build of the web page"


def _tags(stage: Stage) -> dict[str, str]:
    return {"Project": "AlwaysCoder", "Stage": stage.name, "ManagedBy": "pkgops"}


# What the public CLI and the pages read before anything else.
_CONFIG = {
    "server": "{api.WebSocketUrl}",
    "webUrl": "{web.WebUrl}",
    "cognito": {
        "userPoolId": "{api.UserPoolId}",
        "clientId": "{api.UserPoolClientId}",
        "region": "{region}",
        "endpoint": "{endpoint}",
    },
}

SYSTEM = System(
    key="always_coder",
    title="Always Coder: terminals in the browser",
    stacks=(
        Stack("database", "AlwaysCoder-{stage}-Database"),
        Stack("api", "AlwaysCoder-{stage}-Api", ("AlwaysCoderApiStack",)),
        Stack("web", "AlwaysCoder-{stage}-Web", ("AlwaysCoderWebStack",)),
    ),
    settings=Settings,
    environments={},
    check=check,
    tags=_tags,
    usage=USAGE,
    variables=(
        Variable("ALWAYS_CODER_SERVER", "api.WebSocketUrl", group="The CLI"),
        Variable("ALWAYS_CODER_WEB_URL", "web.WebUrl", group="The CLI"),
        Variable("NEXT_PUBLIC_WS_ENDPOINT", "api.WebSocketUrl", group=_BUILD),
        Variable("NEXT_PUBLIC_COGNITO_USER_POOL_ID", "api.UserPoolId", group=_BUILD),
        Variable("NEXT_PUBLIC_COGNITO_CLIENT_ID", "api.UserPoolClientId", group=_BUILD),
    ),
    socket=SocketPing("api.WebSocketUrl", {"type": "ping"}, {"type": "pong"}),
    site=Site(
        bucket="web.WebBucketName",
        distribution="web.DistributionId",
        url="web.WebUrl",
        content="sites/always_coder",
        generated={"api/config.json": _CONFIG},
        immutable=("_next/static/*",),
    ),
)
