"""The seed data of Kefir.

The documented diary of test@example.com: one batch that ferments, one in the fridge, an event of each, a reminder for
tomorrow. Stage local has also the two users the app's local mode logs in as.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from typing import Any

from pkgops.seeds import SeedContext, SeedItem, Seeds, SeedUser

TABLE, POOL = "app.TableName", "app.UserPoolId"

_USER = "test123"
_STAGE1, _STAGE2 = "stage1_open", "stage2_bottled"


def seed(context: SeedContext) -> Seeds:
    """Users, then their batches, each together with its event: an event's key has the time it was written, so that a
    second run would add it again if it were an item of its own."""
    items = [*_documented(context), *(_local(context) if context.stage.local else ())]
    return Seeds(items=tuple(items), users=(SeedUser(POOL, "test@example.com"),))


def timestamp(iso: str) -> str:
    """A time of `SeedContext` in the functions' format: milliseconds and ``Z``."""
    milliseconds = iso[20:23] if iso[19] == "." else "000"
    return f"{iso[:19]}.{milliseconds}Z"


def _documented(context: SeedContext) -> Iterator[SeedItem]:
    now = timestamp(context.now)
    yield _user(_USER, "test@example.com", "Test User", now)
    yield _batch(_USER, "batch001", _lemon(context), now, "Started fermentation, bubbles forming nicely")
    yield _batch(_USER, "batch002", _berry(context), now, "Bottled, and into the fridge")
    due = timestamp(context.days_ago(-1))
    yield _reminder(_USER, "batch001", due, now, "Time to bottle your Summer Lemon Kefir!")


def _lemon(context: SeedContext) -> dict[str, Any]:
    return {
        "name": "Summer Lemon Kefir",
        "stage": _STAGE1,
        "status": "active",
        "startDate": timestamp(context.days_ago(1)),
        "targetDuration": 48,
        "temperature": 24,
        "sugarAmount": 75,
        "waterVolumeMl": 1000,
        "sugarGrams": 75,
        "fruits": ["lemon", "ginger"],
        "temperatureC": 24,
        "targetHoursStage1": 48,
        "isPublic": True,
    }


def _berry(context: SeedContext) -> dict[str, Any]:
    return {
        "name": "Berry Blast",
        "stage": _STAGE2,
        "status": "in_fridge",
        "startDate": timestamp(context.days_ago(7)),
        "targetDuration": 120,
        "temperature": 22,
        "sugarAmount": 100,
        "waterVolumeMl": 1500,
        "sugarGrams": 100,
        "fruits": ["strawberry", "blueberry"],
        "temperatureC": 22,
        "targetHoursStage1": 48,
        "bottleCount": 3,
        "temperatureCStage2": 20,
        "startTimeStage2": timestamp(context.days_ago(5)),
        "targetHoursStage2": 120,
        "isPublic": False,
    }


def _local(context: SeedContext) -> Iterator[SeedItem]:
    now = timestamp(context.now)
    yield _user("test-user-1", "alice@example.com", "Alice Smith", now)
    yield _user("test-user-2", "bob@example.com", "Bob Jones", now)
    batches = (
        ("test-user-1", "batch-1", "Strawberry Kefir", _STAGE1, "active"),
        ("test-user-1", "batch-2", "Plain Kefir", _STAGE2, "in_fridge"),
        ("test-user-2", "batch-3", "Blueberry Kefir", _STAGE1, "active"),
    )
    for user, batch, name, stage, status in batches:
        about = {"name": name, "stage": stage, "status": status, "startDate": now, "isPublic": False}
        yield _batch(user, batch, about, now, "Batch started")
    device = {
        "PK": "USER#test-user-1",
        "SK": "DEVICE#device-1",
        "deviceId": "device-1",
        "userId": "test-user-1",
        "platform": "ios",
        "token": "ExponentPushToken[local-device-1]",
        "lastActiveAt": now,
        "createdAt": now,
        "updatedAt": now,
    }
    yield SeedItem(TABLE, device, "device device-1", "device")


def _user(user: str, email: str, name: str, now: str) -> SeedItem:
    key = {"PK": f"USER#{user}", "SK": f"USER#{user}"}
    item = {**key, "userId": user, "email": email, "name": name, "createdAt": now, "updatedAt": now}
    return SeedItem(TABLE, item, f"user {email}", "user")


def _batch(user: str, batch: str, about: Mapping[str, Any], now: str, note: str) -> SeedItem:
    item = {
        "PK": f"USER#{user}",
        "SK": f"BATCH#{batch}",
        "GSI1PK": f"BATCH#{batch}",
        "GSI1SK": f"USER#{user}",
        "batchId": batch,
        "userId": user,
        **about,
        "photoKeys": [],
        "createdAt": about["startDate"],
        "updatedAt": now,
    }
    event_id = batch.replace("batch", "event")
    event = {
        "PK": f"BATCH#{batch}",
        "SK": f"EVENT#{now}#{event_id}",
        "eventId": event_id,
        "batchId": batch,
        "userId": user,
        "type": "note",
        "description": note,
        "timestamp": now,
        "createdAt": now,
        "updatedAt": now,
    }
    return SeedItem(TABLE, item, f"batch {about['name']}", "batch", related=(event,))


def _reminder(user: str, batch: str, due: str, now: str, message: str) -> SeedItem:
    item = {
        "PK": f"USER#{user}",
        "SK": "REMINDER#reminder001",
        "GSI1PK": "REMINDER#DUE",
        "GSI1SK": due,
        "reminderId": "reminder001",
        "userId": user,
        "batchId": batch,
        "scheduledTime": due,
        "message": message,
        "type": "stage1_complete",
        "status": "pending",
        "createdAt": now,
        "updatedAt": now,
    }
    return SeedItem(TABLE, item, f"reminder of {batch}", "reminder")
