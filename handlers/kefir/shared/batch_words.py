"""How do the two vocabularies for a batch say the same? The documented one is stored, the app's is its own."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kefir.shared.items import Item, shown

# The app's status: what it means in documented words.
STAGED = {
    "stage1": {"stage": "stage1_open", "status": "active"},
    "stage2": {"stage": "stage2_bottled", "status": "active"},
    "bottled": {"status": "in_fridge"},
    "completed": {"status": "archived"},
}

# The app's names for what the documents name otherwise.
_TWINS = {"sugarGrams": "sugarAmount", "temperatureC": "temperature"}
_SECOND = "stage2_bottled"


def app_status(batch: Mapping[str, Any]) -> str:
    """What the app calls a batch's state."""
    status = batch.get("status")
    if status == "archived":
        return "completed"
    if status in {"in_fridge", "ready"}:
        return "bottled"
    return "stage2" if batch.get("stage") == _SECOND else "stage1"


def has_status(batch: Mapping[str, Any], word: str) -> bool:
    """Whether a batch is in the state a word of either vocabulary names."""
    return app_status(batch) == word if word in STAGED else batch.get("status") == word


def documented(sent: Mapping[str, Any], before: Mapping[str, Any]) -> Item:
    """What was sent in either vocabulary, in documented words; the app's own are kept beside them.

    The documented duration is that of the stage a batch is in, of which ``before`` tells unless it is sent; that of
    the first stage is remembered when the second begins.
    """
    moved = STAGED.get(str(sent.get("status")), {})
    second = {**before, **sent, **moved}.get("stage") == _SECOND
    twins = {**_TWINS, "targetHoursStage2" if second else "targetHoursStage1": "targetDuration"}
    meant = {native: sent[name] for name, native in twins.items() if name in sent}
    first = before.get("targetDuration") if second and before.get("stage") != _SECOND else None
    kept = {} if first is None else {"targetHoursStage1": first}
    return {**kept, **meant, **sent, **moved}


def name_of(fruits: list[str]) -> str:
    """What a batch is called that was made without a name."""
    return (" & ".join(fruits) + " Kefir")[:100]


def batch_view(item: Mapping[str, Any], domain: str, photos: list[str]) -> Item:
    """A batch under the documented names and the app's; ``status`` is the documented one."""
    second = item.get("stage") == _SECOND
    duration = item.get("targetDuration")
    view = {
        "id": item.get("batchId"),
        "waterVolumeMl": item.get("waterVolumeMl"),
        "sugarGrams": item.get("sugarAmount", item.get("sugarGrams")),
        "fruits": _fruits(item.get("fruits")),
        "temperatureC": item.get("temperature", item.get("temperatureC")),
        "startTime": item.get("startDate", item.get("startTime")),
        "targetHoursStage1": item.get("targetHoursStage1") if second else duration,
        "targetHoursStage2": duration if second else item.get("targetHoursStage2"),
        "photos": photos,
        "qrCodeUrl": f"https://{domain}/b/{item.get('batchId')}",
    }
    return {**shown(item), **{name: value for name, value in view.items() if value is not None}}


def app_view(view: Item) -> Item:
    """A `batch_view` with the app's word for its state."""
    return {**view, "status": app_status(view)}


def _fruits(kept: object) -> list[str]:
    """Older data has them in one text."""
    if isinstance(kept, str):
        return [fruit.strip() for fruit in kept.split(",") if fruit.strip()]
    return list(kept) if isinstance(kept, list) else []
