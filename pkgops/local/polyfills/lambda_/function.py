"""Lambda functions: the code must exist and be runnable, reserved concurrency holds, and a deleted function's
processes end."""

from __future__ import annotations

from pkgops.local.hooks.patch import refuse, require
from pkgops.local.hooks.types import Properties, Types
from pkgops.local.polyfills.lambda_.missing_code import RUNTIMES

KIND = "AWS::Lambda::Function"
_KEPT_UNRESERVED = 100  # concurrent executions
_KEPT = ("DeadLetterConfig", "FileSystemConfigs", "KmsKeyArn", "VpcConfig")


def install(types: Types) -> None:
    """Applies what the emulator's own handler drops, and refuses what it would only pretend to run."""
    from ministack.services import lambda_svc

    require(lambda_svc, "_functions", "_fetch_code_from_s3", "_put_function_concurrency", "invalidate_worker")
    require(lambda_svc, "_ACCOUNT_CONCURRENCY_CAP")
    require(lambda_svc, "_delete_function_concurrency")
    types.after(KIND, _apply)
    types.before_create(KIND, lambda _, properties, __: _check(properties))
    types.before_update(KIND, _check)
    types.before_delete(KIND, _end)


def _check(properties: Properties) -> None:
    from ministack.services import lambda_svc

    code, runtime = properties.get("Code") or {}, str(properties.get("Runtime", ""))
    if "ImageUri" in code or properties.get("PackageType") == "Image":
        raise ValueError("The emulator does not run container images.")
    if not runtime.startswith(RUNTIMES):
        raise ValueError(f"The emulator does not run {runtime or 'functions without a Runtime'}.")
    if "S3Key" in code:
        version = code.get("S3ObjectVersion")
        if lambda_svc._fetch_code_from_s3(code.get("S3Bucket", ""), code["S3Key"], version_id=version) is None:
            raise ValueError(
                "Error occurred while GetObject. S3 Error Code: NoSuchKey. S3 Error Message: The specified key "
                f"does not exist: {code.get('S3Bucket')}/{code['S3Key']} (Service: Lambda, Status Code: 400)"
            )


def _apply(name: str, new: Properties, old: Properties) -> None:
    from ministack.services import lambda_svc

    reserved = new.get("ReservedConcurrentExecutions")
    if reserved is not None:
        _require_unreserved(name, int(reserved))
        refuse(lambda_svc._put_function_concurrency(name, {"ReservedConcurrentExecutions": int(reserved)}))
    elif old.get("ReservedConcurrentExecutions") is not None:
        refuse(lambda_svc._delete_function_concurrency(name))
    config = lambda_svc._functions[name]["config"]
    for key in _KEPT:
        if key in new:
            config[key] = new[key]
        elif key in old:
            config.pop(key, None)


def _require_unreserved(name: str, reserved: int) -> None:
    """Lambda keeps a part of the account's concurrency for functions without a reservation."""
    from ministack.services import lambda_svc

    limit = int(lambda_svc._ACCOUNT_CONCURRENCY_CAP)
    others = (lambda_svc._functions[one] for one in list(lambda_svc._functions.keys()) if one != name)
    if limit - sum(int(one.get("concurrency") or 0) for one in others) - reserved < _KEPT_UNRESERVED:
        raise ValueError(
            "Specified ReservedConcurrentExecutions for function decreases account's UnreservedConcurrentExecution "
            f"below its minimum value of [{_KEPT_UNRESERVED}]. (Service: Lambda, Status Code: 400)"
        )


def _end(name: str, _: Properties) -> None:
    from ministack.core.responses import get_account_id, get_region
    from ministack.services import lambda_svc

    lambda_svc.invalidate_worker(name, account=get_account_id(), region=get_region())
