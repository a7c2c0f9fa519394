"""Contract: a layer's archive is saved once, beside the states, and comes back with them."""

from __future__ import annotations

import base64
import io
import json
import os
import zipfile
from collections.abc import Iterator
from hashlib import sha256
from pathlib import Path
from typing import Any

import pytest

from pkgops.local.client.emulator import Emulator
from pkgops.local.home import Home
from pkgops.own_files import read_document, replace_file, sealed
from tests.emulator import TRUSTED, archive, client, start_emulator

pytestmark = pytest.mark.emulator


def large() -> bytes:
    """A layer's archive of a megabyte."""
    buffer = io.BytesIO(archive({"python/layered.py": "VALUE = 'from the layer'\n"}))
    with zipfile.ZipFile(buffer, "a") as zipped:
        zipped.writestr("python/data.bin", os.urandom(1_000_000))
    return buffer.getvalue()


@pytest.fixture
def own(tmp_path: Path) -> Iterator[Emulator]:
    """An emulator with a function that has a layer."""
    emulator = start_emulator(tmp_path)
    policy = json.dumps({"Version": "2012-10-17", "Statement": [TRUSTED | {"Action": "sts:AssumeRole"}]})
    role = client(emulator, "iam").create_role(RoleName="r", AssumeRolePolicyDocument=policy)["Role"]["Arn"]
    functions = client(emulator, "lambda")
    layer = functions.publish_layer_version(LayerName="large", Content={"ZipFile": large()})
    code = archive({"app.py": "import layered\n\ndef handler(event, context):\n    return layered.VALUE\n"})
    functions.create_function(
        FunctionName="f", Runtime="python3.11", Handler="app.handler", Role=role,
        Code={"ZipFile": code}, Layers=[layer["LayerVersionArn"]],
    )  # fmt: skip
    yield emulator
    emulator.down()


def called(emulator: Emulator) -> Any:
    return json.load(client(emulator, "lambda").invoke(FunctionName="f")["Payload"])


def blobs(home: Home) -> list[Path]:
    return sorted((home.service_files / "lambda-blobs").iterdir(), key=lambda file: -file.stat().st_size)


def rewrite(state: Path, name: str, text: str) -> None:
    """Another text for a file of a saved state, as if it had been saved so."""
    (state / name).write_text(text, encoding="utf-8")
    manifest = read_document(state / "manifest.json")
    manifest["files"][name][0] = sha256(text.encode()).hexdigest()
    replace_file(state / "manifest.json", sealed(manifest))


def test_an_archive_is_no_part_of_the_state_and_comes_back(own: Emulator) -> None:
    assert called(own) == "from the layer"
    own.down()
    (state,) = (max(Home(own.home).snapshots.iterdir()) / "services").glob("lambda.json")
    assert state.stat().st_size < 100_000
    kept = blobs(Home(own.home))[0]
    written = kept.stat().st_mtime_ns
    own.up()
    assert called(own) == "from the layer"
    own.down()
    assert blobs(Home(own.home))[0] == kept
    assert kept.stat().st_mtime_ns == written


def test_the_archive_of_a_deleted_layer_goes(own: Emulator) -> None:
    own.down()
    assert len(blobs(Home(own.home))) == 2
    own.up()
    functions = client(own, "lambda")
    functions.delete_function(FunctionName="f")
    functions.delete_layer_version(LayerName="large", VersionNumber=1)
    own.down()
    assert blobs(Home(own.home)) == []


def test_a_state_that_has_the_archive_in_it_is_taken(own: Emulator) -> None:
    """As those that were saved before."""
    own.down()
    newest = max(Home(own.home).snapshots.iterdir())
    name, kept = "services/lambda.json", blobs(Home(own.home))[0]
    reference = json.dumps({"code_blob_ref": kept.stem})
    whole = json.dumps({"__bytes__": base64.b64encode(kept.read_bytes()).decode()})
    text = (newest / name).read_text(encoding="utf-8")
    assert text.count(reference) == 1
    rewrite(newest, name, text.replace(reference, whole))
    own.up()
    assert called(own) == "from the layer"


def test_a_function_whose_layer_is_lost_is_an_error(own: Emulator) -> None:
    own.down()
    newest, name = max(Home(own.home).snapshots.iterdir()), blobs(Home(own.home))[0].name
    for file in (newest / "kept/lambda-blobs" / name, Home(own.home).service_files / "lambda-blobs" / name):
        file.write_bytes(b"garbled")
    own.up()
    client_of = client(own, "lambda")
    with pytest.raises(client_of.exceptions.ResourceNotReadyException, match="a layer of function f is not there"):
        called(own)
