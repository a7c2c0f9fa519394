"""Photos, uploaded and downloaded by links, or uploaded in a form."""

from __future__ import annotations

import re
import urllib.error
import urllib.request
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs, urlsplit

import pytest

from handlers.kefir.data.timestamps import unique_name
from handlers.kefir.photos.routes import MAX_PHOTO_BYTES, MAX_PHOTOS
from tests.handlers.gateway import http_event
from tests.handlers.kefir.conftest import BUCKET
from tests.handlers.kefir.kefir_api import User, problems

URL, ADD, LIST = "POST /batches/{id}/photo/upload-url", "POST /batches/{id}/photo", "GET /batches/{id}/photos"
SEND = "POST /batches/{id}/photos"
PICTURE = b"\xff\xd8\r\n--\r\n\x00 a picture \r\n\r\n\xff"


def fetch(url: str, body: bytes | None = None, content_type: str = "") -> bytes:
    headers = {"Content-Type": content_type} if content_type else {}
    request = urllib.request.Request(url, data=body, headers=headers, method="GET" if body is None else "PUT")
    with urllib.request.urlopen(request, timeout=10) as answer:
        return bytes(answer.read())


def added(user: User, batch_id: str, **sent: str) -> str:
    made = user.ask(URL, sent, id=batch_id).json
    fetch(made["uploadUrl"], PICTURE, sent.get("contentType", "image/jpeg"))
    assert user.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id).status == 200
    return str(made["photoKey"])


def test_a_photo_is_uploaded_and_downloaded(alice: User) -> None:
    batch_id = alice.batch()["batchId"]
    assert alice.ask(LIST, id=batch_id).json["photoUrls"] == []
    made = alice.ask(URL, {"filename": "a.b.PNG", "contentType": "image/png"}, id=batch_id).json
    assert re.fullmatch(rf"users/{alice.id}/batches/{batch_id}/\d{{13}}-[0-9a-f]{{8}}\.PNG", made["photoKey"])
    assert made["expiresIn"] == 300
    for url in (made["uploadUrl"], made["photoUrl"]):
        query = parse_qs(urlsplit(url).query)
        assert (query["X-Amz-Expires"], query["X-Amz-Algorithm"]) == (["300"], ["AWS4-HMAC-SHA256"])
    assert "content-type" in parse_qs(urlsplit(made["uploadUrl"]).query)["X-Amz-SignedHeaders"][0]
    fetch(made["uploadUrl"], PICTURE, "image/png")
    batch = alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id).json["batch"]
    assert batch["photoKeys"] == [made["photoKey"]]
    (url,) = alice.ask(LIST, id=batch_id).json["photoUrls"]
    assert fetch(url) == PICTURE
    assert fetch(alice.ask("GET /batches/{id}", id=batch_id).json["data"]["photos"][0]) == PICTURE


@pytest.mark.parametrize(
    ("body", "extension"),
    [(None, "jpg"), ("{}", "jpg"), ({"filename": "noext"}, "jpg"), ({"filename": "x.tiff2x"}, "jpg"),
     ({"filename": "x/../y.e/f"}, "jpg"), ({"filename": "x."}, "jpg"), ({"filename": ".webp"}, "webp")],
)  # fmt: skip
def test_only_the_extension_of_a_filename_is_used(alice: User, body: Any, extension: str) -> None:
    batch_id = alice.batch()["batchId"]
    key = alice.ask(URL, body, id=batch_id).json["photoKey"]
    assert re.fullmatch(rf"users/{alice.id}/batches/{batch_id}/\d+-[0-9a-f]+\.{extension}", key)


def test_only_images_can_be_uploaded(alice: User) -> None:
    for kind in ("text/html", "image/", "image/x\r\ny", "application/pdf", ""):
        assert alice.ask(URL, {"contentType": kind}, id=alice.batch()["batchId"]).status == 400


def put(aws: Any, user: User, batch_id: str, number: int) -> list[str]:
    """The keys of so many photos that were uploaded."""
    keys = [f"users/{user.id}/batches/{batch_id}/{each}.jpg" for each in range(number)]
    for key in keys:
        aws("s3").put_object(Bucket=BUCKET, Key=key, Body=PICTURE)
    return keys


