"""S3: an object encrypted with KMS and no key of its own has the account's key for S3.

The emulator refuses such an object, which is what the CDK and every client of a bucket with KMS encryption send.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any
from uuid import NAMESPACE_DNS, uuid5

from pkgops.local.hooks.patch import wrap
from pkgops.local.hooks.types import Types

_ALGORITHM, _KEY = "x-amz-server-side-encryption", "x-amz-server-side-encryption-aws-kms-key-id"


def install(_: Types) -> None:
    """Wraps what reads a write's encryption."""
    from ministack.services import s3

    wrap(s3, "_resolve_sse_write_headers", _filled_in)


def _filled_in(original: Any) -> Any:
    def resolve(headers: Mapping[str, str], bucket: str) -> Any:
        if headers.get(_ALGORITHM) == "aws:kms" and not headers.get(_KEY):
            headers = {**headers, _KEY: _managed_key()}
        return original(headers, bucket)

    return resolve


def _managed_key() -> str:
    """The ARN of the key ``alias/aws/s3``, the same one every time."""
    from ministack.core.responses import get_account_id, get_region

    account, region = get_account_id(), get_region()
    return f"arn:aws:kms:{region}:{account}:key/{uuid5(NAMESPACE_DNS, f'{account}.{region}.s3.amazonaws.com')}"
