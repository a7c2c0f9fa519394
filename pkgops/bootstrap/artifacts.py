"""Where do a stage's code and templates lie?"""

from __future__ import annotations

from troposphere import Ref

from pkgops.kit.bucket import Bucket, bucket
from pkgops.scope import Scope


def build(scope: Scope) -> None:
    """One bucket. Noncurrent versions are leftovers: keys are content hashes, which nothing overwrites.

    It is not retained: whatever it holds can be built again, and CloudFormation deletes no bucket with content."""
    account = scope.stage.account or "${AWS::AccountId}"
    name = f"pkgops-artifacts-{scope.stage.name}-{account}-{scope.stage.region}"
    row = Bucket("pkgops-artifacts", versioned=True, expire_noncurrent=30, abort_uploads=7, retained=False)
    scope.output("ArtifactBucket", Ref(bucket(scope, row, name)))
