"""Do photos and exports really travel through the links one is given?"""

from __future__ import annotations

from urllib.request import Request

import pytest

from tests.e2e.conftest import exchange
from tests.e2e.kefir.app import Kefir

pytestmark = pytest.mark.e2e

PIXELS = bytes(range(256)) * 400


def test_a_photo_goes_up_and_comes_back_by_links(kefir: Kefir) -> None:
    user = kefir.user().logs_in()
    where = f"/batches/{user.batch()['batchId']}"
    made = user.ask("POST", f"{where}/photo/upload-url", {"filename": "jar.png", "contentType": "image/png"}).json()
    assert made["expiresIn"] == 300
    assert made["photoKey"].startswith(f"users/{user.id}/batches/")
    put = Request(made["uploadUrl"], PIXELS, {"Content-Type": "image/png"}, method="PUT")
    assert exchange(put).status == 200
    assert user.ask("POST", f"{where}/photo", {"photoKey": made["photoKey"]}).status == 200
    (link,) = user.ask("GET", f"{where}/photos").json()["photoUrls"]
    got = exchange(Request(link))
    assert (got.status, got.body, got.headers["content-type"]) == (200, PIXELS, "image/png")
    assert exchange(Request(link.partition("?")[0])).status == 403
    assert user.ask("DELETE", "/photos", {"photoUrl": link}).status == 200
    assert exchange(Request(link)).status == 404


def test_another_users_photo_cannot_be_made_ones_own(kefir: Kefir) -> None:
    owner, stranger = kefir.user().logs_in(), kefir.user().logs_in()
    made = owner.ask("POST", f"/batches/{owner.batch()['batchId']}/photo/upload-url").json()
    answer = stranger.ask("POST", f"/batches/{stranger.batch()['batchId']}/photo", {"photoKey": made["photoKey"]})
    assert answer.status == 403


def test_an_export_is_as_documented_byte_for_byte(kefir: Kefir) -> None:
    """Flattened, quoted where needed, each kind after the other, the newest event first."""
    user = kefir.user().logs_in()
    empty = user.ask("GET", "/export.csv")
    assert (empty.status, empty.body) == (200, b"recordType\n")
    batch = user.batch(name='Lemon, "sour"', targetDuration=1.5, notes="zwei\nZeilen é")
    where = f"/batches/{batch['batchId']}/events"
    for moment, metadata in (("2026-01-01T00:00:00Z", {"ph": 3.5, "seen": [1, True]}), ("2026-01-02T00:00:00Z", {})):
        sent = {"type": "note", "description": "x", "timestamp": moment, "metadata": metadata}
        assert user.ask("POST", where, sent).status == 201
    events = user.ask("GET", where).json()["events"]
    answer = user.ask("GET", "/export.csv")
    assert answer.headers["content-type"] == "text/csv"
    assert answer.headers["content-disposition"].startswith('attachment; filename="kefir-data-')
    text = answer.body.decode()
    header, _, rest = text.partition("\n")
    columns = header.split(",")
    assert columns[0] == "recordType"
    cells = {
        "recordType": "batch",
        "name": '"Lemon, ""sour"""',
        "notes": '"zwei\nZeilen é"',
        "targetDuration": "1.5",
        "isPublic": "false",
        "photoKeys": "[]",
    }
    rows = [",".join(cells.get(column, batch.get(column, "")) for column in columns)]
    for event in events:
        shown = {"recordType": "event", **event}
        if event["timestamp"].startswith("2026-01-01"):
            shown |= {"metadata.ph": "3.5", "metadata.seen": '"[1,true]"'}
        rows.append(",".join(str(shown.get(column, "")) if column != "metadata" else "" for column in columns))
    assert rest == "\n".join(rows)
    link = user.ask("POST", "/export/batches/csv").json()["data"]
    assert exchange(Request(link)).body == answer.body
