"""The artifact bucket of a stage, for code and large templates."""

from __future__ import annotations

from troposphere import Ref

from pkgops.kit.bucket import Bucket, bucket
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """One bucket. Noncurrent versions expire, because keys are content hashes and are never overwritten. It is not
    retained: its contents can be built again, and CloudFormation deletes only empty buckets."""
    account = scope.stage.account or "${AWS::AccountId}"
    name = f"pkgops-artifacts-{scope.stage.name}-{account}-{scope.stage.region}"
    row = Bucket("pkgops-artifacts", versioned=True, expire_noncurrent=30, abort_uploads=7, retained=False)
    made = bucket(scope, row, name)
    scope.accept("P404", made, reason="whatever it holds can be built again")
    scope.output("ArtifactBucket", Ref(made))