def test_only_what_was_uploaded_is_added(alice: User, aws: Any) -> None:
    batch_id = alice.batch()["batchId"]
    made = alice.ask(URL, {}, id=batch_id).json
    answer = alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id)
    assert (answer.status, answer.json["error"]) == (400, "The photo was not uploaded")
    assert alice.ask(LIST, id=batch_id).json["photoUrls"] == []
    aws("s3").put_object(Bucket=BUCKET, Key=made["photoKey"], Body=b"x" * (MAX_PHOTO_BYTES + 1))
    assert alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id).status == 413
    assert alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id).status == 400  # it is gone
    fetch(made["uploadUrl"], PICTURE, "image/jpeg")
    assert alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id).status == 200


def test_photos_of_the_same_moment_have_keys_of_their_own(alice: User, at_once: Any) -> None:
    """Of 121 photos, sixteen at a time, two were lost."""
    batch_id = alice.batch()["batchId"]
    answers = at_once(lambda _: alice.ask(SEND, form(PICTURE), id=batch_id), 121)
    assert {answer.status for answer in answers} == {201}
    assert len(set(alice.ask("GET /batches/{id}", id=batch_id).json["batch"]["photoKeys"])) == 121


def test_names_of_one_moment_differ() -> None:
    now = datetime.now(UTC)
    assert len({unique_name(now) for _ in range(1000)}) == 1000


def test_a_batch_has_room_for_a_thousand_photos(alice: User, table: Any, aws: Any) -> None:
    batch_id = alice.batch()["batchId"]
    full = [f"users/{alice.id}/batches/{batch_id}/old-{number}.jpg" for number in range(MAX_PHOTOS)]
    table.update((f"USER#{alice.id}", f"BATCH#{batch_id}"), "SET photoKeys = :keys", {"keys": full})
    (key,) = put(aws, alice, batch_id, 1)
    for answer in (alice.ask(ADD, {"photoKey": key}, id=batch_id), alice.ask(SEND, form(PICTURE), id=batch_id)):
        assert (answer.status, answer.json["error"]) == (400, "A batch has at most 1000 photos")
    assert len(alice.ask(LIST, id=batch_id).json["photoUrls"]) == MAX_PHOTOS


def test_concurrent_additions_add_each_photo_once(alice: User, at_once: Any, aws: Any) -> None:
    batch_id = alice.batch()["batchId"]
    keys = put(aws, alice, batch_id, 4)
    answers = at_once(lambda number: alice.ask(ADD, {"photoKey": keys[number % 4]}, id=batch_id), 12)
    assert {answer.status for answer in answers} == {200}
    assert sorted(alice.ask("GET /batches/{id}", id=batch_id).json["batch"]["photoKeys"]) == keys


def test_photos_of_other_users_and_batches_are_refused(alice: User, bob: User) -> None:
    mine, theirs, other = bob.batch()["batchId"], alice.batch()["batchId"], bob.batch()["batchId"]
    for key in (
        f"users/{alice.id}/batches/{theirs}/1.jpg",
        f"users/{bob.id}/batches/{other}/1.jpg",
        f"users/{bob.id}/batches/{mine}/../{other}/1.jpg",
        f"users/{bob.id}/batches/{mine}/",
        "x",
    ):
        assert bob.ask(ADD, {"photoKey": key}, id=mine).status == 403
    for body in (None, {}, {"photoKey": ""}):
        answer = bob.ask(ADD, body, id=mine)
        assert (answer.status, answer.json["error"]) == (400, "photoKey is required")
    assert bob.ask(LIST, id=mine).json["photoUrls"] == []


def form(content: bytes, kind: str = "image/png", field: str = "photo") -> bytes:
    head = f'--xyz\r\nContent-Disposition: form-data; name="note"\r\n\r\nhello\r\n--xyz\r\nContent-Disposition: form-data; name="{field}"; filename="p.png"\r\nContent-Type: {kind}\r\n\r\n'  # noqa: E501
    return head.encode() + content + b"\r\n--xyz--\r\n"


