"""Kefir: a diary of water kefir, with reminders that arrive on the phone."""

from __future__ import annotations

from pkgops.declarations import Example, Variable
from pkgops.model import Stack, Stage, System
from templates.kefir.naming import EXPO_SECRET
from templates.kefir.settings import Settings, check
from templates.kefir.usage import USAGE


def _tags(stage: Stage) -> dict[str, str]:
    return {"Environment": stage.name, "Application": "kefir-app"}


SYSTEM = System(
    key="kefir",
    title="Kefir: water-kefir diary",
    stacks=(Stack("app", "kefir-app-{stage}", ("kefir-app",)),),
    settings=Settings,
    environments={},
    check=check,
    tags=_tags,
    example=Example("app.ApiUrl", "/public/b/batch001"),
    usage=USAGE,
    secrets=(EXPO_SECRET,),
    variables=(
        Variable("EXPO_PUBLIC_USE_MOCK_API", value="false"),
        Variable("EXPO_PUBLIC_USE_LOCAL_BACKEND", value="false"),
        Variable("EXPO_PUBLIC_API_URL", "app.ApiUrl"),
        Variable("EXPO_PUBLIC_AWS_USER_POOL_ID", "app.UserPoolId"),
        Variable("EXPO_PUBLIC_AWS_USER_POOL_WEB_CLIENT_ID", "app.UserPoolClientId"),
        Variable("EXPO_PUBLIC_AWS_REGION", "app.Region"),
    ),
)
