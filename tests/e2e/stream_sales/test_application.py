"""The application, built by the real OpenNext: deployed, served by its distribution, changed, broken, recovered."""

from __future__ import annotations

import json
import re
import shutil
import ssl
from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from tests.canary import watch
from tests.e2e.stream_sales.market import Market
from tests.next_app import built_app
from tests.waiting import eventually

pytestmark = pytest.mark.e2e
PASSWORD = "Str0ng-enough!"
PERSON = {"email": "ana@example.com", "password": PASSWORD, "name": "Ana"}


@pytest.fixture(scope="module")
def visitor(market: Market) -> Iterator[httpx.Client]:
    """A browser at the distribution's own port, which trusts the emulator's certificate."""
    trusted = ssl.create_default_context(cafile=str(market.project.root / ".pkgops/local/certificate.pem"))
    with httpx.Client(base_url=market.outputs["CloudFrontURL"], verify=trusted, trust_env=False, timeout=60) as client:
        yield client


@pytest.fixture(scope="module")
def unbuilt(visitor: httpx.Client) -> httpx.Response:
    """What there is before a build."""
    return visitor.get("/")


@pytest.fixture(scope="module")
def app(market: Market, unbuilt: httpx.Response) -> Path:
    """The deployed build, with a database full of demo data."""
    built = built_app()
    assert unbuilt.status_code == 503
    bring(market, built)
    market.project.pkgops("db", "migrate", "stream_sales")
    seeded = market.project.rows("db", "seed", "stream_sales")
    watch(*(one["value"] for seed in seeded for one in seed["revealed"]))
    return built


def bring(market: Market, built: Path) -> None:
    """Keeps a build and deploys it."""
    market.project.pkgops("web", "build", "stream_sales", "--from", str(built))
    market.project.pkgops("deploy", "stream_sales", "--yes")


def changed(built: Path, target: Path, name: str, server: str = "") -> Path:
    """Another build: with a file more, another robots.txt, and perhaps a server that is something else."""
    shutil.copytree(built, target)
    (target / f"assets/_next/static/{name}.js").write_text(name)
    (target / "assets/robots.txt").write_text(f"# {name}\n")
    if server:
        (target / "server-functions/default/index.mjs").write_text(server)
    return target


def test_without_a_build_a_page_says_so(unbuilt: httpx.Response) -> None:
    assert unbuilt.status_code == 503
    assert "pkgops web build" in unbuilt.text


@pytest.mark.usefixtures("app")
def test_pages_and_routes_answer_as_documented(market: Market, visitor: httpx.Client) -> None:
    home = visitor.get("/")
    assert (home.status_code, home.headers["x-nextjs-cache"]) == (200, "HIT"), "it was in the cache from the beginning"
    assert home.headers["x-frame-options"] == "DENY"
    assert home.headers["strict-transport-security"]
    health = visitor.get("/api/health").json()
    assert (health["status"], health["environment"]) == ("ok", "production")
    found = visitor.get("/api/marketplace").json()
    assert len(found["data"]) == found["pagination"]["limit"] == 12
    assert found["pagination"]["total"] >= 120
    many = visitor.get("/api/marketplace", params={"limit": "500", "page": "2", "search": "e"}).json()
    assert (many["pagination"]["page"], many["pagination"]["limit"]) == (2, 50)
    login = visitor.get("/dashboard")
    assert (login.status_code, login.headers["location"]) == (307, f"{market.outputs['CloudFrontURL']}/login")
    known = visitor.get("/", headers={"If-None-Match": home.headers["etag"]})
    assert (known.status_code, known.text) == (200, home.text), "a page that a browser has is no empty one"
    assert visitor.get("/login").status_code == 200
    assert visitor.get("/nothing/there").status_code == 404
    assert visitor.get("http:" + market.outputs["CloudFrontURL"].partition(":")[2] + "/").status_code == 301
    market.project.pkgops("smoke", "stream_sales")


