"""Which JSON bodies does PkgWatch's API accept?

API Gateway checks them before a function runs; fields that are not listed are refused.
"""

from __future__ import annotations

from templates.kit.sources import Body

_ECOSYSTEM = {"type": "string", "enum": ["npm", "pypi"]}

SCAN = Body(
    "ScanRequest",
    {
        "content": {"type": "string"},
        "dependencies": {"type": "object"},
        "devDependencies": {"type": "object"},
        "ecosystem": _ECOSYSTEM,
    },
)
REQUEST_PACKAGE = Body(
    "RequestPackageRequest",
    {"name": {"type": "string", "minLength": 1, "maxLength": 256}, "ecosystem": _ECOSYSTEM},
    required=("name",),
)
