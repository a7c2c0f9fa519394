"""Modules that the SDK can do without are not loaded with it, and are there for whoever needs them."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from typing import Any

_PROGRAM = """
import json, sys
from handlers.common import sdk
client = sdk.create("dynamodb", 1, 5, "http://127.0.0.1:1")
before = [name for name in ("importlib.metadata", "html.parser", "botocore.docs.client") if name in sys.modules]
from urllib3 import http2
import importlib.metadata, botocore.docs.docstring, botocore.docs.service
print(json.dumps({
    "loaded": before,
    "docs": client.get_item.__doc__,
    "version": http2.version("urllib3") == importlib.metadata.version("urllib3"),
    "real": [importlib.metadata.__file__, botocore.docs.docstring.__file__, botocore.docs.service.__file__],
    "pages": type(client.get_paginator("scan")).__name__,
    "waits": client.waiter_names,
}))
"""


def _asked(program: str) -> Any:
    environment = {**os.environ, "AWS_REGION": "us-east-1", "AWS_ACCESS_KEY_ID": "any", "AWS_SECRET_ACCESS_KEY": "any"}
    ran = subprocess.run([sys.executable, "-c", program], env=environment, capture_output=True, text=True, check=True)
    return json.loads(ran.stdout)


def test_a_client_is_made_without_documentation_and_metadata_of_packages() -> None:
    found = _asked(_PROGRAM)
    assert found["loaded"] == []
    assert found["docs"] is None
    assert found["pages"].endswith("Scan")
    assert "table_exists" in found["waits"]


def test_what_was_left_out_can_be_loaded_afterwards() -> None:
    found = _asked(_PROGRAM)
    assert found["version"]
    assert [path.rpartition("/")[2] for path in found["real"]] == ["__init__.py", "docstring.py", "service.py"]


def test_another_name_of_the_metadata_is_the_real_one() -> None:
    program = """
import json
from handlers.common.left_out import left_out
with left_out():
    from importlib.metadata import PackageNotFoundError
print(json.dumps(issubclass(PackageNotFoundError, ImportError)))
"""
    assert _asked(program) is True


def test_modules_that_are_loaded_already_stay() -> None:
    program = """
import json, importlib.metadata, botocore.docs.docstring
from handlers.common import sdk
print(json.dumps(sdk.create("dynamodb", 1, 5, "http://127.0.0.1:1").get_item.__doc__ is not None))
"""
    assert _asked(program) is True
