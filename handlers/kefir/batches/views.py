"""A batch as clients see it, under the documented names and the app's."""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from handlers.kefir.batches.translation import SECOND_STAGE, app_status
from handlers.kefir.data.items import Item, public_attributes
from handlers.kefir.runtime.bucket import diary_bucket
from handlers.kefir.runtime.settings import settings


def batch_view(batch: Mapping[str, Any]) -> Item:
    """All attributes under both names, with links to the photos; ``status`` is the documented word."""
    second = batch.get("stage") == SECOND_STAGE
    duration = batch.get("targetDuration")
    view = {
        "id": batch.get("batchId"),
        "waterVolumeMl": batch.get("waterVolumeMl"),
        "sugarGrams": batch.get("sugarAmount", batch.get("sugarGrams")),
        "fruits": _fruits(batch.get("fruits")),
        "temperatureC": batch.get("temperature", batch.get("temperatureC")),
        "startTime": batch.get("startDate", batch.get("startTime")),
        "targetHoursStage1": batch.get("targetHoursStage1") if second else duration,
        "targetHoursStage2": duration if second else batch.get("targetHoursStage2"),
        "photos": photo_links(batch),
        "qrCodeUrl": f"https://{settings().web_domain}/b/{batch.get('batchId')}",
    }
    return {**public_attributes(batch), **{name: value for name, value in view.items() if value is not None}}


def app_view(view: Item) -> Item:
    """A `batch_view` with the app's word for its state."""
    return {**view, "status": app_status(view)}


def photo_links(batch: Mapping[str, Any]) -> list[str]:
    """A link to each of a batch's photos, in the order they were added."""
    bucket = diary_bucket()
    return [bucket.download_url(key) for key in batch.get("photoKeys") or []]


def _fruits(stored: object) -> list[str]:
    """Older items have them in one text."""
    if isinstance(stored, str):
        return [fruit.strip() for fruit in stored.split(",") if fruit.strip()]
    return list(stored) if isinstance(stored, list) else []
