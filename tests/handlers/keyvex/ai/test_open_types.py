"""Answers of models whose fields have types that the documents leave open."""

from __future__ import annotations

import json
from typing import Any

import msgspec
import pytest

from companions.keyvex.providers.samples import sample
from handlers.keyvex.ai.prompts import TASKS, read_answer

OPEN: list[tuple[str, str, tuple[str | int, ...], list[Any]]] = [
    # process, action, a field whose type the documents leave open, and what models write there
    ("magicSpark", "generate", (0, "estimatedCompletionTime"), ["5-7 minutes", 5]),
    ("magicSpark", "generate", (0, "sampleQuestions"), [[]]),
    ("magicSpark", "validate", ("requiredExpertise",), [["pricing", "tax"], 3]),
    ("magicSpark", "examples", (0, "successMetrics"), [["leads"], {"leads": 40}, 0.4, None]),
    ("logicArchitect", "generate", ("estimatedTime",), ["10 minutes"]),
    ("logicArchitect", "generate", ("structure", "steps", 0, "id"), [1]),
    ("logicArchitect", "generate", ("structure", "logic", "calculations"), [{"total": "a * b"}]),
    ("contentCrafter", "generate", ("sections", "results", "explanations"), [[{"from": 0, "text": "Low"}]]),
    ("styleMaster", "generate", ("styles", "typography", "heading"), [{"fontFamily": "Inter"}]),
    ("styleMaster", "generate", ("styles", "layout", "maxWidth"), [1200]),
    ("styleMaster", "generate", ("styles", "components", "button"), ["rounded-lg px-4"]),
    ("styleMaster", "generate", ("styles", "animations"), [True, []]),
]


@pytest.mark.parametrize(("process", "action", "path", "written"), OPEN)
def test_no_answer_is_thrown_away_over_what_the_documents_leave_open(
    process: str, action: str, path: tuple[str | int, ...], written: list[Any]
) -> None:
    task = TASKS[process, action]
    for one in written:
        answer = sample(msgspec.json.schema(task.shape), "prompt")
        inner = answer
        for step in path[:-1]:
            inner = inner[step]
        inner[path[-1]] = one
        assert read_answer(task, json.dumps(answer)) == answer
