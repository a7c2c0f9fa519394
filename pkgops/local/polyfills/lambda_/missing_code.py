"""A function that cannot run is an error, never an answer.

Where the emulator does not have a function's code, or does not run its runtime, it answers itself: status 200 and a
"Mock response". Code is missing where it was not in the bucket when the function was made with the API, or where the
emulator's files were damaged.
"""

from __future__ import annotations

from typing import Any

from pkgops.local.hooks.patch import require, wrap
from pkgops.local.hooks.types import Types
from pkgops.local.polyfills.lambda_.layer_files import lost

RUNTIMES = ("python", "nodejs", "provided")
_KIND = "ResourceNotReadyException"


def install(_: Types) -> None:
    """Looks before every invocation."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_functions", "error_response_json")
    wrap(lambda_svc, "_execute_function_dispatch", _dispatching)
    wrap(lambda_svc, "_invoke", _invoking)


def obstacle(func: dict[str, Any]) -> str:
    """Why the function cannot run, "" if it can."""
    config = func.get("config") or func
    name, runtime = config.get("FunctionName"), str(config.get("Runtime", ""))
    if config.get("PackageType") == "Image":
        return f"The emulator does not run container images, and function {name} is one."
    if not runtime.startswith(RUNTIMES):
        return f"The emulator does not run {runtime or 'functions without a Runtime'}, and function {name} needs it."
    if not func.get("code_zip"):
        return f"The code of function {name} is not there. Deploy it again: pkgops deploy --force --stage local"
    if lost(config):
        return f"The code of a layer of function {name} is not there. To deploy everything anew: pkgops local reset"
    return ""


def _dispatching(original: Any) -> Any:
    def dispatch(func: dict[str, Any], *others: Any) -> Any:
        if reason := obstacle(func):
            body = {"errorType": _KIND, "errorMessage": reason}
            return {"body": body, "error": True, "log": f"[ERROR] {_KIND}: {reason}"}
        return original(func, *others)

    return dispatch


def _invoking(original: Any) -> Any:
    from ministack.services import lambda_svc

    async def invoke(name: str, *others: Any, **named: Any) -> Any:
        reason = obstacle(lambda_svc._functions[name]) if name in lambda_svc._functions else ""
        if reason:
            return lambda_svc.error_response_json(_KIND, reason, 502)
        return await original(name, *others, **named)

    return invoke