@pytest.mark.usefixtures("app")
def test_files_come_from_the_bucket_and_pictures_are_made_smaller(visitor: httpx.Client) -> None:
    page = visitor.get("/").text
    (script, *_) = re.findall(r'"(/_next/static/[^"\\]+\.js)"', page)
    assert visitor.get(script).headers["cache-control"] == "public, max-age=31536000, immutable"
    robots = visitor.get("/robots.txt")
    assert robots.headers["cache-control"] == "public, max-age=0, s-maxage=31536000, must-revalidate"
    for missing in ("/_next/static/gone.js", "/_next/", "/_next/?list-type=2", "/.well-known/none"):
        assert visitor.get(missing).status_code == 404, missing
    assert visitor.get("/.well-known/security.txt").text.startswith("Contact:")
    picture = {"url": "/stall.png", "w": "64", "q": "75"}
    webp = visitor.get("/_next/image", params=picture, headers={"Accept": "image/webp"})
    assert (webp.status_code, webp.headers["content-type"]) == (200, "image/webp")
    assert len(webp.content) < len(visitor.get("/stall.png").content) / 10
    assert visitor.get("/_next/image", params={**picture, "w": "65"}).status_code == 400


@pytest.mark.usefixtures("app")
def test_a_person_registers_logs_in_and_out(visitor: httpx.Client) -> None:
    registered = visitor.post("/api/auth/register", json=PERSON)
    assert registered.status_code == 201, registered.text
    cookie = registered.headers["set-cookie"]
    assert all(word in cookie for word in ("token=", "HttpOnly", "Secure", "Max-Age=604800"))
    watch(registered.json()["token"])
    assert visitor.get("/api/auth/me").json()["user"]["email"] == PERSON["email"]
    assert PERSON["email"] in visitor.get("/dashboard").text
    assert visitor.post("/api/auth/register", json=PERSON).status_code == 409
    assert visitor.post("/api/auth/register", json={**PERSON, "password": "short"}).status_code == 400
    assert visitor.post("/api/auth/logout").status_code == 200
    assert visitor.get("/api/auth/me").status_code == 401
    assert visitor.post("/api/auth/login", json={"email": PERSON["email"]}).status_code == 400
    assert visitor.post("/api/auth/login", json={**PERSON, "password": "Wr0ng-word!"}).status_code == 401
    again = visitor.post("/api/auth/login", json=PERSON)
    assert (again.status_code, again.json()["success"]) == (200, True)
    visitor.cookies.clear()


# What a visitor may send and nobody has written a form for: the answer is never the server's fault.
HOSTILE_QUERIES = (
    *({"page": page} for page in ("99999999999999999999", "9" * 400, "-1", "1e3", "0x10", "NaN", "1;2", "\0")),
    *({"maxPrice": price} for price in ("abc", "1e999", "-1", "NaN", "1" * 40, "' OR 1=1--")),
    *({name: text} for name in ("search", "category") for text in ("a\0b", "x" * 5000)),
)
HOSTILE_BODIES = (
    *(b"", b"null", b"[]", b"7", b'"text"', b"{", b"\xff\xfe", b"[" * 50_000, b"email=a&password=b"),
    b'{"email": {"a": 1}, "password": ["x"], "name": 7}',
    b'{"email": "a@b\\u0000.example", "password": "Str0ng-enough!", "name": "A"}',
    b'{"email": "a@b.example", "password": "Str0ng-enough!", "name": "\\u0000"}',
    json.dumps({"email": "a@" + "b" * 100_000, "password": PASSWORD, "name": "A"}).encode(),
    json.dumps({"__proto__": {"email": "a@b.example"}, "password": PASSWORD}).encode(),
)
UNSIGNED = "eyJhbGciOiJub25lIn0.eyJleHAiOjk5OTk5OTk5OTl9."
HOSTILE_TOKENS = ("", ".", "a.b.c", "..", "%E0%A4%A", '"', "x" * 7000, UNSIGNED)
HOSTILE_PATHS = (
    *("/%00", "/%ff", "/%", "/api/%2e%2e/health", "/news?_rsc=%00"),
    *("/" + "a" * 7000, "/_next/data/x/%2e%2e.json"),
)


