"""Where do a stage's code and templates lie?"""

from __future__ import annotations

from troposphere import Ref

from templates.kit.bucket import Bucket, bucket
from templates.scope import Scope


def build(scope: Scope) -> None:
    """One bucket. Noncurrent versions are leftovers: keys are content hashes, which nothing overwrites."""
    name = f"pkgops-artifacts-{scope.stage.name}-${{AWS::AccountId}}-${{AWS::Region}}"
    row = Bucket("pkgops-artifacts", versioned=True, expire_noncurrent=30, abort_uploads=7)
    scope.output("ArtifactBucket", Ref(bucket(scope, row, name)))
