"""The pages of buckets, items, users and secrets: what they show and change, and that none of it is markup."""

from __future__ import annotations

import html
import json
from typing import Any
from urllib.parse import quote, urlencode

import pytest

from tests.pkgops.console.conftest import HOSTILE_KEY, PICTURE, Opened, serving, stage_of
from tests.pkgops.console.test_pages import THINGS, assert_harmless

BUCKET = "/buckets/shopmainlocalfiles"
POOL = "/users/shopmainlocalmembers"
ITEM = {"pk": {"S": "a"}, "sk": {"S": "00"}}


def named(path: str, **given: str) -> str:
    return f"{path}?{urlencode(given)}"


def test_objects_are_found_by_prefix(pages: Opened) -> None:
    assert BUCKET in pages.text("/buckets")
    text = pages.text(BUCKET)
    assert "?prefix=notes/" in text
    assert "picture.png" in text
    below = pages.text(named(BUCKET, prefix="notes/"))
    assert_harmless(text + below)
    assert "&lt;script&gt;document.title" in below
    assert "There is nothing here" in pages.text(named(BUCKET, prefix="absent/"))
    assert pages.get("/buckets/absent").status_code == 404


def test_many_objects_come_page_by_page(pages: Opened) -> None:
    bucket = pages.served.shown.ports.objects.buckets["shopmainlocalfiles"]
    bucket |= {f"many/{number:03}": (b"x", "text/plain") for number in range(150)}
    text = pages.text(named(BUCKET, prefix="many/"))
    assert text.count("Download many/") == 100
    more = html.unescape(text.split('" rel="next"')[0].rpartition('href="')[2])
    assert pages.text(BUCKET + more).count("Download many/") == 50


@pytest.mark.parametrize("key", [HOSTILE_KEY, "picture.svg", "picture.png"])
def test_an_object_leaves_as_a_file_alone(pages: Opened, key: str) -> None:
    answer = pages.get(named(f"{BUCKET}/download", key=key))
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''")
    assert "<" not in answer.headers["content-disposition"]
    assert answer.headers["content-security-policy"].startswith("sandbox;")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert answer.content == pages.served.shown.ports.objects.buckets["shopmainlocalfiles"][key][0]


def test_only_what_is_a_picture_is_shown_as_one(pages: Opened) -> None:
    shown = pages.get(named(f"{BUCKET}/preview", key="picture.png"))
    assert (shown.headers["content-type"], shown.content) == ("image/png", PICTURE)
    assert shown.headers["content-security-policy"].startswith("sandbox;")
    assert "<img class=" in pages.text(named(f"{BUCKET}/object", key="picture.png"))
    for key in ("picture.svg", "bytes", HOSTILE_KEY):
        assert pages.get(named(f"{BUCKET}/preview", key=key)).status_code == 404
        assert_harmless(pages.text(named(f"{BUCKET}/object", key=key)))
    assert pages.get(named(f"{BUCKET}/object", key="absent")).status_code == 404


def test_text_is_shown_and_what_looks_like_a_secret_is_not(pages: Opened) -> None:
    assert "&#34;a&#34;: 1" in pages.text(named(f"{BUCKET}/object", key="notes/deep/er.json"))
    text = pages.text(named(f"{BUCKET}/object", key="password.txt"))
    assert "hunter22" not in text
    assert "(hidden)" in text
    assert "neither text nor a picture" in pages.text(named(f"{BUCKET}/object", key="bytes"))


def test_an_object_is_deleted(pages: Opened) -> None:
    answer = pages.post(f"{BUCKET}/delete", key="notes/deep/er.json")
    assert (answer.status_code, "prefix=notes%2Fdeep%2F" in answer.headers["location"]) == (303, True)
    assert "notes/deep/er.json" not in pages.served.shown.ports.objects.buckets["shopmainlocalfiles"]


def form_of(text: str) -> dict[str, str]:
    """What the page of an item would send, unchanged."""
    found = {name: text.split(f'name="{name}" value="')[1].split('"', maxsplit=1)[0] for name in ("key", "digest")}
    return {name: html.unescape(value) for name, value in found.items()} | {"item": edited_text(text)}


def edited_text(text: str) -> str:
    return html.unescape(text.split("<textarea")[1].split(">", 1)[1].split("</textarea>", maxsplit=1)[0])


def item_page(pages: Opened, key: Any = ITEM) -> str:
    return pages.text(named(f"{THINGS}/item", key=json.dumps(key)))


def items(pages: Opened) -> dict[Any, Any]:
    return dict(pages.served.shown.ports.tables.items["shop-things-local"])


def test_an_item_is_edited_and_keeps_what_is_hidden(pages: Opened) -> None:
    assert f"{THINGS}/item?key=" in pages.text(f"{THINGS}?partition=a")
    text = item_page(pages)
    assert_harmless(text)
    assert "hunter22" not in text
    form = form_of(text)
    form["item"] = form["item"].replace('"me"', '"you"')
    answer = pages.post(f"{THINGS}/edit", **form)
    assert answer.status_code == 303, answer.text
    assert "Saved." in pages.text(answer.headers["location"])
    assert items(pages)["a", "00"]["owner"] == "you"
    assert items(pages)["a", "00"]["password"] == "hunter22hunter22"


