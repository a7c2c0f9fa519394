"""What a save does: swap, deploy, ask, say what is wrong, or nothing."""

from __future__ import annotations

import base64
import errno
import json
from dataclasses import replace
from hashlib import sha256
from typing import Any

import pytest

from pkgops.config import load
from pkgops.dev.events import ConsentNeeded, Declined, Failed, Recovered, Swapped, Updated
from pkgops.dev.system import Hooks, SystemLoop
from pkgops.errors import RefusedError
from pkgops.events import Event
from pkgops.plan.swapped_code import Ledger
from tests.pkgops.dev.conftest import Workbench

LIST, SHARED, STACK = "handlers/notes/list_notes.py", "handlers/common/http.py", "templates/notes/app.py"


def more(text: str) -> str:
    return f"{text}# more\n"


def running(workbench: Workbench, name: str = "notes-list-notes-dev") -> str:
    """The key of the artifact that a function runs."""
    digest = base64.b64decode(workbench.ports.functions.code(name).sha256).hex()
    return next(key for key in workbench.ports.artifacts.objects if digest in key)


def test_code_is_swapped_in_the_functions_that_import_it(workbench: Workbench) -> None:
    before = running(workbench)
    assert workbench.save(LIST, more)
    (swapped,) = workbench.told(Swapped)
    assert swapped.functions == ("list-notes",)
    assert running(workbench) != before
    assert b"# more" not in workbench.ports.artifacts.objects[before]
    assert workbench.save(SHARED, more)
    (swapped,) = workbench.told(Swapped)
    assert set(swapped.functions) == {"create-note", "list-notes", "get-note"}
    assert not workbench.told(Updated)


def test_nothing_happens_when_nothing_that_matters_has_changed(workbench: Workbench) -> None:
    """Not even when a module that no function imports is written."""
    assert not workbench.save(LIST, str)
    calls = list(workbench.ports.stacks.calls)
    (workbench.root / "handlers/notes/unused.py").write_text("x = 1\n", encoding="utf-8")
    assert not workbench.react()
    assert workbench.ports.stacks.calls == calls


def test_swaps_are_in_the_ledger_until_a_deployment_or_the_old_code(workbench: Workbench) -> None:
    ledger = Ledger(workbench.loop.project)
    old = (workbench.root / LIST).read_text(encoding="utf-8")
    believed = running(workbench)
    workbench.save(LIST, more)
    workbench.save(LIST, more)
    (row,) = ledger.rows()
    assert (row.function, row.believed, row.running) == ("notes-list-notes-dev", believed, running(workbench))
    workbench.save(LIST, lambda _: old)
    assert running(workbench) == believed
    assert not ledger.rows()
    workbench.save(LIST, more)
    workbench.save(STACK, lambda text: text.replace("retention=14", "retention=30"))
    assert workbench.told(Updated)
    assert not ledger.rows()


def test_an_error_leaves_what_runs_and_is_forgotten_when_it_is_corrected(workbench: Workbench) -> None:
    before = running(workbench)
    old = (workbench.root / LIST).read_text(encoding="utf-8")
    assert workbench.save(LIST, lambda text: f"{text}def broken(:\n")
    (failed,) = workbench.told(Failed)
    assert failed.message.startswith(f"{LIST}:{len(old.splitlines()) + 1}")
    assert running(workbench) == before
    assert workbench.loop.failed
    assert workbench.save(LIST, lambda _: more(old))
    assert workbench.told(Recovered)
    assert workbench.told(Swapped)
    assert not workbench.loop.failed


def test_a_deleted_handler_is_an_error_and_comes_back(workbench: Workbench) -> None:
    file = workbench.root / LIST
    old = file.read_text(encoding="utf-8")
    file.unlink()
    assert workbench.react()
    assert LIST in workbench.told(Failed)[0].message
    file.write_text(old, encoding="utf-8")
    workbench.react()
    assert workbench.told(Recovered)
    assert not workbench.told(Swapped), "it runs that code already"


def test_an_error_in_templates_names_the_line(workbench: Workbench) -> None:
    old = (workbench.root / STACK).read_text(encoding="utf-8")
    assert workbench.save(STACK, lambda text: text.replace("retention=14", "retention=fourteen"))
    assert f"{STACK}:" in workbench.told(Failed)[0].message
    workbench.save(LIST, more)
    assert workbench.told(Failed), "the templates are still wrong"
    workbench.save(STACK, lambda _: old)
    assert workbench.told(Recovered)


def test_templates_are_deployed_as_they_are_now(workbench: Workbench) -> None:
    workbench.save(STACK, lambda text: text.replace("retention=14", "retention=30"))
    (updated,) = workbench.told(Updated)
    assert updated.stacks == ("Notes-dev",)
    template = json.loads(workbench.ports.stacks.template("Notes-dev"))
    groups = [one["Properties"] for one in template["Resources"].values() if one["Type"] == "AWS::Logs::LogGroup"]
    assert {one["RetentionInDays"] for one in groups if "/aws/lambda/" in json.dumps(one["LogGroupName"])} == {30}
    assert not workbench.save(STACK, lambda text: f"{text}# a comment changes no template\n") or not workbench.told(
        Updated
    )


