"""What the owner of the emulator keeps in it."""

from __future__ import annotations

from collections.abc import Callable

import pytest

from tests.pkgops.local.server.asking import Aws


@pytest.fixture
def secret(aws: Aws, unique: Callable[[str], str]) -> str:
    """The name of a secret that is stored."""
    name = unique("secret")
    aws("secretsmanager").create_secret(Name=name, SecretString="hidden")
    return name


@pytest.fixture
def bucket(aws: Aws, unique: Callable[[str], str]) -> str:
    """A private bucket with an object."""
    name = unique("bucket")
    aws("s3").create_bucket(Bucket=name)
    aws("s3").put_object(Bucket=name, Key="key", Body=b"text")
    return name
