"""How are log events read without losing or repeating one? The `Logs` port on CloudWatch Logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from os.path import commonprefix
from typing import Any

from pkgops.aws.client import Clients, translated
from pkgops.errors import AccessError
from pkgops.ports.logs import LogEvent

_CAP = 10_000  # FilterLogEvents and GetLogEvents return at most this many events in one answer
_GONE = "ResourceNotFoundException"
_WITHOUT_LIVE_TAIL = {
    "AccessDeniedException",
    "InvalidAction",
    "LimitExceededException",  # 15 sessions an account
    "UnknownOperationException",
}
_ENDED = "SessionTimeoutException"  # AWS ends every session after three hours

Edge = Counter[tuple[str, str]]
"""How often each (stream, message) has been handed out in one millisecond."""


class CloudWatchLogs:
    """`pkgops.ports.logs.Logs` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @cached_property
    def _client(self) -> Any:
        client = self._clients.get("logs")
        client.meta.events.register("before-parse.cloudwatch-logs.FilterLogEvents", _quick_parse)
        return client

    def fetch(self, group: str, start: int, end: int | None = None) -> Iterator[LogEvent]:
        return chain.from_iterable(self._pages(group, start, end))

    def live(self, groups: Sequence[str], sampled: Callable[[], None] | None = None) -> Iterator[LogEvent | None]:
        """Ends by itself when AWS ends the session, or if no group exists."""
        from botocore.exceptions import ClientError

        with translated("logs:StartLiveTail"):
            arns = self._arns(groups)
            if not arns:
                return
            try:
                stream = self._client.start_live_tail(logGroupIdentifiers=arns)["responseStream"]
                yield from _session(stream, sampled)
            except ClientError as error:
                code = error.response.get("Error", {}).get("Code", "")
                if code in _WITHOUT_LIVE_TAIL:
                    raise NotImplementedError(f"Live Tail cannot be used here ({code}).") from error
                if code != _ENDED:
                    raise

    def _arns(self, groups: Sequence[str]) -> list[str]:
        """Live Tail wants ARNs; one paged listing under the groups' common prefix finds them."""
        wanted = set(groups)
        found: list[str] = []
        prefix = commonprefix(list(groups))  # noqa: RUF071 - of names: they are no paths
        narrowed = {"logGroupNamePrefix": prefix} if prefix else {}
        for page in self._listing("describe_log_groups", **narrowed):
            found += [row["arn"].removesuffix(":*") for row in page["logGroups"] if row["logGroupName"] in wanted]
            if len(found) == len(wanted):
                break
        return found

    def _pages(self, group: str, start: int, end: int | None) -> Iterator[list[LogEvent]]:
        """FilterLogEvents, page by page. Where an answer is full but names no next page (the emulator), the
        next call starts at the last event's millisecond and leaves out what that millisecond already gave."""
        given: Edge = Counter()
        while end is None or start <= end:
            left_out = given.copy()
            pages, page = 0, list[LogEvent]()
            for page in self._answers(group, start, end):
                pages += 1
                yield [event for event in page if not _again(event, start, left_out)] if left_out else page
            if len(page) < _CAP or pages > 1:  # a service that named a next page has named them all
                return
            last = page[-1].time
            returned = Edge((event.stream, event.message) for event in page if event.time == last)
            if last > start:
                start, given = last, returned
            else:  # one millisecond fills a whole answer: only its streams can be paged
                yield from self._millisecond(group, last, given | returned)
                start, given = last + 1, Counter()

    def _answers(self, group: str, start: int, end: int | None) -> Iterator[list[LogEvent]]:
        arguments: dict[str, Any] = {"logGroupName": group, "startTime": start, "limit": _CAP}
        if end is not None:
            arguments["endTime"] = end
        for page in self._listing("filter_log_events", **arguments):
            yield _events(group, page["events"])

    def _millisecond(self, group: str, time: int, given: Edge) -> Iterator[list[LogEvent]]:
        """Everything of one millisecond except ``given``, stream by stream."""
        for streams in self._listing("describe_log_streams", logGroupName=group):
            for stream in streams["logStreams"]:
                if stream.get("firstEventTimestamp", time) <= time <= stream.get("lastEventTimestamp", time):
                    name = stream["logStreamName"]
                    rows = list(chain.from_iterable(self._stream(group, name, time)))
                    events = _events(group, [{**row, "logStreamName": name} for row in rows])
                    yield [event for event in events if not _again(event, time, given)]

    def _stream(self, group: str, stream: str, time: int) -> Iterator[list[dict[str, Any]]]:
        """GetLogEvents over one millisecond; its end is reached when the token comes back unchanged."""
        arguments = {"logGroupName": group, "logStreamName": stream, "startFromHead": True}
        arguments |= {"startTime": time, "endTime": time + 1}
        token = ""
        while True:
            with translated("logs:GetLogEvents"):
                page = self._client.get_log_events(**arguments)
            yield page["events"]
            if page["nextForwardToken"] == token:
                return
            token = arguments["nextToken"] = page["nextForwardToken"]

    def _listing(self, operation: str, **arguments: Any) -> Iterator[dict[str, Any]]:
        """Pages of an operation; none of a log group that does not exist, or no longer."""
        from botocore.exceptions import ClientError

        call = getattr(self._client, operation)
        while True:
            with translated(f"logs {operation}"):
                try:
                    page = call(**arguments)
                except ClientError as error:
                    if error.response.get("Error", {}).get("Code") == _GONE:
                        return
                    raise
            yield page
            if not page.get("nextToken"):
                return
            arguments["nextToken"] = page["nextToken"]


