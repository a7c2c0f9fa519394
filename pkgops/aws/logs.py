"""Log events, read without losing or repeating one: the `Logs` port on CloudWatch Logs."""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable, Iterator, Sequence
from functools import cached_property
from itertools import chain
from os.path import commonprefix
from typing import Any

from pkgops.aws.connection.client import Clients, translated
from pkgops.errors import AccessError
from pkgops.ports.logs import LogEvent, Logs

_MAX_EVENTS = 10_000  # FilterLogEvents and GetLogEvents return at most this many events in one answer
_NOT_FOUND = "ResourceNotFoundException"
_LIVE_TAIL_UNAVAILABLE = {
    "AccessDeniedException",
    "InvalidAction",
    "LimitExceededException",  # 15 sessions an account
    "UnknownOperationException",
}
_SESSION_ENDED = "SessionTimeoutException"  # AWS ends every session after three hours

Counts = Counter[tuple[str, str]]
"""How often each (stream, message) of one millisecond has been returned."""


class CloudWatchLogs:
    """`pkgops.ports.logs.Logs` for one stage."""

    def __init__(self, clients: Clients) -> None:
        self._clients = clients

    @cached_property
    def _client(self) -> Any:
        client = self._clients.get("logs")
        client.meta.events.register("before-parse.cloudwatch-logs.FilterLogEvents", _parse_page)
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
                if code in _LIVE_TAIL_UNAVAILABLE:
                    raise NotImplementedError(f"Live Tail cannot be used here ({code}).") from error
                if code != _SESSION_ENDED:
                    raise

    def elsewhere(self) -> dict[str, Logs]:
        if self._clients.endpoint:
            return {}
        with translated("ec2:DescribeRegions"):
            rows = self._clients.get("ec2").describe_regions()["Regions"]  # those that are enabled
        names = sorted({row["RegionName"] for row in rows} - {self._clients.stage.region})
        return {name: CloudWatchLogs(self._clients.in_region(name)) for name in names}

    def _arns(self, groups: Sequence[str]) -> list[str]:
        """The ARNs of log groups, which Live Tail requires; from one listing by the groups' common prefix."""
        wanted = set(groups)
        found: list[str] = []
        prefix = commonprefix(list(groups))  # noqa: RUF071 - of strings, not of paths
        narrowed = {"logGroupNamePrefix": prefix} if prefix else {}
        for page in self._listing("describe_log_groups", **narrowed):
            found += [row["arn"].removesuffix(":*") for row in page["logGroups"] if row["logGroupName"] in wanted]
            if len(found) == len(wanted):
                break
        return found

    def _pages(self, group: str, start: int, end: int | None) -> Iterator[list[LogEvent]]:
        """FilterLogEvents, page by page. If a response is full but has no token (the emulator), the next call starts at
        the last event's millisecond and leaves out what that millisecond has already returned."""
        given: Counts = Counter()
        while end is None or start <= end:
            left_out = given.copy()
            pages, page = 0, list[LogEvent]()
            for page in self._answers(group, start, end):
                pages += 1
                yield [event for event in page if not _is_repeated(event, start, left_out)] if left_out else page
            if len(page) < _MAX_EVENTS or pages > 1:  # a service that returned a token has returned all pages
                return
            last = page[-1].time
            returned = Counts((event.stream, event.message) for event in page if event.time == last)
            if last > start:
                start, given = last, returned
            else:  # one millisecond fills a whole response: only its streams can be paged
                yield from self._millisecond(group, last, given | returned)
                start, given = last + 1, Counter()

    def _answers(self, group: str, start: int, end: int | None) -> Iterator[list[LogEvent]]:
        arguments: dict[str, Any] = {"logGroupName": group, "startTime": start, "limit": _MAX_EVENTS}
        if end is not None:
            arguments["endTime"] = end
        for page in self._listing("filter_log_events", **arguments):
            yield _events(group, page["events"])

    def _millisecond(self, group: str, time: int, given: Counts) -> Iterator[list[LogEvent]]:
        """Everything of one millisecond except ``given``, stream by stream."""
        for streams in self._listing("describe_log_streams", logGroupName=group):
            for stream in streams["logStreams"]:
                if stream.get("firstEventTimestamp", time) <= time <= stream.get("lastEventTimestamp", time):
                    name = stream["logStreamName"]
                    rows = list(chain.from_iterable(self._stream(group, name, time)))
                    events = _events(group, [{**row, "logStreamName": name} for row in rows])
                    yield [event for event in events if not _is_repeated(event, time, given)]

    def _stream(self, group: str, stream: str, time: int) -> Iterator[list[dict[str, Any]]]:
        """GetLogEvents for one millisecond; an unchanged token marks the end."""
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
        """Pages of an operation; none for a log group that does not exist."""
        from botocore.exceptions import ClientError

        call = getattr(self._client, operation)
        while True:
            with translated(f"logs {operation}"):
                try:
                    page = call(**arguments)
                except ClientError as error:
                    if error.response.get("Error", {}).get("Code") == _NOT_FOUND:
                        return
                    raise
            yield page
            if not page.get("nextToken"):
                return
            arguments["nextToken"] = page["nextToken"]


def _parse_page(response_dict: dict[str, Any], customized_response_dict: dict[str, Any], **_ignored: Any) -> None:
    """Decodes a page of events, because botocore's parsing takes twice as long as the call. Left to botocore: errors,
    metadata, and pages that only the standard library reads, such as those with half a surrogate pair."""
    import msgspec

    if response_dict["status_code"] == 200:
        try:
            page = msgspec.json.decode(response_dict["body"])
        except (msgspec.DecodeError, UnicodeError):
            return
        customized_response_dict.update(page)
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
            f"The Live Tail session was interrupted: {error}", "Check the network; following continues by polling."
        ) from error
    finally:
        stream.close()


def _events(group: str, rows: Sequence[dict[str, Any]]) -> list[LogEvent]:
    """Events with ids. The emulator gives a function's lines none: their position in stream and millisecond is used."""
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


def _is_repeated(event: LogEvent, start: int, given: Counts) -> bool:
    """True if the previous call returned the event; removes it from ``given``."""
    key = (event.stream, event.message)
    if event.time != start or not given[key]:
        return False
    given[key] -= 1
    return True
