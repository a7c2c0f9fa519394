"""How long does the API take to answer, compared with an empty function on the same route?

Both are asked over one kept connection to the same emulator; the floor is an API made with bare boto3 whose handler
returns an empty object at once. A second comparison tells what is ours to change from what the emulator and the SDK
take: a handler that makes the four calls an authenticated answer needs, with bare boto3, and nothing else.
"""

from __future__ import annotations

import json
import time
from collections.abc import Callable, Iterator, Mapping
from http.client import HTTPConnection
from typing import Any
from urllib.parse import urlsplit

from tests.bench.bare_apis import BARE, EMPTY, BareApis
from tests.bench.measure import BenchmarkError, Contest, Sample
from tests.bench.workplace import Workplace
from tests.emulator import client

PATH = "/packages/npm/lodash"
DEMO_RUNS = 15  # a caller without a key has 20 an hour
PACE = 0.025  # seconds from one request to the next: the stage lets 50 a second through
MEMBER = "bench@example.net"
KNOWN = "GET /packages with an API key, warm"
DEMO = "GET /packages in demo mode, warm"
SCAN, ME = "POST /scan of 100, warm", "GET /auth/me, warm"
EMPTY_FLOOR, BARE_FLOOR = f"{KNOWN}, beside an empty handler", f"{KNOWN}, beside its calls in boto3"
NAMES = (EMPTY_FLOOR, BARE_FLOOR, DEMO, SCAN, ME)
SCANNED = [f"bench-{number}" for number in range(100)]


def contests(place: Workplace) -> Iterator[Contest]:
    """Needs a deployment; seeds it."""
    place.pkgops("deploy", "--yes", "--output", "json")()
    deployed = place.pkgops("deploy", "--yes", "--output", "json")
    deployed()
    ours = json.loads(deployed.said)["pkgwatch"]["outputs"]["api.ApiUrl"].rstrip("/")
    seeded = place.pkgops("seed-dev", "--output", "json")
    seeded()
    shown = json.loads(seeded.said)["pkgwatch"]["revealed"]
    key = {"x-api-key": next(row["value"] for row in shown if row["label"] == "user business@example.com")}
    floors = BareApis(place)
    empty_url = floors.api("floor-empty", EMPTY) + PATH
    empty = asking(place, empty_url, "{}", key)
    bare = asking(place, floors.api("floor-bare", BARE) + PATH, "{}", key)
    known, demo = asking(place, ours + PATH, "lodash", key), asking(place, ours + PATH, "lodash")
    # The bound is on the second of the two: docs/adr/0008 says why.
    yield Contest(EMPTY_FLOOR, empty, known, None, 150, before_ours=pace, warm_up=20)
    yield Contest(BARE_FLOOR, bare, known, 1.3, 150, before_ours=pace, warm_up=20)
    yield Contest(DEMO, empty, demo, None, DEMO_RUNS, warm_up=2)
    names = {"dependencies": _packages(place)}
    scan, scan_floor = (
        asking(place, url, text, key, names) for url, text in ((f"{ours}/scan", "bench-99"), (empty_url, "{}"))
    )
    yield Contest(SCAN, scan_floor, scan, None, 40, before_ours=pace, warm_up=5)
    cookie = {"Cookie": _logged_in(place, ours)}
    me, me_floor = asking(place, f"{ours}/auth/me", MEMBER, cookie), asking(place, empty_url, "{}", cookie)
    yield Contest(ME, me_floor, me, None, 100, before_ours=pace, warm_up=10)


def pace() -> None:
    """Stays below the rate the API allows."""
    time.sleep(PACE)


def asking(
    place: Workplace, url: str, expected: str, headers: Mapping[str, str] = {}, body: Any = None
) -> Callable[[], Sample]:
    """One request (POST if there is a ``body``), whose answer must be 200 and hold ``expected``."""
    connection = HTTPConnection("127.0.0.1", place.port)
    sent = {"Accept": "application/json", "Content-Type": "application/json", **headers}
    path, data = urlsplit(url).path, None if body is None else json.dumps(body)

    def ask() -> Sample:
        began = time.perf_counter()
        connection.request("GET" if data is None else "POST", path, data, sent)
        answer = connection.getresponse()
        body = answer.read()
        seconds = time.perf_counter() - began
        if answer.status != 200 or expected.encode() not in body:
            raise BenchmarkError(f"{path} answered {answer.status}: {body.decode()[:500]}")
        return Sample(seconds)

    return ask


def _packages(place: Workplace) -> dict[str, str]:
    """A hundred packages like lodash, so that a scan finds all it is asked for; the dependencies to scan."""
    dynamodb = client(place.emulator, "dynamodb")
    table = "pkgwatch-packages-local"
    item = dynamodb.get_item(TableName=table, Key={"pk": {"S": "npm#lodash"}, "sk": {"S": "LATEST"}})["Item"]
    for name in SCANNED:
        dynamodb.put_item(TableName=table, Item={**item, "pk": {"S": f"npm#{name}"}, "name": {"S": name}})
    return dict.fromkeys(SCANNED, "*")


def _logged_in(place: Workplace, api: str) -> str:
    """The session cookie of an account made for this, as its owner would: by the link in the mail."""
    connection = HTTPConnection("127.0.0.1", place.port)
    body = json.dumps({"email": MEMBER})
    connection.request("POST", f"{urlsplit(api).path}/signup", body, {"Content-Type": "application/json"})
    connection.getresponse().read()
    [link] = next(mail.links for mail in place.emulator.messages() if mail.went_to(MEMBER))
    parts = urlsplit(link)
    connection.request("GET", f"{parts.path}?{parts.query}")
    answer = connection.getresponse()
    answer.read()
    return (answer.getheader("Set-Cookie") or "").partition(";")[0]
