"""The results of all processes and actions, in the shapes that the app expects."""

from __future__ import annotations

from typing import Any

import pytest

from handlers.keyvex.ai.finishing import finish
from handlers.keyvex.ai.job import read_job
from handlers.keyvex.ai.prompts import TASKS, read_answer, user_text
from handlers.keyvex.shared.batch import deliveries
from tests.handlers.keyvex.fixtures.processor import (
    CONTENT,
    FRAMEWORK,
    INPUTS,
    STYLES,
    SUGGESTION,
    Processor,
    message,
)
from tests.handlers.keyvex.fixtures.queues import record

FEEDBACK = {"userFeedback": "Shorter, please"}
ACTIONS: list[tuple[str, str, dict[str, Any], set[str], dict[str, Any]]] = [
    # process, action, input, what the result has besides what the next column says, and what that is
    ("magicSpark", "refine", {"originalSuggestion": SUGGESTION, **FEEDBACK}, {"sampleQuestions"}, {"id": "ms_7"}),
    ("magicSpark", "validate", {"originalSuggestion": SUGGESTION}, {"isValid", "score", "analysis"}, {}),
    (
        "logicArchitect",
        "refine",
        {"currentFramework": FRAMEWORK, **FEEDBACK},
        {"structure", "refinedAt"},
        {"id": "la_7", "refined": True, "feedback": "Shorter, please"},
    ),
    (
        "logicArchitect",
        "optimize",
        {"currentFramework": FRAMEWORK},
        {"structure", "optimizedAt"},
        {"id": "la_7", "optimized": True, "optimizedFor": "Agencies"},
    ),
    (
        "logicArchitect",
        "validate",
        {"currentFramework": FRAMEWORK},
        {"isValid", "score", "issues", "suggestions", "validatedAt"},
        {},
    ),
    (
        "contentCrafter",
        "refine",
        {"currentContent": CONTENT, **FEEDBACK},
        {"sections", "refinedAt"},
        {"id": "cc_7", "refined": True, "feedback": "Shorter, please"},
    ),
    (
        "contentCrafter",
        "optimize",
        {"currentContent": CONTENT},
        {"sections", "optimizedAt"},
        {"optimized": True, "optimizedFor": "Agencies"},
    ),
    (
        "contentCrafter",
        "translate",
        {"currentContent": CONTENT, "contentPreferences": {"language": "de"}},
        {"sections", "translatedAt"},
        {"id": "cc_7", "translated": True, "language": "de"},
    ),
    (
        "styleMaster",
        "refine",
        {"currentStyles": STYLES, **FEEDBACK},
        {"styles", "refinedAt"},
        {"custom": "kept", "refined": True},
    ),
    (
        "styleMaster",
        "customize",
        {"currentStyles": STYLES},
        {"styles", "customizedAt"},
        {"id": "sm_7", "customized": True},
    ),
]


@pytest.mark.parametrize(("process", "action", "given", "has", "means"), ACTIONS)
def test_an_action_on_what_is_there(
    processor: Processor, process: str, action: str, given: dict[str, Any], has: set[str], means: dict[str, Any]
) -> None:
    session, user = processor.world.name("session"), processor.world.name("user")
    assert processor.deliver(message(session, user, process, action=action, **given)) == []
    result = processor.session(session)[f"{process}Result"]["result"]
    assert has <= result.keys()
    assert {name: result[name] for name in means} == means


def made(processor: Processor, process: str, **given: Any) -> tuple[Any, dict[str, Any]]:
    """The result of a message, and its envelope's metadata."""
    session = processor.world.name("session")
    assert processor.deliver(message(session, processor.world.name("user"), process, **given)) == []
    envelope = processor.session(session)[f"{process}Result"]
    return envelope["result"], envelope["metadata"]


def test_suggestions(processor: Processor) -> None:
    result, metadata = made(processor, "magicSpark")
    assert 3 <= len(result) <= 5
    assert metadata["totalSuggestions"] == len(result)
    assert set(result[0]) == {
        "id", "type", "title", "description", "targetAudience", "estimatedCompletionTime", "complexity",
        "valueProposition", "businessImpact", "sampleQuestions", "suggestedQuestions", "metadata",
    }  # fmt: skip
    assert result[0]["suggestedQuestions"] == result[0]["sampleQuestions"]
    assert len({one["id"] for one in result}) == len(result)


def test_examples(processor: Processor) -> None:
    result, metadata = made(processor, "magicSpark", action="examples", industry="Law")
    assert metadata["totalExamples"] == len(result)
    assert {"name", "type", "methodology", "keyFeatures", "effectiveness", "lessons"} <= set(result[0])


def test_a_framework(processor: Processor) -> None:
    result, metadata = made(processor, "logicArchitect")
    assert result["id"].startswith("la_")
    assert set(result["structure"]["logic"]) == {"calculations", "conditions", "validations"}
    assert result["metadata"]["expertise"] == "Pricing"
    assert metadata["frameworkComplexity"] == result["complexity"]


def test_texts(processor: Processor) -> None:
    result, metadata = made(processor, "contentCrafter")
    assert result["id"].startswith("cc_")
    assert set(result["sections"]) == {"introduction", "steps", "results", "callToAction"}
    assert result["metadata"]["tone"] == "friendly"
    assert result["metadata"]["language"] == "en"
    assert metadata["contentSections"] == 4


