"""From a model's answer to the result that the app expects: ids, marks of what was done, derived values."""

from __future__ import annotations

import secrets
from typing import Any

from handlers.keyvex.ai.messages import (
    ContentCrafterMessage,
    LogicArchitectMessage,
    MagicSparkMessage,
    Message,
    StyleMasterMessage,
)
from handlers.keyvex.shared.clock import iso_ms

_GOOD = 6  # a suggestion is valid from this score of 10

Object = dict[str, Any]


def finish(message: Message, answer: Any, now: int) -> tuple[Any, Object]:
    """The result, and what its envelope's metadata say of it."""
    match message:
        case MagicSparkMessage():
            return _magic_spark(message, answer, now)
        case LogicArchitectMessage():
            return _logic_architect(message, answer, now)
        case ContentCrafterMessage():
            return _content_crafter(message, answer, now)
        case StyleMasterMessage():
            return _style_master(message, answer, now)


def preview(message: StyleMasterMessage, fields: Object, now: int) -> Object:
    """The result of the action preview, which needs no model: where the app shows the tool, and what of."""
    page = f"/preview/{message.session_id}"
    given = {name: fields[name] for name in ("framework", "content")}
    styles = message.input.current_styles
    return {
        "previewUrl": page,
        "thumbnailUrl": f"{page}/thumbnail",
        "styles": styles,
        **given,
        "generatedAt": iso_ms(now),
    }


def _magic_spark(message: MagicSparkMessage, answer: Any, now: int) -> tuple[Any, Object]:
    action = message.input.action
    if action == "generate":
        return [_suggestion(one, _new_id("ms", now)) for one in answer], {"totalSuggestions": len(answer)}
    if action == "refine":
        known = (message.input.original_suggestion or {}).get("id")
        return _suggestion(answer, known or _new_id("ms", now)), {"totalSuggestions": 1}
    if action == "validate":
        score = answer["overallScore"]
        return {"isValid": score >= _GOOD, "score": score, "analysis": answer}, {"validationScore": score}
    return answer, {"totalExamples": len(answer)}


def _suggestion(answer: Object, name: str) -> Object:
    return {"id": name, **answer, "suggestedQuestions": answer["sampleQuestions"], "metadata": {}}


def _logic_architect(message: LogicArchitectMessage, answer: Object, now: int) -> tuple[Any, Object]:
    given, when = message.input, iso_ms(now)
    if given.action == "validate":
        return {**answer, "validatedAt": when}, {"validationScore": answer["score"]}
    about = {"frameworkComplexity": answer["complexity"]}
    if given.action == "generate":
        metadata = {"expertise": given.expertise, "targetAudience": given.target_audience, "createdAt": when}
        return {"id": _new_id("la", now), **answer, "metadata": metadata}, about
    mark = _mark(given.action, given.user_feedback, given.target_audience, when)
    return {**(given.current_framework or {}), **answer, **mark}, about


def _content_crafter(message: ContentCrafterMessage, answer: Object, now: int) -> tuple[Any, Object]:
    given, when = message.input, iso_ms(now)
    language = given.content_preferences.language if given.content_preferences else "en"
    about = {"contentSections": len(answer["sections"])}
    created = {"tone": given.branding.tone, "targetAudience": given.target_audience, "language": language}
    if given.action == "generate":
        return {"id": _new_id("cc", now), **answer, "metadata": {**created, "createdAt": when}}, about
    if given.action == "translate":
        mark: Object = {"translated": True, "language": language, "translatedAt": when}
    else:
        mark = _mark(given.action, given.user_feedback, given.target_audience, when)
    known = given.current_content or {}
    metadata = known.get("metadata") if isinstance(known.get("metadata"), dict) else {}
    return {**known, **answer, "metadata": {**(metadata or {}), **created}, **mark}, about


def _style_master(message: StyleMasterMessage, answer: Object, now: int) -> tuple[Any, Object]:
    given, when = message.input, iso_ms(now)
    about = {"stylesGenerated": len(answer["styles"])}
    if given.action == "generate":
        return {"id": _new_id("sm", now), **answer, "metadata": {"createdAt": when}}, about
    if given.action == "customize":
        mark: Object = {"customized": True, "customizedAt": when}
    else:
        mark = _mark(given.action, given.user_feedback, "", when)
    return {**(given.current_styles or {}), **answer, **mark}, about


def _mark(action: str, feedback: str | None, audience: str, when: str) -> Object:
    if action == "refine":
        return {"refined": True, "feedback": feedback, "refinedAt": when}
    return {"optimized": True, "optimizedFor": audience, "optimizedAt": when}


def _new_id(prefix: str, now: int) -> str:
    return f"{prefix}_{now}_{secrets.token_hex(4)}"