def _quick_parse(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_ignored: Any) -> None:
    """Decodes a page of events itself: botocore's walk along the model takes twice as long as the call.

    Only the answer's own keys are taken out; errors and everything else stay botocore's."""
    import msgspec

    if response_dict["status_code"] == 200:
        customized_response_dict.update(msgspec.json.decode(response_dict["body"]))
        response_dict["body"] = b"{}"


def _session(stream: Any, sampled: Callable[[], None] | None) -> Iterator[LogEvent | None]:
    from urllib3.exceptions import HTTPError  # the event stream lets them through untranslated

    try:
        for message in stream:
            update = message.get("sessionUpdate")
            if update is None:
                continue
            if sampled and update.get("sessionMetadata", {}).get("sampled"):
                sampled()
            if not update["sessionResults"]:
                yield None
            for row in update["sessionResults"]:
                # "<account>:<group>" on AWS, an ARN on the emulator; no group has a colon in its name
                group = row["logGroupIdentifier"].removesuffix(":*").rpartition(":")[2]
                yield LogEvent(group, row["logStreamName"], row["timestamp"], "", row["message"])
    except (HTTPError, OSError) as error:
        raise AccessError(
            f"The Live Tail session broke off: {error}", "Check the network; following goes on by polling."
        ) from error
    finally:
        stream.close()


def _events(group: str, rows: Sequence[dict[str, Any]]) -> list[LogEvent]:
    """The emulator gives a function's own lines no id: their place within stream and millisecond is one."""
    places: Counter[tuple[str, int]] = Counter()
    events = []
    for row in rows:
        stream, time = row["logStreamName"], row["timestamp"]
        identity = row.get("eventId")
        if identity is None:
            places[stream, time] += 1
            identity = f"{stream}:{time}:{places[stream, time]}"
        events.append(LogEvent(group, stream, time, identity, row["message"]))
    return events


def _again(event: LogEvent, start: int, given: Edge) -> bool:
    """Whether the event was handed out by the call before; takes it off ``given``."""
    key = (event.stream, event.message)
    if event.time != start or not given[key]:
        return False
    given[key] -= 1
    return True
