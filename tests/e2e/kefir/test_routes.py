"""Is every route there, and does nobody see what is another's?

Each route is asked by a stranger who knows all of the owner's ids, and then by the owner. Whatever the owner wrote
holds a word that no answer to the stranger may hold.
"""

from __future__ import annotations

import json
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from pkgops.build.synth import synth
from pkgops.model import LOCAL, LOCAL_ACCOUNT, Stage
from tests.e2e.kefir.app import Kefir, User
from tests.repository import load_system

pytestmark = pytest.mark.e2e

WORD = "tibicos"
FORM = "multipart/form-data; boundary=x"
PHOTO = (
    b'--x\r\nContent-Disposition: form-data; name="photo"; filename="a.png"\r\n'
    b"Content-Type: image/png\r\n\r\nPNG\r\n--x--"
)


def soon(hours: float = 1) -> str:
    return (datetime.now(UTC) + timedelta(hours=hours)).isoformat(timespec="milliseconds").replace("+00:00", "Z")


@dataclass(frozen=True)
class Case:
    """A route, a body for it, and the statuses a stranger and the owner get."""

    route: str
    stranger: int
    owner: int
    body: Any = None
    query: str = ""
    form: bool = False


CASES = [
    Case("GET /batches", 200, 200),
    Case("GET /batches", 400, 400, query="?status=fizzy"),
    Case("GET /batches", 200, 200, query="?status=stage1&limit=5"),
    Case("GET /batches/{id}", 403, 200),
    Case("PUT /batches/{id}", 403, 200, {"notes": WORD}),
    Case("PATCH /batches/{id}", 403, 200, {"publicNote": "for all"}),
    Case("POST /batches/{id}/photo/upload-url", 403, 200),
    Case("POST /batches/{id}/photos/upload-url", 403, 200, {"fileName": "a.png", "fileType": "image/png"}),
    Case("POST /batches/{id}/photo", 403, 200, {"photoKey": "{photo}"}),
    Case("POST /batches/{id}/photos", 403, 201, PHOTO, form=True),
    Case("GET /batches/{id}/photos", 403, 200),
    Case("DELETE /photos", 403, 200, {"photoUrl": "{photoUrl}"}),
    Case("POST /batches/{id}/events", 403, 201, {"type": "note", "description": WORD}),
    Case("GET /batches/{id}/events", 403, 200),
    Case("GET /batches/{id}/events", 400, 400, query="?limit=none"),
    Case("GET /batches/{id}/reminders/suggestions", 403, 200),
    Case(
        "POST /batches/{id}/reminders/confirm", 403, 201, {"reminders": [{"scheduledTime": "{soon}", "message": WORD}]}
    ),
    Case("GET /batches/{id}/reminders", 403, 200),
    Case("GET /me/reminders", 200, 200, query="?includeAll=true"),
    Case("GET /reminders", 200, 200),
    Case(
        "POST /me/devices", 201, 201, {"deviceId": "{device}", "platform": "ios", "token": "ExponentPushToken[{who}]"}
    ),
    Case("GET /me/devices", 200, 200),
    Case("POST /notifications/register", 201, 201, {"deviceId": "web", "platform": "web", "token": "{who}"}),
    Case("GET /export.csv", 200, 200),
    Case("POST /export/batches/csv", 200, 200),
    Case("GET /public/b/{batchId}", 200, 200),
    # What takes things away comes last.
    Case("DELETE /me/devices/{device}", 200, 200),
    Case("POST /reminders/{reminder}/complete", 404, 200),
    Case("DELETE /me/reminders/{reminder}", 404, 200),
    Case("DELETE /batches/{id}/events/{timestamp}", 403, 200),
    Case("DELETE /batches/{id}", 403, 200),
]
# Asked while the scene is set, and where one logs in.
ELSEWHERE = {"POST /batches", "POST /auth/login", "POST /auth/verify"}


@pytest.fixture(scope="module")
def owner(kefir: Kefir) -> User:
    return kefir.user().logs_in()


@pytest.fixture(scope="module")
def stranger(kefir: Kefir) -> User:
    return kefir.user().logs_in()


@pytest.fixture(scope="module")
def ids(owner: User) -> dict[str, str]:
    """Of everything the owner has: a public batch with a photo, an event, a reminder and a device."""
    batch = owner.batch(name=WORD, notes=WORD, isPublic=True, targetDuration=48)
    where = f"/batches/{batch['batchId']}"
    event = owner.ask("POST", f"{where}/events", {"type": "observation", "description": WORD}).json()["event"]
    wanted = {"reminders": [{"scheduledTime": soon(), "message": WORD}]}
    reminder = owner.ask("POST", f"{where}/reminders/confirm", wanted).json()["reminders"][0]
    sent = {"deviceId": "phone", "platform": "android", "token": f"ExponentPushToken[{WORD}]", "deviceName": WORD}
    assert owner.ask("POST", "/me/devices", sent).status == 201
    photo = owner.ask("POST", f"{where}/photos", PHOTO, **{"Content-Type": FORM})
    assert photo.status == 201, photo.body
    return {
        "id": batch["batchId"],
        "batchId": batch["batchId"],
        "timestamp": event["timestamp"],
        "reminder": reminder["reminderId"],
        "device": "phone",
        "photo": photo.json()["photoKey"],
        "photoUrl": photo.json()["photoUrl"],
        "soon": soon(2),
    }


