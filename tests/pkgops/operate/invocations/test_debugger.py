"""What an editor is told about attaching."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest

from pkgops.build.functions import Function
from pkgops.config import Project
from pkgops.errors import RefusedError, UsageError
from pkgops.local.inspection import port_of
from pkgops.model import Stage
from pkgops.operate.invocations.debugger import LAUNCH, attach_text, debuggable, write_launch

GET = Function("app", "GetFunction", "notes-get-local", "handlers/notes/get_note.py", "/aws/lambda/notes-get-local")
ADD = replace(GET, logical_id="AddFunction", name="notes-add-local", handler="handlers/notes/add_note.py")


def test_the_launch_file_keeps_what_is_in_it(project: Project) -> None:
    path = project.root / LAUNCH
    path.parent.mkdir()
    path.write_text('{"version": "0.2.0", "configurations": [{"name": "mine"}], "compounds": []}', encoding="utf-8")
    write_launch(project, [GET])
    write_launch(project, [GET, ADD])
    found = json.loads(path.read_text(encoding="utf-8"))
    assert [one["name"] for one in found["configurations"]] == ["mine", "pkgops: get-note", "pkgops: add-note"]
    assert found["compounds"] == []
    entry = found["configurations"][1]
    assert (entry["type"], entry["request"]) == ("debugpy", "attach")
    assert entry["connect"] == {"host": "127.0.0.1", "port": port_of(GET.name)}
    assert entry["pathMappings"][0]["remoteRoot"] in attach_text(project, GET)
    assert "--write-launch" in attach_text(project, GET)
    assert "--write-launch" not in attach_text(project, GET, written=True)


def test_a_new_launch_file(project: Project) -> None:
    write_launch(project, [GET])
    assert json.loads((project.root / LAUNCH).read_text(encoding="utf-8"))["version"] == "0.2.0"


@pytest.mark.parametrize("text", ['{// mine\n"configurations": []}', "[]", '{"configurations": 3}'])
def test_a_launch_file_that_cannot_be_read_is_left(project: Project, text: str) -> None:
    path = project.root / LAUNCH
    path.parent.mkdir()
    path.write_text(text, encoding="utf-8")
    with pytest.raises(RefusedError, match="was not changed") as error:
        write_launch(project, [GET])
    assert '"request": "attach"' in error.value.hint
    assert path.read_text(encoding="utf-8") == text


def test_ports_are_stable_and_differ() -> None:
    assert port_of(GET.name) == port_of(GET.name) != port_of(ADD.name)
    assert 20_000 <= port_of(GET.name) < 30_000


def test_a_debugger_is_for_stage_local_and_python(project: Project) -> None:
    with pytest.raises(UsageError, match="stage local only"), debuggable(replace(project, stage=Stage("dev")), GET):
        pass
    with pytest.raises(UsageError, match="no Python file"), debuggable(project, replace(GET, handler="")):
        pass
