"""The directory of what a handler can import apart from the standard library and its own package.

AWS Lambda's Python runtime brings the AWS SDK, and so does this directory of links; everything else of the
tool's environment stays out of reach, so that a dependency missing from a package is missing here too.
"""

from __future__ import annotations

from importlib.util import find_spec
from pathlib import Path

_PACKAGES = ("boto3", "botocore", "s3transfer", "jmespath", "dateutil", "urllib3", "six")


def link(directory: Path) -> None:
    """Fills ``directory`` with links to the SDK's packages; a package that is not installed is left out."""
    directory.mkdir(exist_ok=True)
    bytecode = directory / "__pycache__"
    for old in directory.iterdir():
        old.unlink()
    for name in _PACKAGES:
        spec = find_spec(name)
        if spec is None or spec.origin is None:
            continue
        origin = Path(spec.origin)
        source = origin.parent if origin.name == "__init__.py" else origin
        (directory / source.name).symlink_to(source)
        if source.is_file() and not bytecode.is_symlink():  # of a module without a directory it is looked for beside it
            bytecode.symlink_to(source.parent / bytecode.name)
