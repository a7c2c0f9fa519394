"""Is everything that commands take a name of found by every name the documents give it?"""

from __future__ import annotations

import pytest

from pkgops.build.functions import find_function, functions
from pkgops.config import Project
from pkgops.errors import NotFoundError
from pkgops.operate.queues import declared_queues, find_queue
from pkgops.operate.secrets.secrets import declared_secret
from pkgops.select import stack_key
from tests.repository import ROOT
from tests.templates.conftest import Case, built

WORDS = {"local": "development", "dev": "development", "prod": "production"}
KEYVEX = pytest.mark.parametrize("stage", WORDS)


def without_stage(case: Case, name: str) -> str:
    """A name that ends with the stage, or with the system's word for it, without that."""
    return name.removesuffix(f"-{case.stage.name}").removesuffix(f"-{case.system.environment(case.stage)}")


def test_queues_and_functions_go_with_and_without_the_stage(system_cases: tuple[Case, ...]) -> None:
    stacks = [case.stack for case in system_cases]
    known, queues = functions(stacks), declared_queues(stacks)
    for function in known:
        for name in (function.name, without_stage(system_cases[0], function.name), function.handler):
            assert not name or find_function(known, name) == function
    for queue in queues:
        for name in (queue.name, without_stage(system_cases[0], queue.name)):
            assert find_queue(queues, name) == queue


@KEYVEX
def test_a_queue_goes_by_what_is_left_without_the_environment(stage: str) -> None:
    queues = declared_queues([case.stack for case in built("keyvex", stage)])
    for name in ("email-queue", "keyvex-email-queue", f"keyvex-email-queue-{WORDS[stage]}"):
        assert find_queue(queues, name).name == f"keyvex-email-queue-{WORDS[stage]}"
    other = {"development": "production", "production": "development"}[WORDS[stage]]
    with pytest.raises(NotFoundError):
        find_queue(queues, f"keyvex-email-queue-{other}")


@KEYVEX
def test_a_function_goes_by_its_file_and_by_its_name(stage: str) -> None:
    known = functions([case.stack for case in built("keyvex", stage)])
    bare = "keyvex-ai-processor"
    for name in (
        "ai-processor",
        "ai/ai_processor",
        bare,
        f"{bare}-{WORDS[stage]}",
        f"/aws/lambda/{bare}-{WORDS[stage]}",
    ):
        assert find_function(known, name).name == f"{bare}-{WORDS[stage]}"


@KEYVEX
def test_a_secret_and_a_stack_go_with_and_without_the_environment(stage: str) -> None:
    case = built("keyvex", stage)[0]
    project = Project(ROOT, case.stage, case.system, case.settings)
    for name in ("ai", "keyvex/ai", "keyvex/ai/{environment}", f"keyvex/ai/{WORDS[stage]}"):
        assert declared_secret(project, name) == "keyvex/ai/{environment}"
    for name in ("compute", "Keyvex-Compute", "keyvex-compute", "KeyvexComputeStack", f"Keyvex-{WORDS[stage]}-Compute"):
        assert stack_key(case.system, name, case.stage) == "compute"
