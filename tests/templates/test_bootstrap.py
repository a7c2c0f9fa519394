"""Is the artifact bucket safe to keep code in?"""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from pkgops.aws.ports import artifact_bucket
from pkgops.model import LOCAL_ACCOUNT, Stage


@pytest.mark.parametrize("stage", ["local", "dev", "prod"])
def test_artifact_bucket(template: Callable[..., dict[str, Any]], stage: str) -> None:
    stack = template("bootstrap", stage, "artifacts")
    (bucket,) = [r["Properties"] for r in stack["Resources"].values() if r["Type"] == "AWS::S3::Bucket"]
    if stage == "local":
        assert bucket["BucketName"] == artifact_bucket(Stage("local"), LOCAL_ACCOUNT)
    else:
        assert bucket["BucketName"] == {"Fn::Sub": f"pkgops-artifacts-{stage}-${{AWS::AccountId}}-us-east-1"}
    assert bucket["VersioningConfiguration"] == {"Status": "Enabled"}
    rules = {rule["Id"]: rule for rule in bucket["LifecycleConfiguration"]["Rules"]}
    assert rules["ExpireNoncurrent"]["NoncurrentVersionExpiration"] == {"NoncurrentDays": 30}
    assert rules["AbortUploads"]["AbortIncompleteMultipartUpload"] == {"DaysAfterInitiation": 7}
    assert set(rules) == {"ExpireNoncurrent", "AbortUploads"}
    assert set(stack["Outputs"]) == {"ArtifactBucket"}
