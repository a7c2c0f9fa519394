"""The environment variables of a function."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from pkgops.local.functions import companions

LOOPBACK = "127.0.0.1,localhost,::1"  # never through a proxy, wherever that is configured
RESERVED = frozenset(
    {
        "AWS_ACCESS_KEY_ID",
        "AWS_DEFAULT_REGION",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE",
        "AWS_LAMBDA_FUNCTION_NAME",
        "AWS_LAMBDA_FUNCTION_VERSION",
        "AWS_LAMBDA_LOG_GROUP_NAME",
        "AWS_LAMBDA_LOG_STREAM_NAME",
        "AWS_REGION",
        "AWS_SECRET_ACCESS_KEY",
        "AWS_SESSION_TOKEN",
        "LAMBDA_TASK_ROOT",
        "_HANDLER",
    }
)


def environment(
    config: Mapping[str, Any],
    region: str,
    credentials: Mapping[str, str],
    endpoint: str,
    code: Path,
    scratch: Path,
) -> dict[str, str]:
    """What AWS Lambda sets, plus the function's own variables, plus the emulator's address for the SDK (which a
    function may override) and those of companions; nothing of the server's own environment."""
    logging = config.get("LoggingConfig") or {}
    name = str(config["FunctionName"])
    given = {
        "AWS_ENDPOINT_URL": endpoint,
        "AWS_DISABLE_HOST_PREFIX_INJECTION": "true",
        "HOME": str(scratch),  # AWS sets none, but the SDK must not read the developer's profile
        "LANG": "C.UTF-8",
        "NO_PROXY": LOOPBACK,
        "PATH": "/usr/local/bin:/usr/bin:/bin",
        "TMPDIR": str(scratch),
        "TZ": ":UTC",
    }
    fixed = {
        "AWS_DEFAULT_REGION": region,
        "AWS_EXECUTION_ENV": f"AWS_Lambda_{config.get('Runtime', '')}",
        "AWS_LAMBDA_FUNCTION_MEMORY_SIZE": str(config.get("MemorySize", 128)),
        "AWS_LAMBDA_FUNCTION_NAME": name,
        "AWS_LAMBDA_FUNCTION_VERSION": str(config.get("Version", "$LATEST")),
        "AWS_LAMBDA_INITIALIZATION_TYPE": "on-demand",
        "AWS_LAMBDA_LOG_GROUP_NAME": str(logging.get("LogGroup") or f"/aws/lambda/{name}"),
        "AWS_REGION": region,
        "AWS_XRAY_CONTEXT_MISSING": "LOG_ERROR",
        "LAMBDA_TASK_ROOT": str(code),
        "_HANDLER": str(config.get("Handler", "")),
    }
    return given | _own(config) | fixed | dict(credentials)


def _own(config: Mapping[str, Any]) -> dict[str, str]:
    variables = (config.get("Environment") or {}).get("Variables") or {}
    return {key: companions.direct(str(value)) for key, value in variables.items() if key not in RESERVED}
