"""What is read of a build's manifest, and in which order paths are tried."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from pkgops.kit.next.manifest import UNBUILT, read
from pkgops.kit.next.paths import behaviors, order
from pkgops.local.edge.patterns import matches
from tests.pkgops.next_project import manifest

NAMES = st.text("abcdefg.-_", min_size=1, max_size=8).filter(lambda name: name.strip("."))


def answered(content: dict[str, Any], path: str, private: tuple[str, ...] = ("/api/*", "/dashboard*")) -> str:
    """The origin of the first pattern that fits."""
    return next(one.origin for one in order(read(content), private) if not one.path or matches(one.path, path))


def test_an_unbuilt_application_has_the_functions_of_any_and_no_caches() -> None:
    found = read(None)
    assert found == read(dict(UNBUILT))
    assert [one.folder for one in found.bundles] == ["server-functions/default", "image-optimization-function"]
    assert (found.cache, found.tags, found.queue) == (False, False, False)


def test_caches_are_what_the_server_uses_and_nobody_has_turned_off() -> None:
    whole = read(manifest())
    assert (whole.cache, whole.tags, whole.queue) == (True, True, True)
    assert whole.revalidation is not None
    assert [(one.folder, one.prefix, one.served, one.hashed) for one in whole.copies] == [
        ("assets", "_assets", True, "_next"),
        ("cache", "_cache", False, ""),
    ]
    content = manifest()
    content["origins"]["default"]["tagCache"] = "dummy"
    assert (read(content).cache, read(content).tags) == (True, False)
    content["additionalProps"]["disableIncrementalCache"] = True
    assert (read(content).cache, read(content).queue, read(content).revalidation) == (False, False, None)


def test_every_server_is_deployed_and_the_wrapper_says_if_it_streams() -> None:
    content = manifest()
    content["origins"]["admin"] = {
        "type": "function",
        "handler": "index.handler",
        "bundle": ".open-next/server-functions/admin",
        "wrapper": "aws-lambda-streaming",
        "converter": "aws-apigw-v2",
    }
    content["behaviors"].insert(0, {"pattern": "admin/*", "origin": "admin"})
    servers = read(content).servers
    assert {name: (one.folder, one.streaming) for name, one in servers.items()} == {
        "default": ("server-functions/default", False),
        "admin": ("server-functions/admin", True),
    }
    assert answered(content, "/admin/x") == "admin"


@pytest.mark.parametrize(
    ("changes", "text"),
    [
        ({"edgeFunctions": {"middleware": {}}}, "functions at the edge (middleware)"),
        ({"origins": {"s3": {"type": "s3"}}}, "no origin 'default'"),
        ({"origins": {}}, "this is no manifest of OpenNext 3"),
    ],
)
def test_what_is_not_deployed_here_is_refused(changes: dict[str, Any], text: str) -> None:
    with pytest.raises(ValueError, match=re.escape(text)):
        read(manifest(**changes))


@pytest.mark.parametrize(
    ("part", "value"), [("type", "ecs"), ("converter", "aws-cloudfront"), ("wrapper", "cloudflare-node")]
)
def test_a_server_of_another_kind_is_refused(part: str, value: str) -> None:
    content = manifest()
    content["origins"]["default"][part] = value
    with pytest.raises(ValueError, match=value):
        read(content)


@pytest.mark.parametrize("path", ["../../etc", "/etc", ".open-next/../../x", ".open-next/", "a//b", "a/./b"])
@pytest.mark.parametrize("part", ["bundle", "from", "to"])
def test_no_path_leads_out_of_the_build(path: str, part: str) -> None:
    content = manifest()
    origins = content["origins"]
    (origins["default"] if part == "bundle" else origins["s3"]["copy"][0])[part] = path
    with pytest.raises(ValueError, match="is no path in the build"):
        read(content)


@pytest.mark.parametrize(
    ("pattern", "origin", "text"),
    [
        ("a b.png", "s3", "CloudFront takes no path '/a b.png': give the entry of public/ a plainer name"),
        ("{{resolve:ssm:x}}", "s3", "CloudFront takes no path"),
        ("a" * 255, "s3", "CloudFront takes no path"),
        ("x/*", "nowhere", "/x/* is of the origin 'nowhere', which the build has not"),
    ],
)
def test_a_path_that_cloudfront_does_not_take_is_refused(pattern: str, origin: str, text: str) -> None:
    content = manifest()
    content["behaviors"].append({"pattern": pattern, "origin": origin})
    with pytest.raises(ValueError, match=re.escape(text)):
        read(content)


@given(public=st.lists(NAMES, max_size=8, unique=True), path=NAMES)
def test_whatever_is_in_public_no_file_hides_a_function(public: list[str], path: str) -> None:
    content = manifest()
    content["behaviors"] += [{"pattern": f"{name}/*", "origin": "s3"} for name in public]
    assert answered(content, "/_next/image") == "imageOptimizer"
    assert answered(content, f"/_next/data/{path}") == "default"
    assert answered(content, f"/_next/static/{path}") == "s3"
    assert answered(content, f"/api/{path}") == "default", "a folder api of public is not served in the routes' place"
    assert answered(content, f"/dashboard/{path}") == "default"
    for name in public:
        if name not in ("api", "dashboard"):
            assert answered(content, f"/{name}/{path}") == "s3"


def test_more_paths_than_a_distribution_takes_are_refused() -> None:
    content = manifest()
    content["behaviors"] += [{"pattern": f"file-{number}.txt", "origin": "s3"} for number in range(20)]
    made: Any = object()
    with pytest.raises(ValueError, match="put files into a common folder"):
        behaviors(read(content), ("/api/*",), made, made)
