"""Running a function of Lambda@Edge: the version a behaviour names, with a log where the edge keeps its own."""

from __future__ import annotations

from typing import Any

from pkgops.local.edge.answers import error
from pkgops.local.edge.messages import Response

REGION = "us-east-1"


class FunctionError(Exception):
    """The function has no answer that can be used; ``response`` is CloudFront's instead."""

    def __init__(self, response: Response) -> None:
        super().__init__(response.status)
        self.response = response


async def call(arn: str, event: dict[str, Any]) -> Any:
    """What the version of a function answers; raises `FunctionError` if it fails, is throttled, or is gone."""
    from ministack.core.concurrency import run_reentrant
    from ministack.services import lambda_svc

    account = arn.split(":")[4]
    record, config, _ = lambda_svc._get_func_record_for_ref_in_scope(arn, account_id=account, region=REGION)
    if record is None or config is None:
        raise failed(503, "LambdaInvalidFunctionAssociation", "The function of the distribution does not exist.")
    group = f"/aws/lambda/{REGION}.{config['FunctionName']}"
    own = {**config, "LoggingConfig": {**(config.get("LoggingConfig") or {}), "LogGroup": group}}
    run = lambda_svc._execution_record_for_config(record, own)
    result = await run_reentrant(lambda_svc._execute_function_with_config_scope, run, event)
    if result.get("throttle"):
        raise failed(503, "LambdaLimitExceeded", "The function was throttled.")
    if result.get("error"):
        text = f"The function failed; its log is {group}."
        raise failed(503, "LambdaExecutionError", text)
    return result.get("body")


def invalid(text: str) -> FunctionError:
    """For an answer that is not what a function may answer."""
    return failed(502, "LambdaValidationError", f"The function's result failed validation: {text}")


def failed(status: int, cause: str, text: str) -> FunctionError:
    """With what CloudFront answers; the ``cause`` is in its header X-Cache."""
    return FunctionError(error(status, text, f"{cause} from cloudfront"))
