"""Which reminders are due, and how do they get to their devices?

A reminder is sent first and marked as sent then: losing one is worse than repeating one. Reminders are taken as the
index gives them, oldest first, a good thousand at a time, and their messages sent in requests of at most a hundred,
several at once; each request's reminders are marked as soon as it is answered.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Mapping, Sequence
from concurrent.futures import Future, ThreadPoolExecutor
from dataclasses import dataclass
from datetime import datetime
from itertools import islice
from typing import Any

from handlers.common.circuit_breaker import CircuitBreaker
from handlers.common.dynamodb import Table
from handlers.common.logs import logger
from handlers.kefir.shared import devices, push_receipts
from handlers.kefir.shared.expo import GONE, MOST_MESSAGES, Expo, ExpoRefused, ExpoUnavailable, fault_of
from handlers.kefir.shared.items import DUE, INDEX, Item
from handlers.kefir.shared.moments import stamp
from handlers.kefir.shared.push_lookup import Known, batch_key, look_up
from handlers.kefir.shared.push_state import Outcome, cancelled, failed, sent, settle
from handlers.kefir.shared.reminders import is_pending

_TOGETHER = 1500  # reminders: about a page of the index
_READERS, _SENDERS = 16, 6
_RESERVE = 20.0  # seconds that sending a request, three attempts of it, and marking may take
_TITLE = "Kefir reminder"


@dataclass(frozen=True, slots=True)
class Push:
    """What a run works with; ``left`` tells the seconds until it will be stopped."""

    table: Table
    expo: Expo
    now: datetime
    left: Callable[[], float]


@dataclass(frozen=True, slots=True)
class Parcel:
    """A reminder and the devices it goes to, with the message for each."""

    reminder: Item
    devices: list[dict[str, str]]
    messages: list[dict[str, Any]]


def run(push: Push) -> int:
    """Sends what is due, then looks after receipts; how many due reminders were found. What there is no time for, or
    what Expo cannot take now, is left for the next run. Raises `ServiceError` if the index cannot be read."""
    values = {"due": DUE, "now": stamp(push.now)}
    found = push.table.pages(INDEX, "GSI1PK = :due AND GSI1SK <= :now", values)
    circuit = CircuitBreaker(failures=3, timeout=3600, successes=1, probes=1)
    count, sending = 0, list[Future[None]]()
    with ThreadPoolExecutor(_READERS) as readers, ThreadPoolExecutor(_SENDERS) as senders:
        while push.left() > _RESERVE and (some := list(islice(found, _TOGETHER))):
            count += len(some)
            parcels = _packed(push, [each for each in some if is_pending(each)], readers)
            _finish(sending)  # while these were read
            sending = [senders.submit(_carefully, push, group, circuit) for group in _requests(parcels)]
        _finish(sending)
    if push.left() > _RESERVE:
        push_receipts.collect(push.table, push.expo, push.now)
    return count


def _finish(sending: Sequence[Future[None]]) -> None:
    for each in sending:
        each.result()


def _packed(push: Push, reminders: Sequence[Item], readers: ThreadPoolExecutor) -> list[Parcel]:
    """Those that can be sent; the others are settled at once."""
    known = look_up(push.table, reminders, readers)
    parcels: list[Parcel] = []
    settled: list[Outcome] = []
    for reminder in reminders:
        if batch_key(reminder) not in known.batches or reminder["PK"] not in known.devices:
            continue  # could not be read, which was logged
        if known.batches[batch_key(reminder)].get("status") == "archived":
            settled.append(cancelled(reminder, push.now))
        elif not known.devices[reminder["PK"]]:
            settled.append(sent(reminder, push.now, "no_devices"))
        else:
            parcels.append(_parcel(reminder, known))
    settle(push.table, settled)
    return parcels


def _parcel(reminder: Item, known: Known) -> Parcel:
    to = known.devices[reminder["PK"]][:MOST_MESSAGES]
    title = known.batches[batch_key(reminder)].get("name") or _TITLE
    body = str(reminder.get("message", ""))
    data = {
        "batchId": reminder.get("batchId"),
        "reminderId": reminder.get("reminderId"),
        "type": reminder.get("type") or "reminder",
        "title": title,
        "body": body,
    }
    message = {"title": title, "body": body, "sound": "default", "priority": "high", "channelId": "default"}
    return Parcel(reminder, to, [{"to": device["token"], **message, "data": data} for device in to])


def _requests(parcels: Sequence[Parcel]) -> Iterator[list[Parcel]]:
    """Parcels in groups of at most a hundred messages: a reminder's are in one request, so that its outcome is known
    at once."""
    group: list[Parcel] = []
    size = 0
    for parcel in parcels:
        if group and size + len(parcel.messages) > MOST_MESSAGES:
            yield group
            group, size = [], 0
        group.append(parcel)
        size += len(parcel.messages)
    if group:
        yield group


def _carefully(push: Push, parcels: list[Parcel], circuit: CircuitBreaker) -> None:
    """Sends a request unless time is up or Expo is down. Whatever happens, the others go on."""
    if push.left() <= _RESERVE or not circuit.allows():
        return
    try:
        _send(push, parcels)
    except ExpoUnavailable as error:
        circuit.failed()
        logger.warning("Reminders stay pending", extra={"reason": str(error), "reminders": len(parcels)})
        settle(push.table, [failed(parcel.reminder, push.now, str(error)) for parcel in parcels])
    except Exception:
        logger.exception("Reminders were not settled", extra={"reminders": len(parcels)})
    else:
        circuit.succeeded()


def _send(push: Push, parcels: list[Parcel]) -> None:
    """Sends a request and settles its reminders. One that Expo refuses is halved until what it refuses is found:
    one user's wrong token must not keep the reminders of others."""
    try:
        tickets = push.expo.send([message for parcel in parcels for message in parcel.messages])
    except ExpoRefused as error:
        if len(parcels) > 1:
            _send(push, parcels[: len(parcels) // 2])
            _send(push, parcels[len(parcels) // 2 :])
            return
        tickets = _one_by_one(push, parcels[0].messages, error)
    _settle(push, parcels, iter(tickets))


def _one_by_one(push: Push, messages: Sequence[dict[str, Any]], refused: ExpoRefused) -> list[dict[str, Any]]:
    """A ticket for each message; a refusal makes one that says so."""
    if len(messages) == 1:
        return [{"status": "error", "message": str(refused)}]
    tickets: list[dict[str, Any]] = []
    for message in messages:
        try:
            tickets += push.expo.send([message])
        except ExpoRefused as error:
            tickets.append({"status": "error", "message": str(error)})
    return tickets


def _settle(push: Push, parcels: list[Parcel], tickets: Iterator[Mapping[str, Any]]) -> None:
    outcomes: list[Outcome] = []
    waiting: dict[str, Mapping[str, str]] = {}
    gone: list[dict[str, str]] = []
    for parcel in parcels:
        faults = []
        for device, ticket in zip(parcel.devices, tickets, strict=False):
            faults.append(fault_of(ticket))
            if faults[-1] == GONE:
                gone.append(device)
            elif not faults[-1] and ticket.get("id"):
                waiting[str(ticket["id"])] = device
        outcomes.append(_outcome(parcel.reminder, faults, push.now))
    settle(push.table, outcomes)
    push_receipts.wait_for(push.table, waiting, push.now)
    for device in {device["token"]: device for device in gone}.values():
        devices.disable(push.table, device, GONE, stamp(push.now))


def _outcome(reminder: Item, faults: Sequence[str], now: datetime) -> Outcome:
    if "" in faults:
        return sent(reminder, now)
    others = [fault for fault in faults if fault != GONE]
    if not others:
        return sent(reminder, now, "no_devices")
    logger.error("A reminder was not taken", extra={"reason": others[0]})
    return failed(reminder, now, others[0])
