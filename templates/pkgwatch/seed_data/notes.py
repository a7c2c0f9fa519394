"""Data that only a few of the seeded packages have.

Keys are ``<ecosystem>#<name>``. Advisories are those open against the newest release: number, severity, CVSS score.
"""

from __future__ import annotations

from collections.abc import Mapping

# PyPI has only the classifier "Inactive", without a message; hence "".
DEPRECATED: Mapping[str, str] = {
    "npm#left-pad": "Use String.prototype.padStart()",
    "npm#request": "No longer developed; known problems stay unfixed",
    "npm#node-sass": "Reached its end of life; use sass",
    "npm#tslint": "Replaced by ESLint with typescript-eslint",
    "npm#gulp-util": "Each part of it is a module of its own now",
    "npm#coffee-script": "Moved to the name coffeescript, without a hyphen",
    "npm#istanbul": "No longer maintained; use nyc",
    "npm#xmldom": "Moved to @xmldom/xmldom",
    "npm#node-uuid": "Use uuid",
    "pypi#nose": "",
    "pypi#boto": "",
    "pypi#sklearn": "",
    "pypi#pep8": "",
}

ARCHIVED = frozenset(
    {
        "npm#left-pad",
        "npm#node-sass",
        "npm#tslint",
        "npm#event-stream",
        "npm#gulp-util",
        "pypi#boto",
        "pypi#flask-script",
        "pypi#sklearn",
    }
)

ADVISORIES: Mapping[str, tuple[tuple[str, str, str, float, str], ...]] = {
    "npm#request": (
        (
            "GHSA-p8p7-x288-28g6",
            "CVE-2023-28155",
            "MEDIUM",
            6.1,
            "Redirect to another protocol bypasses SSRF guards",
        ),
    ),
    "npm#ip": (("GHSA-2p57-rm9w-gvfp", "CVE-2024-29415", "HIGH", 8.1, "Private addresses are taken for public ones"),),
    "npm#xmldom": (
        (
            "GHSA-crh6-fp67-6883",
            "CVE-2022-39353",
            "CRITICAL",
            9.8,
            "Several root nodes are accepted in one document",
        ),
        (
            "GHSA-5fg8-2547-mr8q",
            "CVE-2021-32796",
            "MEDIUM",
            6.5,
            "Special characters are not escaped on output",
        ),
    ),
    "npm#node-serialize": (
        ("GHSA-q4v7-4rhw-9hqm", "CVE-2017-5941", "CRITICAL", 9.8, "Code is run while data is being read"),
    ),
    "pypi#pycrypto": (
        (
            "GHSA-cq27-v7xp-c356",
            "CVE-2013-7459",
            "CRITICAL",
            9.8,
            "Buffer overflow in the ALG_NEW constructor",
        ),
        ("GHSA-6528-wvf6-f6qg", "CVE-2018-6594", "HIGH", 7.5, "ElGamal parameters are too weak"),
    ),
    "pypi#ecdsa": (("GHSA-wj6h-64fc-37mp", "CVE-2024-23342", "HIGH", 7.4, "Signing time gives the key away"),),
}
