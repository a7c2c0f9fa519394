"""The deps.dev documents that several callers read: a package with its versions, and its dependents."""

from __future__ import annotations

from urllib.parse import quote

import msgspec

from handlers.pkgwatch.collect.upstream.client import Count


class VersionKey(msgspec.Struct):
    """A package's name, and one of its versions."""

    version: str = ""
    name: str = ""


class Version(msgspec.Struct, rename="camel"):
    """A version in a package's list."""

    version_key: VersionKey
    published_at: str = ""
    is_default: bool = False
    is_deprecated: bool = False


class Package(msgspec.Struct, rename="camel"):
    """A package and all its versions."""

    package_key: VersionKey = msgspec.field(default_factory=VersionKey)
    versions: list[Version] = []
    default_version: str = ""


class Dependents(msgspec.Struct, rename="camel"):
    """The number of packages that depend on a version."""

    dependent_count: Count = 0


def package_path(ecosystem: str, name: str) -> str:
    """The path of a package below an API version."""
    return f"systems/{ecosystem}/packages/{quote(name, safe='')}"


def version_path(version: str) -> str:
    """The path of a version below its package's."""
    return f"/versions/{quote(version, safe='')}"


def default_version(package: Package) -> Version | None:
    """The version the package names as default, else the one marked as default, else the last. None if it has none."""
    versions = [version for version in package.versions if version.version_key.version]
    named = (version for version in versions if version.version_key.version == package.default_version)
    marked = (version for version in versions if version.is_default)
    return next(named, None) or next(marked, None) or (versions[-1] if versions else None)
