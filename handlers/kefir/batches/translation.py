"""Translation between the two vocabularies for a batch: the documented one, which is stored, and the app's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kefir.data.items import Item

# The app's status words in documented words.
APP_STATUSES = {
    "stage1": {"stage": "stage1_open", "status": "active"},
    "stage2": {"stage": "stage2_bottled", "status": "active"},
    "bottled": {"status": "in_fridge"},
    "completed": {"status": "archived"},
}
SECOND_STAGE = "stage2_bottled"

# The app's names of documented fields.
_FIELDS = {"sugarGrams": "sugarAmount", "temperatureC": "temperature"}


def app_status(batch: Mapping[str, Any]) -> str:
    """The app's word for a batch's state."""
    status = batch.get("status")
    if status == "archived":
        return "completed"
    if status in {"in_fridge", "ready"}:
        return "bottled"
    return "stage2" if batch.get("stage") == SECOND_STAGE else "stage1"


def has_status(batch: Mapping[str, Any], word: str) -> bool:
    """Whether a batch is in the state that a word of either vocabulary names."""
    return app_status(batch) == word if word in APP_STATUSES else batch.get("status") == word


def to_documented(sent: Mapping[str, Any], batch: Mapping[str, Any]) -> Item:
    """Fields sent in either vocabulary, in documented words; the app's own fields are stored as well.

    The documented duration is that of the stage the batch (its attributes before the change) is in after the change.
    The duration of the first stage is kept as ``targetHoursStage1`` when the second one begins.
    """
    state = APP_STATUSES.get(str(sent.get("status")), {})
    second = {**batch, **sent, **state}.get("stage") == SECOND_STAGE
    names = {**_FIELDS, "targetHoursStage2" if second else "targetHoursStage1": "targetDuration"}
    translated = {documented: sent[name] for name, documented in names.items() if name in sent}
    first = batch.get("targetDuration") if second and batch.get("stage") != SECOND_STAGE else None
    kept = {} if first is None else {"targetHoursStage1": first}
    return {**kept, **translated, **sent, **state}


def form_to_documented(form: Mapping[str, Any]) -> Item:
    """A new batch from the fields of the app's form, which has neither a name nor a stage."""
    name = (" & ".join(form["fruits"]) + " Kefir")[:100]
    return {**to_documented(form, {}), "name": name, "stage": "stage1_open"}