@pytest.mark.usefixtures("app")
def test_what_nobody_should_send_is_a_mistake_of_theirs(visitor: httpx.Client) -> None:
    for query in HOSTILE_QUERIES:
        found = visitor.get("/api/marketplace", params=query)
        assert (found.status_code, list(found.json())) == (400, ["error"]), (query, found.text)
    empty = visitor.get("/api/marketplace", params={"page": "999999999", "search": "%_\\' é", "limit": "0050"})
    assert (empty.status_code, empty.json()["data"]) == (200, []), empty.text
    for path in ("/api/auth/login", "/api/auth/register"):
        for body in HOSTILE_BODIES:
            found = visitor.post(path, content=body)
            assert found.status_code in (400, 401), (path, body[:60], found.text)
        assert visitor.get(path).status_code == 405
    for token in HOSTILE_TOKENS:
        cookie = {"Cookie": f"token={token}"}
        me = visitor.get("/api/auth/me", headers=cookie)
        assert (me.status_code, me.json()) == (401, {"error": "Unauthorized"}), token
        assert visitor.get("/dashboard", headers=cookie).status_code in (200, 307)
    for path in HOSTILE_PATHS:
        assert visitor.get(path).status_code < 500, path
    for path in ("/%00", "/%20", "/%2F", "/%3F"):
        assert visitor.get(path).status_code in (400, 404), f"{path} is not the home page"
    for picture in ({}, {"url": "/stall.png"}, {"url": "//x", "w": "64", "q": "1"}):
        assert visitor.get("/_next/image", params=picture).status_code in (400, 404), picture


@pytest.mark.usefixtures("app")
def test_whoever_does_not_come_by_the_distribution_is_refused(market: Market) -> None:
    name = market.outputs["ServerFunctionName"]
    url = market.aws("lambda").get_function_url_config(FunctionName=name)["FunctionUrl"]
    label = url.partition("//")[2].partition(".")[0]
    place = f"{market.project.emulator.endpoint}/_aws/lambda-url/{label}/api/health"
    for headers in ({}, {"x-origin-verify": "guessed"}):
        answer = httpx.get(place, headers=headers, trust_env=False, timeout=60)
        assert (answer.status_code, answer.text) == (403, "Forbidden")
    configuration = market.aws("lambda").get_function_configuration(FunctionName=name)
    shown = json.dumps(configuration["Environment"])
    assert market.secret("JWTSecretArn") not in shown
    assert json.loads(market.secret("DatabaseSecretArn"))["password"] not in shown


@pytest.mark.usefixtures("app")
def test_a_page_is_rendered_again_when_it_is_old_and_when_it_is_asked_for(visitor: httpx.Client) -> None:
    def rendered(after: str = "") -> str:
        (found,) = re.findall(r'id="rendered">([^<]+)', visitor.get("/news").text)
        return found if found > after else ""

    first = rendered()
    second = eventually(lambda: rendered(after=first))
    assert visitor.post("/api/news").json() == {"revalidated": True}
    assert eventually(lambda: rendered(after=second))


def test_a_new_build_is_served_and_a_broken_one_is_recovered_from(
    market: Market, visitor: httpx.Client, app: Path, tmp_path: Path
) -> None:
    bring(market, changed(app, tmp_path / "second", "second"))
    assert visitor.get("/robots.txt").text == "# second\n"
    again = market.project.pkgops("deploy", "stream_sales", "--yes").stderr
    assert "Nothing to deploy" in again
    assert "Comparing" not in again.split("Nothing to deploy")[1], "what is published is not compared again"

    bring(market, changed(app, tmp_path / "third", "third", server="export const handler = nothing;"))
    assert visitor.get("/api/health").status_code == 502
    log = market.project.pkgops("tail-logs", "server", "--system", "stream_sales", "--since", "1m").stdout
    assert "nothing is not defined" in log

    bring(market, app)
    assert visitor.get("/api/health").json()["status"] == "ok"
    for earlier in ("second", "third"):
        assert visitor.get(f"/_next/static/{earlier}.js").text == earlier, "a page of that build may still be open"
    plan = market.project.rows("web", "publish", "stream_sales", "--prune", "--dry-run")
    gone = {change["key"] for change in plan["changes"]}
    assert gone == {"_assets/_next/static/second.js", "_assets/_next/static/third.js"}