def test_styles(processor: Processor) -> None:
    result, metadata = made(processor, "styleMaster", stylePreferences={"theme": "bold", "layout": "wizard"})
    assert result["id"].startswith("sm_")
    assert set(result["styles"]) == {"colors", "typography", "layout", "components", "animations", "responsive"}
    assert metadata["stylesGenerated"] == 6


def test_a_preview_asks_nobody(processor: Processor, provider: Any) -> None:
    result, metadata = made(processor, "styleMaster", action="preview", currentStyles=STYLES)
    assert set(result) == {"previewUrl", "thumbnailUrl", "styles", "framework", "content", "generatedAt"}
    assert (result["styles"], result["framework"]) == (STYLES, FRAMEWORK)
    assert "model" not in metadata
    assert provider.asked() == []


@pytest.mark.parametrize(("score", "valid"), [(5.9, False), (6, True)])
def test_a_suggestion_is_valid_from_a_score_of_6(score: float, valid: bool) -> None:
    given = {"action": "validate", "originalSuggestion": SUGGESTION}
    job = read_job(deliveries({"Records": [record(message("s", "u", **given))]})[0], "r")
    result, about = finish(job.message, {"overallScore": score}, 0)
    assert (result["isValid"], about["validationScore"]) == (valid, score)


@pytest.mark.parametrize(
    ("process", "given", "problem"),
    [
        ("magicSpark", {"expertise": ""}, "length >= 1"),
        ("magicSpark", {"action": "paint"}, "Invalid enum value - at `$.input.action`"),
        ("magicSpark", {"action": "refine", "originalSuggestion": SUGGESTION}, "refine needs userFeedback"),
        ("magicSpark", {"action": "validate"}, "validate needs originalSuggestion"),
        ("magicSpark", {"action": "examples"}, "examples needs industry"),
        ("magicSpark", {"model": "gpt-9"}, "input.model is not a configured model"),
        ("logicArchitect", {"action": "optimize"}, "optimize needs currentFramework"),
        ("logicArchitect", {"selectedSuggestion": {"type": "quiz"}}, "missing required field `title`"),
        ("contentCrafter", {"branding": {}}, "missing required field `tone`"),
        ("contentCrafter", {"action": "translate", "currentContent": CONTENT}, "translate needs contentPreferences"),
        ("styleMaster", {"action": "preview"}, "preview needs currentStyles"),
        ("styleMaster", {"stylePreferences": {"theme": "loud"}}, "Invalid enum value - at"),
    ],
)
def test_an_invalid_input_asks_nobody(
    processor: Processor, provider: Any, caplog: Any, process: str, given: dict[str, Any], problem: str
) -> None:
    session = processor.world.name("session")
    assert len(processor.deliver(message(session, "u", process, **given))) == 1
    assert provider.asked() == []
    assert processor.session(session) == {}
    assert problem in caplog.records[-1].reason


@pytest.mark.parametrize(
    "changed",
    [
        {"sessionId": ""},
        {"userId": None},
        {"input": []},
        {"process": "x"},
        {"messageType": "EMAIL_NOTIFICATION"},
        {"priority": "urgent"},
    ],
)
def test_an_invalid_message_fails(processor: Processor, provider: Any, changed: dict[str, Any]) -> None:
    assert len(processor.deliver({**message("s", "u"), **changed})) == 1
    assert provider.asked() == []


def test_the_prompt_has_the_fields_and_the_shape(processor: Processor, provider: Any) -> None:
    made(processor, "contentCrafter", contentPreferences={"language": "de", "style": "dry"})
    body = provider.asked("/anthropic")[0]["body"]
    assert "copywriter" in body["system"]
    text = body["messages"][0]["content"]
    assert 'contentPreferences: {"language": "de", "style": "dry"}' in text
    assert "targetAudience: Agencies" in text
    assert "callToAction" in text
    assert "action:" not in text


def test_the_prompt_says_what_the_message_leaves_open() -> None:
    task = TASKS["magicSpark", "generate"]
    asked = user_text("magicSpark", task, {"expertise": "Tax", "goals": None, "industry": "", "model": "gpt-4"})
    assert asked.splitlines()[2:6] == [
        "targetAudience: General business audience",
        "industry: General",
        "goals: Lead generation and engagement",
        "expertise: Tax",
    ]
    assert "gpt-4" not in asked
    assert "industry: Law" in user_text("magicSpark", task, {"industry": "Law"})


@pytest.mark.parametrize(
    "around", ["{}", "```json\n{}\n```", "```\n{}```", "\n {} \n", "```json {} ```", "```{}```\nDone."]
)
def test_code_fences_are_stripped(around: str) -> None:
    validation = '{"isValid": true, "score": 7, "issues": [], "suggestions": ["More"], "extra": 1}'
    read = read_answer(TASKS["logicArchitect", "validate"], around.replace("{}", validation))
    assert read == {"isValid": True, "score": 7, "issues": [], "suggestions": ["More"]}


def test_every_process_has_its_tasks() -> None:
    assert {process for process, _ in TASKS} == INPUTS.keys()
