"""Swaps reach those who call an alias of a function on stages that let them, and are told of elsewhere."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from pkgops.dev.events import Failed, Swapped
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
