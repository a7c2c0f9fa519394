"""Swaps reach those who call an alias of a function on stages that let them, and are told of elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pkgops.dev.events import ConsentNeeded, Failed, Swapped
from pkgops.plan.swapped_code import Ledger
from tests.pkgops.dev.conftest import Workbench

LIST, STACK = "handlers/notes/list_notes.py", "templates/notes/app.py"


def more(text: str) -> str:
    return f"{text}# more\n"


def test_aliases_are_told_of(workbench: Workbench) -> None:
    code: Any = workbench.loop._code
    name = "notes-list-notes-dev"
    code._running[name] = replace(code._running[name], published=True)
    workbench.save(LIST, more)
    assert workbench.told(Swapped)[0].lagging == ("list-notes",)


def test_aliases_follow_on_stages_that_let_them(workbench: Workbench) -> None:
    """Until the next deployment, whose CodeDeploy moves them only from where CloudFormation believes they are."""
    name = "notes-list-notes-dev"
    functions = workbench.ports.functions
    functions.lead(name, "live", "7")
    stages = workbench.root / "stages.toml"
    stages.write_text(stages.read_text(encoding="utf-8").replace("[dev]\n", "[dev]\nfollow_aliases = true\n"))
    workbench.save(STACK, lambda text: text.replace("retention=14", "retention=30"))
    code: Any = workbench.loop._code
    code._running[name] = replace(code._running[name], published=True, aliases=("live",))
    old = (workbench.root / LIST).read_text(encoding="utf-8")
    workbench.save(LIST, more)
    assert not workbench.told(Swapped)[0].lagging
    assert functions.alias(name, "live").version == "$LATEST"
    moved = functions.alias(name, "live")
    workbench.save(LIST, more)
    assert functions.alias(name, "live") is moved, "it is there already"
    workbench.save(LIST, lambda _: old)
    (row,) = Ledger(workbench.loop.project).rows()
    assert row.aliases == {"live": "7"}, "the code is what was deployed, the alias is not"
    workbench.save(STACK, lambda text: text.replace("retention=30", "retention=14"))
    assert functions.alias(name, "live").version == "7"
    assert not Ledger(workbench.loop.project).rows()


def snapping(workbench: Workbench, *keys: str) -> None:
    """Deploys the project with snapshots, and with those keys, on its stage; aliases lead to version 7."""
    stages = workbench.root / "stages.toml"
    text = stages.read_text(encoding="utf-8")
    lines = "".join(f"{key} = true\n" for key in ("snap_start", *keys))
    stages.write_text(text.replace("[dev]\n", f"[dev]\n{lines}"), encoding="utf-8")
    workbench.react()
    assert all("Permission: lambda:InvokeFunction" in one for one in workbench.told(ConsentNeeded)[0].concerns)
    assert workbench.loop.answer(True)
    workbench.settle()
    for name in ("notes-list-notes-dev", "notes-create-note-dev", "notes-get-note-dev"):
        workbench.ports.functions.lead(name, "live", "7")


def test_callers_of_a_function_with_snapshots_are_told_to_get_the_old_code(workbench: Workbench) -> None:
    snapping(workbench)
    workbench.save(LIST, more)
    (swapped,) = workbench.told(Swapped)
    assert (swapped.functions, swapped.lagging) == (("list-notes",), ("list-notes",))
    assert workbench.ports.functions.alias("notes-list-notes-dev", "live").version == "7"
    workbench.save("handlers/notes/cleanup.py", more)
    assert not workbench.told(Swapped)[0].lagging, "nobody waits for it: it has no snapshot, and no alias"


def test_the_alias_of_a_function_with_snapshots_follows_until_the_next_deployment(workbench: Workbench) -> None:
    """It leads to the newest code then, of which there is no snapshot."""
    snapping(workbench, "follow_aliases")
    functions = workbench.ports.functions
    workbench.save(LIST, more)
    assert not workbench.told(Swapped)[0].lagging
    assert functions.alias("notes-list-notes-dev", "live").version == "$LATEST"
    workbench.save(STACK, lambda text: text.replace("retention=14", "retention=30"))
    assert functions.alias("notes-list-notes-dev", "live").version == "7"
    assert not Ledger(workbench.loop.project).rows()


def test_an_alias_that_codedeploy_moves_does_not_follow(workbench: Workbench) -> None:
    name = "notes-list-notes-dev"
    functions = workbench.ports.functions
    functions.lead(name, "live", "7")
    functions.aliases[name, "live"] = replace(functions.alias(name, "live"), shifting=True)
    stages = workbench.root / "stages.toml"
    stages.write_text(stages.read_text(encoding="utf-8").replace("[dev]\n", "[dev]\nfollow_aliases = true\n"))
    workbench.react()
    code: Any = workbench.loop._code
    code._running[name] = replace(code._running[name], published=True, aliases=("live",))
    workbench.save(LIST, more)
    assert "CodeDeploy is moving alias live" in workbench.told(Failed)[0].message
    assert functions.alias(name, "live").version == "7"