def test_what_would_be_lost_is_asked_about_and_watched_on(workbench: Workbench) -> None:
    lose = lambda text: text.replace('"notes-notes"', '"notes-papers"')  # noqa: E731 - a new name is a new table
    assert workbench.save(STACK, lose)
    (asked,) = workbench.told(ConsentNeeded)
    assert any("Data would be lost" in one for one in asked.concerns)
    assert not workbench.ports.stacks._sets, "no change set waits for the answer"
    assert not workbench.loop.answer(False)
    assert workbench.told(Declined)
    assert not workbench.loop.answer(True), "the question was answered"
    workbench.save(LIST, more)
    assert workbench.told(ConsentNeeded), "it is still to be done"
    workbench.said.clear()
    assert workbench.loop.answer(True)
    assert workbench.told(Updated)


def test_a_save_comes_first_and_the_question_is_gone(workbench: Workbench) -> None:
    old = (workbench.root / STACK).read_text(encoding="utf-8")
    workbench.save(STACK, lambda text: text.replace('"notes-notes"', '"notes-papers"'))
    workbench.save(STACK, lambda _: old)
    assert not workbench.told(ConsentNeeded)
    assert not workbench.loop.answer(True)


def test_what_somebody_else_has_changed_is_not_overwritten(workbench: Workbench) -> None:
    workbench.ports.functions.run("notes-list-notes-dev", "theirs")
    workbench.save(LIST, more)
    (failed,) = workbench.told(Failed)
    assert "somebody else has changed" in failed.message
    assert "--force" in failed.hint
    assert workbench.ports.functions.code("notes-list-notes-dev").sha256 == "theirs"


def test_another_configuration_is_not_in_the_way(workbench: Workbench) -> None:
    workbench.save(LIST, more)
    functions = workbench.ports.functions
    functions.run("notes-list-notes-dev", functions.code("notes-list-notes-dev").sha256)  # another revision
    workbench.save(LIST, more)
    assert workbench.told(Swapped)


def test_a_new_requirement_takes_a_deployment(workbench: Workbench) -> None:
    """Its layer does not exist; what the build says about it is an error of its own."""
    workbench.save(LIST, lambda text: f"import requests\n{text}")
    assert "requests" in workbench.told(Failed)[0].message


def test_only_the_named_functions_are_swapped(workbench: Workbench) -> None:
    workbench.loop.close()
    hooks = Hooks(lambda _: workbench.ports, workbench.said.append, workbench.plans.append, workbench.said.append)
    workbench.loop = SystemLoop(workbench.loop.project, (), hooks, {"notes-get-note-dev"})
    assert workbench.loop.deploy()
    before = running(workbench)
    workbench.save(SHARED, more)
    assert workbench.told(Swapped)[0].functions == ("get-note",)
    assert running(workbench) == before
    assert [one.short for one in workbench.loop.functions] == ["get-note"]


def test_a_protected_stage_is_refused(workbench: Workbench) -> None:
    hooks = Hooks(lambda _: workbench.ports, workbench.said.append, workbench.plans.append, workbench.said.append)
    with pytest.raises(RefusedError, match="protected"):
        SystemLoop(load("prod", None, workbench.root, environ={}), (), hooks)


def test_the_same_system_is_watched_once(workbench: Workbench) -> None:
    hooks = Hooks(lambda _: workbench.ports, workbench.said.append, workbench.plans.append, workbench.said.append)
    with pytest.raises(RefusedError, match="already watches notes for stage dev: process"):
        SystemLoop(workbench.loop.project, (), hooks)
    other = SystemLoop(load("local", None, workbench.root, environ={}), (), hooks)
    other.close()
    workbench.loop.close()
    SystemLoop(workbench.loop.project, (), hooks).close()


def test_a_stage_that_becomes_protected_is_left_alone(workbench: Workbench) -> None:
    workbench.save("stages.toml", lambda text: text.replace("[dev]\n", "[dev]\nprotected = true\n"))
    assert "protected" in workbench.told(Failed)[0].message


def test_code_that_lambda_takes_late_is_waited_for(workbench: Workbench) -> None:
    functions = workbench.ports.functions
    run = functions.run
    functions.run = lambda name, digest: run(name, digest) and _unsettled(functions, name)  # type: ignore[method-assign]
    workbench.save(LIST, more)
    assert workbench.told(Swapped)


def _unsettled(functions: Any, name: str) -> Any:
    """The first answer is that the update is under way."""
    settled = functions.codes[name]
    return replace(settled, settled=False)


def test_events_are_for_programs_too(workbench: Workbench) -> None:
    workbench.save(LIST, more)
    assert all(isinstance(one, Event) for one in workbench.said)


def test_artifacts_are_named_by_their_content(workbench: Workbench) -> None:
    workbench.save(LIST, more)
    for key, body in workbench.ports.artifacts.objects.items():
        assert sha256(body).hexdigest() in key


def test_a_project_whose_stages_go_and_come_back_is_watched_on(workbench: Workbench) -> None:
    """As in a checkout, or an editor that moves a file before it writes it."""
    place = workbench.root / "stages.toml"
    place.rename(place.with_suffix(".away"))
    assert workbench.react()
    assert workbench.told(Failed)[0].message == f"There is no stages.toml in {workbench.root} any more."
    place.with_suffix(".away").rename(place)
    assert workbench.react()
    assert workbench.told(Recovered)


def test_a_full_disk_ends_nothing(workbench: Workbench, monkeypatch: pytest.MonkeyPatch) -> None:
    def full(*_: object) -> None:
        raise OSError(errno.ENOSPC, "No space left on device", "/there/some.zip")

    monkeypatch.setattr(workbench.ports.artifacts, "put", full)
    assert workbench.save(LIST, more)
    (failed,) = workbench.told(Failed)
    assert failed.message == "/there/some.zip cannot be read or written: No space left on device."
    monkeypatch.undo()
    assert workbench.save(LIST, more)
    assert workbench.told(Swapped)