def asked(user: User, case: Case, known: dict[str, str]) -> Any:
    method, path = case.route.split(" ")
    sent = case.body
    names = known | {"who": user.id}
    if sent is not None and not case.form:
        text = json.dumps(sent)
        for name, value in names.items():
            text = text.replace(f"{{{name}}}", value)
        sent = text.encode()
    headers = {"Content-Type": FORM} if case.form else {}
    return user.ask(method, path.format(**names) + case.query, sent, **headers)


@pytest.mark.parametrize("case", CASES, ids=lambda case: case.route + case.query)
def test_a_route_is_its_callers_alone(case: Case, owner: User, stranger: User, ids: dict[str, str]) -> None:
    refused = asked(stranger, case, ids)
    assert refused.status == case.stranger, refused.body
    if not case.route.startswith("GET /public"):
        assert WORD.encode() not in refused.body
    answer = asked(owner, case, ids)
    assert answer.status == case.owner, answer.body
    assert refused.headers["cache-control"] == answer.headers["cache-control"] == "private, no-store"
    nobody = asked(User(owner.kefir, ""), case, ids)
    assert nobody.status == (200 if case.route.startswith("GET /public") else 401), nobody.body


def test_the_owner_still_has_what_a_stranger_tried_to_take(owner: User, stranger: User) -> None:
    batch = owner.batch(name=WORD)
    where = f"/batches/{batch['batchId']}"
    wanted = {"reminders": [{"scheduledTime": soon(), "message": WORD}]}
    reminder = owner.ask("POST", f"{where}/reminders/confirm", wanted).json()["reminders"][0]["reminderId"]
    owner.ask("POST", "/me/devices", {"deviceId": "mine", "platform": "ios", "token": "ExponentPushToken[mine]"})
    for path in (where, f"/me/reminders/{reminder}", "/me/devices/mine"):
        stranger.ask("DELETE", path)
    assert owner.ask("GET", where).json()["batch"]["status"] == "active"
    assert [one["reminderId"] for one in owner.ask("GET", f"{where}/reminders").json()["reminders"]] == [reminder]
    assert "mine" in [one["deviceId"] for one in owner.ask("GET", "/me/devices").json()["devices"]]


def test_every_route_of_the_stack_is_walked() -> None:
    system = load_system("kefir")
    (stack,) = synth(system, Stage(LOCAL, account=LOCAL_ACCOUNT), system.settings())
    resources = stack.template["Resources"].values()
    routes = {one["Properties"]["RouteKey"] for one in resources if one["Type"] == "AWS::ApiGatewayV2::Route"}
    walked = {case.route.replace("{device}", "{id}").replace("{reminder}", "{id}") for case in CASES}
    assert routes == walked | ELSEWHERE


# Every route that reads a body, and one that is right but for what is done to it.
BODIES = {
    "POST /batches": {"name": "x", "stage": "stage1_open"},
    "PUT /batches/{id}": {"name": "x"},
    "PATCH /batches/{id}": {"status": "ready"},
    "POST /batches/{id}/photo/upload-url": {"filename": "x"},
    "POST /batches/{id}/photo": {"photoKey": "x"},
    "POST /batches/{id}/events": {"type": "note", "description": "x"},
    "POST /batches/{id}/reminders/confirm": {"reminders": []},
    "POST /me/devices": {"deviceId": "x", "platform": "ios", "token": "x"},
    "POST /notifications/register": {"deviceId": "x", "platform": "ios", "token": "x"},
    "DELETE /photos": {"photoUrl": "x"},
}


@pytest.mark.parametrize("route", BODIES)
def test_a_body_that_is_none_of_the_documented_ones_is_refused(route: str, owner: User) -> None:
    method, path = route.split(" ")
    path = path.format(id=owner.batch()["batchId"])
    for sent, told in ((b"{", "body"), (b"\xff", "body"), (b"[]", ""), (b'"x"', "")):
        answer = owner.ask(method, path, sent)
        assert answer.status == 400, (sent, answer.body)
        said = json.loads(answer.json()["error"])
        assert said["message"] == "Validation failed"
        assert [problem["path"] for problem in said["errors"]] == [told]
    for field in BODIES[route]:
        answer = owner.ask(method, path, {**BODIES[route], field: None})
        assert answer.status == 400, answer.body
        assert json.loads(answer.json()["error"])["errors"][0]["path"] == field


def test_a_missing_field_reads_as_documented(owner: User) -> None:
    answer = owner.ask("POST", "/batches", {})
    said = json.loads(answer.json()["error"])["errors"]
    assert {problem["path"]: problem["message"] for problem in said} == {"name": "Required", "stage": "Required"}


def test_the_public_page_shows_exactly_its_fields(kefir: Kefir, owner: User) -> None:
    shown, hidden = owner.batch(isPublic=True, publicNote="hello", notes=WORD), owner.batch()
    answer = kefir.ask("GET", f"/public/b/{shown['batchId']}")
    assert answer.json()["batch"] == {
        name: shown[name] for name in ("batchId", "name", "stage", "status", "startDate", "publicNote", "createdAt")
    }
    refused = kefir.ask("GET", f"/public/b/{hidden['batchId']}")
    assert (refused.status, refused.json()["error"]) == (403, "This batch is not publicly shared")
    assert kefir.ask("GET", "/public/b/none").status == 404
