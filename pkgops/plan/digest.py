"""Is what is deployed the same as what would be deployed now?

A stack carries the sha256 of its template, parameters and tags as an output. A tag would do too, but
CloudFormation copies stack tags to every resource and would touch them all at each deployment.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Mapping

from pkgops.build.synth import Synthesized, text

DIGEST_OUTPUT = "PkgopsDigest"


def digest(stack: Synthesized, parameters: Mapping[str, str]) -> str:
    """The fingerprint of a stack with these parameter values."""
    rest = json.dumps([sorted(parameters.items()), sorted(stack.tags.items())])
    return hashlib.sha256(f"{text(stack.template)}\n{rest}".encode()).hexdigest()


def with_digest(stack: Synthesized, fingerprint: str) -> str:
    """The template's text with its fingerprint as an output."""
    outputs = {**stack.template.get("Outputs", {}), DIGEST_OUTPUT: {"Value": fingerprint}}
    return text({**stack.template, "Outputs": outputs})