def test_the_app_uploads_a_photo_in_a_form_without_a_boundary_header(alice: User) -> None:
    batch_id = alice.batch()["batchId"]
    answer = alice.ask(SEND, form(PICTURE), id=batch_id)
    assert (answer.status, answer.json["message"]) == (201, "Photo uploaded successfully")
    assert fetch(answer.json["data"]) == PICTURE
    assert answer.json["batch"]["photoKeys"] == [answer.json["photoKey"]]
    assert answer.json["photoKey"].endswith(".png")


@pytest.mark.parametrize(
    "body",
    [None, b"", b"--", b"--xyz\r\n", b"hello", b"{}", form(b""), form(PICTURE, "text/html"),
     form(PICTURE, field="other"), form(PICTURE)[:60], b"--\r\n" * 1000, "text"],
)  # fmt: skip
def test_forms_without_a_photo(alice: User, body: Any) -> None:
    assert set(problems(alice.ask(SEND, body, id=alice.batch()["batchId"]))) == {"photo"}


def test_a_body_that_is_not_base64(alice: User) -> None:
    from tests.handlers.gateway import call
    from tests.handlers.kefir.kefir_api import HANDLERS

    event = http_event(SEND, path={"id": alice.batch()["batchId"]}, claims=alice.claims)
    assert call(HANDLERS[SEND], {**event, "body": "!", "isBase64Encoded": True}).status == 400


def test_the_app_uploads_by_a_link_and_deletes_a_photo(alice: User, bob: User, aws: Any) -> None:
    batch_id = alice.batch()["batchId"]
    made = alice.ask(
        "POST /batches/{id}/photos/upload-url", {"fileName": "a.gif", "fileType": "image/gif"}, id=batch_id
    ).json
    assert set(made) >= {"uploadUrl", "photoUrl", "expiresIn", "success"}
    fetch(made["uploadUrl"], PICTURE, "image/gif")
    alice.ask(ADD, {"photoKey": made["photoKey"]}, id=batch_id)
    kept = added(alice, batch_id)
    assert bob.ask("DELETE /photos", {"photoUrl": made["photoUrl"]}).status == 403
    assert fetch(made["photoUrl"]) == PICTURE
    answer = alice.ask("DELETE /photos", {"photoUrl": made["photoUrl"]})
    assert (answer.status, answer.json["message"]) == (200, "Photo deleted successfully")
    assert alice.ask("GET /batches/{id}", id=batch_id).json["batch"]["photoKeys"] == [kept]
    with pytest.raises(urllib.error.HTTPError, match="404"):
        fetch(made["photoUrl"])
    objects = aws("s3").list_objects_v2(Bucket=BUCKET, Prefix=f"users/{alice.id}/")
    assert [each["Key"] for each in objects["Contents"]] == [kept]


@pytest.mark.parametrize("url", ["", "x", "https://example.com/users/u/batches/b/1.jpg", f"https://h/{BUCKET}/users/u"])
def test_links_to_other_places_are_not_found(alice: User, url: str) -> None:
    assert alice.ask("DELETE /photos", {"photoUrl": url}).status == 404


@pytest.mark.parametrize("url", ["https://[::1", "https://[x]/", "//["])
def test_links_that_are_none(alice: User, url: str) -> None:
    assert set(problems(alice.ask("DELETE /photos", {"photoUrl": url}))) == {"photoUrl"}


def test_a_link_with_the_bucket_in_its_host_name(alice: User) -> None:
    key = added(alice, alice.batch()["batchId"])
    url = f"https://{BUCKET}.s3.us-east-1.amazonaws.com/{key}?X-Amz-Expires=300"
    assert alice.ask("DELETE /photos", {"photoUrl": url}).status == 200
    assert alice.ask("DELETE /photos", {"photoUrl": url}).status == 200


def test_concurrent_deletions_delete_all(alice: User, at_once: Any, aws: Any) -> None:
    batch_id = alice.batch()["batchId"]
    for key in put(aws, alice, batch_id, 4):
        alice.ask(ADD, {"photoKey": key}, id=batch_id)
    urls = alice.ask(LIST, id=batch_id).json["photoUrls"]
    answers = at_once(lambda number: alice.ask("DELETE /photos", {"photoUrl": urls[number]}), 4)
    assert {answer.status for answer in answers} == {200}
    assert alice.ask("GET /batches/{id}", id=batch_id).json["batch"]["photoKeys"] == []
