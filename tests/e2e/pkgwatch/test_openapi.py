"""Does the deployed API keep to its OpenAPI document, whatever it is sent?"""

from __future__ import annotations

from contextlib import suppress
from typing import Any

import pytest
import schemathesis
from hypothesis import HealthCheck, Phase, given, settings
from hypothesis import strategies as st
from hypothesis.errors import Unsatisfiable
from schemathesis import GenerationMode, checks
from schemathesis.specs.openapi.checks import (
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
    status_code_conformance,
)

from tests.e2e.conftest import Deployed
from tests.e2e.contract import document
from tests.e2e.pkgwatch.person import Person, member

pytestmark = pytest.mark.e2e

METHODS = ("get", "post", "delete")
EXAMPLES = {GenerationMode.POSITIVE: 5, GenerationMode.NEGATIVE: 4}
CHECKS = [
    checks.not_a_server_error,
    status_code_conformance,
    content_type_conformance,
    response_headers_conformance,
    response_schema_conformance,
]


def operations() -> list[tuple[str, str]]:
    return [(method, path) for path, item in document()["paths"].items() for method in METHODS if method in item]


@pytest.fixture(scope="module")
def somebody(pkgwatch: Deployed) -> Person:
    """Whoever the requests with credentials come from."""
    return member(pkgwatch, "fuzz")


@pytest.fixture(scope="module")
def schema(pkgwatch: Deployed) -> Any:
    """The document, pointed at the deployed API and kept below the rate it allows."""
    made = schemathesis.openapi.from_dict(document())
    made.config.update(base_url=pkgwatch.url, rate_limit="40/s")
    return made


@pytest.mark.parametrize("mode", EXAMPLES, ids=lambda mode: mode.value)
@pytest.mark.parametrize(("method", "path"), operations())
def test_answers_conform(schema: Any, somebody: Person, method: str, path: str, mode: GenerationMode) -> None:
    operation = schema[path][method.upper()]
    known = {"Cookie": somebody.cookie, "X-API-Key": somebody.key}

    @settings(
        max_examples=EXAMPLES[mode],
        deadline=None,
        database=None,
        derandomize=True,
        phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )
    @given(case=operation.as_strategy(generation_mode=mode), credentials=st.booleans())
    def answers(case: Any, credentials: bool) -> None:
        answer = case.call(headers=known if credentials else None, allow_redirects=False, timeout=30)
        case.validate_response(answer, checks=CHECKS)

    # There is nothing wrong to send to a route that takes nothing.
    with suppress(*([Unsatisfiable] if mode is GenerationMode.NEGATIVE else [])):
        answers()
