"""One run of the reminder processor: sends the due reminders to their devices.

A reminder is sent first and marked as sent afterwards: losing one is worse than repeating one. Reminders are read in
the order of the index, oldest first, some thousand at a time. Their messages are sent in requests of at most a hundred,
several requests at once, and the reminders of a request are marked when its response is there.
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
from handlers.kefir.data.items import DUE, INDEX, Item
from handlers.kefir.data.timestamps import iso
from handlers.kefir.devices.records import disable
from handlers.kefir.push.expo import (
    DEVICE_NOT_REGISTERED,
    MAX_MESSAGES,
    Expo,
    ExpoRefused,
    ExpoUnavailable,
    ExpoUnclear,
    error_of,
)
from handlers.kefir.push.lookup import Lookup, batch_key, look_up
from handlers.kefir.push.outcomes import Outcome, cancelled, failed, postponed, sent, unclear, write_outcomes
from handlers.kefir.push.receipts import collect_receipts, save_tickets
from handlers.kefir.reminders.state import is_pending

_BATCH_SIZE = 1500  # reminders: about a page of the index
_READERS, _SENDERS = 16, 6
_RESERVE = 28.0  # seconds that a request to a slow Expo and marking its reminders may take
_TITLE = "Kefir reminder"


@dataclass(frozen=True, slots=True)
class Push:
    """What a run works with; ``seconds_left`` returns the time until it is stopped."""

    table: Table
    expo: Expo
    now: datetime
    seconds_left: Callable[[], float]

    def in_time(self) -> bool:
        """Whether another request to Expo may begin."""
        return self.seconds_left() > _RESERVE


@dataclass(frozen=True, slots=True)
class Delivery:
    """A reminder, its devices, and the message for each of them."""

    reminder: Item
    devices: list[dict[str, str]]
    messages: list[dict[str, Any]]


def run(push: Push) -> int:
    """Sends what is due, then collects receipts; returns how many due reminders were found. Reminders for which there
    is no time, or which Expo cannot accept now, are left to the next run. Raises `ServiceError` if the index cannot
    be read."""
    values = {"due": DUE, "now": iso(push.now)}
    found = push.table.pages(INDEX, "GSI1PK = :due AND GSI1SK <= :now", values)
    breaker = CircuitBreaker(failures=3, timeout=3600, successes=1, probes=1)
    count, sending = 0, list[Future[None]]()
    with ThreadPoolExecutor(_READERS) as readers, ThreadPoolExecutor(_SENDERS) as senders:
        while push.in_time() and (reminders := list(islice(found, _BATCH_SIZE))):
            count += len(reminders)
            deliveries = _prepare(push, [each for each in reminders if is_pending(each)], readers)
            _wait(sending)  # they were sent while these were read
            sending = [senders.submit(_try_send, push, group, breaker) for group in _requests(deliveries)]
        _wait(sending)
    if push.in_time():
        collect_receipts(push.table, push.expo, push.now, push.in_time)
    return count


def _wait(sending: Sequence[Future[None]]) -> None:
    for each in sending:
        each.result()


def _prepare(push: Push, reminders: Sequence[Item], readers: ThreadPoolExecutor) -> list[Delivery]:
    """The deliveries of reminders that can be sent; the outcomes of the others are written at once."""
    lookup = look_up(push.table, reminders, readers)
    deliveries: list[Delivery] = []
    outcomes: list[Outcome] = []
    for reminder in reminders:
        if batch_key(reminder) not in lookup.batches or reminder["PK"] not in lookup.devices:
            continue  # could not be read, which is logged
        if lookup.batches[batch_key(reminder)].get("status") == "archived":
            outcomes.append(cancelled(reminder, push.now))
        elif not lookup.devices[reminder["PK"]]:
            outcomes.append(sent(reminder, push.now, "no_devices"))
        else:
            deliveries.append(_delivery(reminder, lookup))
    write_outcomes(push.table, outcomes)
    return deliveries


def _delivery(reminder: Item, lookup: Lookup) -> Delivery:
    devices = lookup.devices[reminder["PK"]][:MAX_MESSAGES]
    title = lookup.batches[batch_key(reminder)].get("name") or _TITLE
    body = str(reminder.get("message", ""))
    data = {
        "batchId": reminder.get("batchId"),
        "reminderId": reminder.get("reminderId"),
        "type": reminder.get("type") or "reminder",
        "title": title,
        "body": body,
    }
    message = {"title": title, "body": body, "sound": "default", "priority": "high", "channelId": "default"}
    return Delivery(reminder, devices, [{"to": device["token"], **message, "data": data} for device in devices])


def _requests(deliveries: Sequence[Delivery]) -> Iterator[list[Delivery]]:
    """Deliveries in groups of at most a hundred messages. All messages of a reminder are in one request, so that its
    outcome is known at once."""
    group: list[Delivery] = []
    size = 0
    for delivery in deliveries:
        if group and size + len(delivery.messages) > MAX_MESSAGES:
            yield group
            group, size = [], 0
        group.append(delivery)
        size += len(delivery.messages)
    if group:
        yield group


def _try_send(push: Push, deliveries: list[Delivery], breaker: CircuitBreaker) -> None:
    """Sends a request unless Expo is down. A failure does not stop the other requests."""
    if not breaker.allows():
        return
    try:
        _send(push, deliveries)
    except (ExpoUnavailable, ExpoUnclear) as error:
        breaker.failed()
        outcome = unclear if isinstance(error, ExpoUnclear) else postponed
        logger.warning("Reminders stay pending", extra={"reason": str(error), "reminders": len(deliveries)})
        write_outcomes(push.table, [outcome(delivery.reminder, push.now, str(error)) for delivery in deliveries])
    except Exception:
        logger.exception("Reminders were not processed", extra={"reminders": len(deliveries)})
    else:
        breaker.succeeded()


def _send(push: Push, deliveries: list[Delivery]) -> None:
    """Sends a request and finishes its reminders, unless time is up: then they stay as they are. A request that Expo
    refuses is halved until the refused part is found: one user's invalid token must not block the reminders of
    others."""
    if not push.in_time():
        return
    try:
        tickets = push.expo.send([message for delivery in deliveries for message in delivery.messages])
    except ExpoRefused as error:
        if len(deliveries) > 1:
            middle = len(deliveries) // 2
            _send(push, deliveries[:middle])
            _send(push, deliveries[middle:])
            return
        tickets = _send_one_by_one(push, deliveries[0].messages, error)
    if tickets:
        _finish(push, deliveries, iter(tickets))


def _send_one_by_one(push: Push, messages: Sequence[dict[str, Any]], refused: ExpoRefused) -> list[dict[str, Any]]:
    """A ticket for each message of a reminder, that of a refused one with the refusal; none if time is up before one
    was accepted. Once one is accepted nothing is sent again."""
    if len(messages) == 1:
        return [_error(refused)]
    tickets: list[dict[str, Any]] = []
    for message in messages:
        accepted = any(not error_of(ticket) for ticket in tickets)
        if not push.in_time():
            return tickets if accepted else []
        try:
            tickets += push.expo.send([message])
        except ExpoRefused as error:
            tickets.append(_error(error))
        except (ExpoUnavailable, ExpoUnclear) as error:
            if not accepted:
                raise
            return [*tickets, _error(error)]
    return tickets


def _error(error: Exception) -> dict[str, Any]:
    return {"status": "error", "message": str(error)}


def _finish(push: Push, deliveries: list[Delivery], tickets: Iterator[Mapping[str, Any]]) -> None:
    """Writes the outcomes of a request, saves its tickets, disables devices that are not registered any more."""
    outcomes: list[Outcome] = []
    accepted: dict[str, Mapping[str, str]] = {}
    unregistered: dict[str, dict[str, str]] = {}
    for delivery in deliveries:
        errors = []
        for device, ticket in zip(delivery.devices, tickets, strict=False):
            errors.append(error_of(ticket))
            if errors[-1] == DEVICE_NOT_REGISTERED:
                unregistered[device["token"]] = device
            elif not errors[-1] and ticket.get("id"):
                accepted[str(ticket["id"])] = device
        outcomes.append(_outcome(delivery.reminder, errors, push.now))
    write_outcomes(push.table, outcomes)
    save_tickets(push.table, accepted, push.now)
    for device in unregistered.values():
        disable(push.table, device, DEVICE_NOT_REGISTERED, iso(push.now))


def _outcome(reminder: Item, errors: Sequence[str], now: datetime) -> Outcome:
    if "" in errors:
        return sent(reminder, now)
    others = [error for error in errors if error != DEVICE_NOT_REGISTERED]
    if not others:
        return sent(reminder, now, "no_devices")
    logger.error("A reminder was not accepted", extra={"reason": others[0]})
    return failed(reminder, now, others[0])
