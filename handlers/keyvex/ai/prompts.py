"""The prompts: who the model is, what it is to do with which fields, and the shape of its answer."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

import msgspec

from handlers.keyvex.ai import results
from handlers.keyvex.ai.attempts import UnusableAnswer
from handlers.keyvex.shared.messages import unstorable

_ROLES = {
    "magicSpark": "You invent interactive lead tools for consultants: calculators, quizzes and assessments.",
    "logicArchitect": "You are the framework architect of interactive lead tools: you design their steps and logic.",
    "contentCrafter": "You are the copywriter of interactive lead tools: you write all of their texts.",
    "styleMaster": "You are the visual designer of interactive lead tools: you choose colors, fonts and layouts.",
}
_SYSTEM = "{role} You answer with one JSON value and nothing else: no explanation, no Markdown."
_USER = """{task}

{fields}

Answer with one JSON value of this JSON Schema:
```json
{schema}
```"""


@dataclass(frozen=True, slots=True)
class Task:
    """What an action asks for, and the shape of the answer."""

    text: str
    shape: Any

    @property
    def wants_object(self) -> bool:
        """Whether the answer is a JSON object."""
        return isinstance(self.shape, type)


TASKS: Mapping[tuple[str, str], Task] = {
    ("magicSpark", "generate"): Task("Suggest three to five tools.", results.Suggestions),
    ("magicSpark", "refine"): Task("Refine the suggestion as the feedback asks.", results.Suggestion),
    ("magicSpark", "validate"): Task("Judge the suggestion.", results.SuggestionAnalysis),
    ("magicSpark", "examples"): Task("Describe tools that have worked in this industry.", results.Examples),
    ("logicArchitect", "generate"): Task("Design the framework of the selected tool.", results.Framework),
    ("logicArchitect", "refine"): Task("Change the framework as the feedback asks.", results.Framework),
    ("logicArchitect", "optimize"): Task("Improve the framework for its audience.", results.Framework),
    ("logicArchitect", "validate"): Task("Find what is wrong with the framework.", results.Validation),
    ("contentCrafter", "generate"): Task("Write the texts of the tool.", results.ToolContent),
    ("contentCrafter", "refine"): Task("Change the texts as the feedback asks.", results.ToolContent),
    ("contentCrafter", "optimize"): Task("Improve the texts for their audience.", results.ToolContent),
    ("contentCrafter", "translate"): Task("Translate the texts into the language.", results.ToolContent),
    ("styleMaster", "generate"): Task("Design the styles of the tool.", results.ToolStyles),
    ("styleMaster", "refine"): Task("Change the styles as the feedback asks.", results.ToolStyles),
    ("styleMaster", "customize"): Task("Fit the styles to the branding and preferences.", results.ToolStyles),
}
# A fence with what it says of its language, and what is up to the last one.
_FENCED = re.compile(r"```[^\n{\[]*+(.*)```", re.DOTALL)
# What models are told of a message that does not say it.
_UNLESS_GIVEN = {
    "magicSpark": {
        "targetAudience": "General business audience",
        "industry": "General",
        "goals": "Lead generation and engagement",
    }
}
# What is asked about, and not part of the question.
_UNSAID = {"action", "provider", "model"}


def system_text(process: str) -> str:
    """Who the model is."""
    return _SYSTEM.format(role=_ROLES[process])


def user_text(process: str, task: Task, fields: Mapping[str, Any]) -> str:
    """The question, with the fields of a message's input."""
    given = {name: value for name, value in fields.items() if value not in (None, "", [])}
    said = {**_UNLESS_GIVEN.get(process, {}), **given}
    lines = [f"{name}: {_value(value)}" for name, value in said.items() if name not in _UNSAID]
    schema = json.dumps(msgspec.json.schema(task.shape), separators=(",", ":"))
    return _USER.format(task=task.text, fields="\n".join(lines), schema=schema)


def read_answer(task: Task, text: str) -> Any:
    """An answer as JSON of the task's shape, without what else it has. Raises `UnusableAnswer`."""
    fenced = _FENCED.match(text.strip())
    try:
        found = msgspec.json.decode(fenced[1] if fenced else text)
        answer = msgspec.to_builtins(msgspec.convert(found, task.shape))
    except msgspec.ValidationError as error:
        raise UnusableAnswer(f"shape{_place(str(error))}") from None
    except (msgspec.DecodeError, RecursionError):
        raise UnusableAnswer("no JSON") from None
    if reason := unstorable(answer):
        raise UnusableAnswer(reason)
    return answer


def _value(value: Any) -> str:
    return value if isinstance(value, str) else json.dumps(value, ensure_ascii=False)


def _place(error: str) -> str:
    """The path in a validation error; the rest of it may quote the answer."""
    _, found, path = error.rpartition(" - at ")
    return f" at {path}" if found else ""
