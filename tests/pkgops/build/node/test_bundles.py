"""Bundles of applications: what is in their zips, and what is refused."""

from __future__ import annotations

import json
import zipfile
from pathlib import Path
from typing import Any

import pytest

from pkgops.build.build import build
from pkgops.build.node.app_build import current
from pkgops.build.node.builder import take_build
from pkgops.build.synth import resources
from pkgops.config import Project, load
from pkgops.errors import BuildError
from tests.pkgops.next_project import FILES, IMAGES, NATIVE, SERVER, write_build
from tests.pkgops.web_project import write


@pytest.fixture
def project(tmp_path: Path) -> Project:
    return load("dev", "shop", write(tmp_path / "project", FILES), environ={})


def packaged(project: Project) -> dict[str, Any]:
    """The paths of the artifacts, by the logical ids of functions."""
    made = build(project, checked=False)
    places = {asset.key: asset.path for asset in made.assets}
    found = resources(made.stacks[0].template, "AWS::Lambda::Function")
    return {name: places[one["Properties"]["Code"]["S3Key"]] for name, one in found}


def names(path: Path) -> set[str]:
    with zipfile.ZipFile(path) as archive:
        return set(archive.namelist())


def test_each_function_has_its_folder_and_the_server_its_beginning(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    made = packaged(project)
    assert set(made) == {"ServerFunction", "ImageFunction", "RevalidationFunction"}
    assert names(made["ServerFunction"]) == {"index.mjs", ".next/other.mjs", "pkgops_start.mjs"}
    assert names(made["ImageFunction"]) == {
        "index.mjs",
        "node_modules/sharp/package.json",
        NATIVE.removeprefix(f"{IMAGES}/"),
    }
    assert names(made["RevalidationFunction"]) == {"index.mjs"}


def test_equal_builds_are_equal_zips(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    first = packaged(project)
    again = write_build(tmp_path / "again", machine="arm64")
    for path in again.rglob("*.mjs"):
        path.chmod(0o700)
    take_build(project, again)
    assert packaged(project) == first
    with zipfile.ZipFile(first["ServerFunction"]) as archive:
        assert {one.date_time for one in archive.infolist()} == {(1980, 1, 1, 0, 0, 0)}
        assert archive.namelist() == sorted(archive.namelist())


def test_another_page_is_another_zip_of_the_server_alone(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    first = packaged(project)
    other = write_build(tmp_path / "other", machine="arm64", server="export const handler = async () => 2;")
    take_build(project, other)
    second = packaged(project)
    assert {name for name in first if first[name] != second[name]} == {"ServerFunction"}


def test_an_unbuilt_application_is_a_page_on_stage_local_and_refused_elsewhere(project: Project) -> None:
    with pytest.raises(BuildError) as refused:
        packaged(project)
    assert refused.value.hint == "Run: pkgops web build shop --stage dev"
    local = load("local", "shop", project.root, environ={})
    made = packaged(local)
    assert names(made["ServerFunction"]) == {"index.mjs", "pkgops_start.mjs"}
    assert names(made["ImageFunction"]) == {"index.mjs"}


def changed(directory: Path, path: str, text: str | None) -> Path:
    place = directory / path
    place.unlink() if text is None else place.write_text(text)
    return directory


@pytest.mark.parametrize(
    ("path", "text", "message"),
    [
        (f"{SERVER}/index.mjs", None, "The handler index.handler of server-functions/default (ServerFunction) is not"),
        (f"{SERVER}/index.mjs", "export const other = 1;", "exports no handler"),
        (f"{SERVER}/index.mjs", "const handler = 1; export { handler as other };", "exports no handler"),
        (f"{IMAGES}/node_modules/sharp/package.json", None, "has no sharp with its native module"),
        (NATIVE, None, "has no sharp with its native module"),
    ],
)
def test_what_would_not_run_is_refused(
    project: Project, tmp_path: Path, path: str, text: str | None, message: str
) -> None:
    take_build(project, changed(write_build(tmp_path / "made", machine="arm64"), path, text))
    with pytest.raises(BuildError) as refused:
        packaged(project)
    assert message in refused.value.message


@pytest.mark.parametrize(
    "text",
    [
        "export{znr as handler};",
        "export const other=1,a=2;export { other, a as handler }",
        "export async function handler() {}",
        "exports.handler = 1",
        "module.exports = { handler }",
    ],
)
def test_every_form_of_an_export_is_one(project: Project, tmp_path: Path, text: str) -> None:
    take_build(project, changed(write_build(tmp_path / "made", machine="arm64"), f"{SERVER}/index.mjs", text))
    assert packaged(project)


def test_a_native_module_for_another_machine_is_refused(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="x86_64"))
    with pytest.raises(BuildError) as refused:
        packaged(project)
    assert "is not built for arm64" in refused.value.message
    assert "PKGOPS_ARCHITECTURE" in refused.value.hint


def test_a_new_build_makes_templates_anew(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    assert "RevalidationFunction" in packaged(project)
    other = write_build(tmp_path / "other", machine="arm64")
    content = json.loads((other / "open-next.output.json").read_text())
    content["additionalProps"] = {"disableIncrementalCache": True, "disableTagCache": True}
    write(other, {"open-next.output.json": json.dumps(content)})
    take_build(project, other)
    assert set(packaged(project)) == {"ServerFunction", "ImageFunction"}


def test_a_build_that_is_gone_is_none(project: Project, tmp_path: Path) -> None:
    take_build(project, write_build(tmp_path / "made", machine="arm64"))
    record = project.home / "apps/shop-dev/build.json"
    record.write_text(record.read_text()[:-2])
    assert current(project) is None
