"""The digest of a stack, which shows whether the deployed stack equals the one that would be deployed now.

A stack has the sha256 of its template, parameters and tags as an output. A tag would do, too, but CloudFormation
copies stack tags to every resource, and would update them all at each deployment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pkgops.build.synth import SynthesizedStack, template_text

DIGEST_OUTPUT = "PkgopsDigest"
UNFINISHED = "unfinished"  # instead of a digest, between the updates of a deployment that takes several


def digest(stack: SynthesizedStack, parameters: Mapping[str, str]) -> str:
    """The sha256 of a stack's template, tags, these parameter values and what CloudFormation looks up."""
    parts = [sorted(parameters.items()), sorted(stack.tags.items())]
    rest = json.dumps([*parts, *([sorted(stack.looked_up.items())] if stack.looked_up else [])])
    return hashlib.sha256(f"{template_text(stack.template)}\n{rest}".encode()).hexdigest()


def with_digest(stack: SynthesizedStack, value: str) -> str:
    """The template's text with the digest as an output."""
    outputs = {**stack.template.get("Outputs", {}), DIGEST_OUTPUT: {"Value": value}}
    return template_text({**stack.template, "Outputs": outputs})