def test_an_item_that_has_changed_is_neither_saved_nor_deleted(pages: Opened) -> None:
    form = form_of(item_page(pages))
    pages.served.shown.ports.tables.items["shop-things-local"]["a", "00"]["owner"] = "other"
    for path in ("edit", "delete"):
        answer = pages.post(f"{THINGS}/{path}", **form)
        assert (answer.status_code, "has changed since it was read" in answer.text) == (403, True)
    assert items(pages)["a", "00"]["owner"] == "other"
    assert pages.post(f"{THINGS}/delete", **form_of(item_page(pages))).status_code == 303
    assert ("a", "00") not in items(pages)
    assert pages.get(named(f"{THINGS}/item", key=json.dumps(ITEM))).status_code == 404


@pytest.mark.parametrize("text", ["{", "[]", '{"pk": "a"}', '{"pk": {"S": "b"}, "sk": {"S": "00"}}', "{}"])
def test_what_is_no_change_of_the_item_is_refused(pages: Opened, text: str) -> None:
    before = items(pages)
    answer = pages.post(f"{THINGS}/edit", **{**form_of(item_page(pages)), "item": text})
    assert answer.status_code == 400
    assert items(pages) == before


def test_an_item_is_created_once(pages: Opened) -> None:
    assert edited_text(pages.text(f"{THINGS}/item")) == json.dumps({"pk": {"S": ""}, "sk": {"S": ""}}, indent=2)
    new = json.dumps({"pk": {"S": "new"}, "sk": {"S": "1"}, "n": {"N": "7"}})
    answer = pages.post(f"{THINGS}/create", item=new)
    assert answer.status_code == 303
    assert items(pages)["new", "1"]["n"] == 7
    assert pages.post(f"{THINGS}/create", item=new).status_code == 403


def test_users_are_listed_and_managed(pages: Opened) -> None:
    assert POOL in pages.text("/users")
    text = pages.text(POOL)
    assert_harmless(text)
    assert text.count("unconfirmed") == 1
    assert "/mail?to=me%40example.com" in text
    assert "new@example.com" not in pages.text(f"{POOL}?email=me")
    users = pages.served.shown.ports.users
    assert "done=confirmed" in pages.post(f"{POOL}/confirmed", name="new@example.com").headers["location"]
    assert users.unconfirmed == set()
    pages.post(f"{POOL}/password", name="me@example.com")
    pages.post(f"{POOL}/sessions", name="new@example.com")
    pool = "shopmainlocalmembers"
    assert (users.renewed, users.signed_out) == (
        [(pool, "me@example.com")],
        [(pool, "me@example.com"), (pool, "new@example.com")],
    )
    assert pages.post(f"{POOL}/deleted", name="me@example.com").status_code == 303
    assert pages.post(f"{POOL}/deleted", name="me@example.com").status_code == 400
    created = pages.post(f"{POOL}/create", email="fresh@example.com").text
    assert users.created[-1][1].password in html.unescape(created)
    assert pages.get("/users/absent").status_code == 404


def test_secrets_have_names_and_readers_and_no_values(pages: Opened) -> None:
    text = pages.text("/secrets")
    assert "hunter22" not in text
    assert "number" in text
    assert 'href="/functions/shop-order-local">order</a>' in text
    assert text.count("missing") == 3


@pytest.mark.parametrize(("name", "allowed"), [("dev", ""), ("safe", "safe"), ("dev", "dev")])
def test_a_stage_on_aws_is_changed_only_if_allowed(root, name: str, allowed: str) -> None:
    shown = stage_of(root, name, allowed)
    writable = name == "dev" and allowed == "dev"
    with serving(shown) as served:
        pages = Opened(served)
        things, bucket, pool = f"shop-things-{name}", f"shopmain{name}files", f"shopmain{name}members"
        page = pages.text(f"/tables/{things}/item?key={quote(json.dumps(ITEM))}")
        form = {**form_of(page), "item": form_of(page)["item"].replace('"me"', '"you"')}
        answers = [
            pages.post(f"/tables/{things}/edit", **form),
            pages.post(f"/tables/{things}/create", item=json.dumps({"pk": {"S": "n"}, "sk": {"S": "1"}})),
            pages.post(f"/buckets/{bucket}/delete", key="picture.png"),
            pages.post(f"/users/{pool}/deleted", name="me@example.com"),
        ]
        assert {one.status_code for one in answers} == ({303} if writable else {403})
        for path in (f"/tables/{things}/item?key={quote(json.dumps(ITEM))}", f"/users/{pool}"):
            assert ("hx-confirm" in pages.text(path)) == writable
        if not writable:
            assert items_of(shown, things)["a", "00"]["owner"] == "me"
            assert "picture.png" in shown.ports.objects.buckets[bucket]


def items_of(shown: Any, table: str) -> Any:
    return shown.ports.tables.items[table]
