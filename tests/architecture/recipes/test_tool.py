"""The recipes for what belongs to the tool, and for the dependencies of handlers."""

from __future__ import annotations

import re

import pytest

from tests.architecture.recipes.scratch import Scratch, recipes
from tests.architecture.tree import ROOT

COMMAND = '''"""``pkgops regions``: shows the region of each stage."""

from __future__ import annotations

from typing import TYPE_CHECKING

from pkgops.cli.command import session_command

if TYPE_CHECKING:
    from pkgops.cli.session import Session

EXAMPLE = "pkgops regions"


@session_command("regions", example=EXAMPLE)
def command(session: Session) -> None:
    """Show the region of each stage."""
    from pkgops.operate.regions import region_rows

    session.console.print_table(("Stage", "Region"), region_rows(session.root), "There are no stages.")
'''
VERB = '''"""The regions of a project's stages."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

from pkgops.config import stages


def region_rows(root: Path) -> Iterator[tuple[str, str]]:
    """(stage, region) for each stage."""
    return ((stage.name, stage.region) for stage in stages(root).values())
'''
RULE = '''"""Stacks called test."""

from __future__ import annotations

from collections.abc import Iterator

from pkgops.checks.kit.rule import Example, Rule
from pkgops.checks.kit.subject import Found, Subject


def _find(subject: Subject) -> Iterator[Found]:
    for stack in subject.stacks:
        if stack.key == "test":
            yield Found("No stack is called test.", stack.key)


RULE = Rule(
    id="P099",
    title="Stack called test",
    reason="It says nothing.",
    remedy="Rename it.",
    find=_find,
    bad=Example(),
    good=Example(),
)
'''
POLYFILL = '''"""AWS::SQS::Imaginary: recorded and nothing else."""

from __future__ import annotations

from pkgops.local.hooks.types import Created, Properties, Types


def install(types: Types) -> None:
    """Adds the type."""
    types.add("AWS::SQS::Imaginary", _create, lambda name, properties: None)


def _create(logical_id: str, properties: Properties, stack: str) -> Created:
    return f"{stack}-{logical_id}", {}
'''


def test_a_command(scratch: Scratch) -> None:
    scratch.add("pkgops/cli/commands/operate/regions.py", COMMAND)
    scratch.add("pkgops/operate/regions.py", VERB)
    scratch.edit(
        "pkgops/cli/main.py", '        "env": ', '        "regions": "Show the region of each stage.",\n        "env": '
    )
    scratch.follows("a command")
    assert re.search(r"dev +us-east-1", scratch.pkgops("regions"))
    scratch.run("-m", "pkgops.cli.reference")
    assert (scratch.root / "docs/reference/cli/regions.md").is_file()
    scratch.tests("tests/pkgops/cli/test_help.py")


def test_a_call_to_aws(scratch: Scratch) -> None:
    signature = "def tags(self, name: str) -> dict[str, str]:"
    scratch.edit(
        "pkgops/ports/queues.py",
        "    def send(",
        f'    {signature}\n        """What the queue is tagged with."""\n\n    def send(',
    )
    called = 'tagged = self._clients.get("sqs").list_queue_tags(QueueUrl=self._existing_url(name))'
    found = 'return dict(tagged.get("Tags", {}))'
    scratch.edit(
        "pkgops/aws/queues.py",
        "    def send(",
        f'    {signature}\n        with translated("sqs:ListQueueTags"):\n            {called}\n        {found}\n\n'
        "    def send(",
    )
    scratch.edit(
        "tests/pkgops/fakes/queues.py",
        "    def send(",
        f'    {signature}\n        return {{"waiting": str(len(self.waiting[name]))}}\n\n    def send(',
    )
    registry = "tests/pkgops/permissions/test_api_calls.py"
    with pytest.raises(AssertionError, match="list_queue_tags"):
        scratch.tests(registry)
    scratch.edit(
        "pkgops/permissions/api_calls.py",
        '    ("sqs", "receive_message"): ',
        '    ("sqs", "list_queue_tags"): (_call(Target.QUEUES, "sqs:ListQueueTags"),),\n'
        '    ("sqs", "receive_message"): ',
    )
    scratch.follows("a call to AWS")
    scratch.tests(registry)
    program = "from tests.pkgops.fakes.queues import FakeQueues as Q; q = Q(a=['x']); print(q.tags('a'))"
    assert scratch.run("-c", program) == "{'waiting': '1'}\n"


def test_a_check_rule(scratch: Scratch) -> None:
    scratch.add("pkgops/checks/rules/templates/stack_called_test.py", RULE)
    scratch.follows("a check rule")
    program = """
from pathlib import Path
from pkgops.build.check import report
from pkgops.build.synth import SynthesizedStack
from pkgops.config import load
stack = SynthesizedStack("kefir", "test", "Test", {"Resources": {}}, {}, {})
print(*(one.message for one in report(load("dev", "kefir", Path(), {}), [stack], linted=False).findings))
"""
    assert "No stack is called test." in scratch.run("-c", program)


def test_a_polyfill(scratch: Scratch) -> None:
    scratch.add("pkgops/local/polyfills/sqs/imaginary.py", POLYFILL)
    scratch.follows("a polyfill")
    program = "from pkgops.local.polyfills import install; install(); "
    program += "from pkgops.local.hooks.types import Types; print(*Types().handler('AWS::SQS::Imaginary'))"
    assert "create" in scratch.run("-c", program)


def test_a_dependency_of_handlers(scratch: Scratch) -> None:
    """`make pins` needs the network: its result is written here, from what is pinned for the tests."""
    handler = '"""Reads CBOR."""\n\nimport cbor2\n\n\ndef handler(event, context):\n    return cbor2.loads(event)\n'
    (scratch.root / "handlers/kefir/api/read_cbor.py").write_text(handler, encoding="utf-8")
    pinned = re.search(r"^(cbor2==[\d.]+).*?(?=^\w)", (ROOT / "requirements/dev.txt").read_text("utf-8"), re.M | re.S)
    assert pinned
    scratch.edit("handlers/requirements.in", "\nmsgspec", f"\n{pinned[1]}\nmsgspec")
    scratch.follows("a dependency of handlers")
    with (scratch.root / "handlers/requirements.txt").open("a", encoding="utf-8") as file:
        file.write(pinned[0])
    program = "from pathlib import Path; from tests.closures import closures; "
    program += "print(*closures(Path()).of('handlers/kefir/api/read_cbor.py').requirements)"
    assert "cbor2" in scratch.run("-c", program)


def test_every_recipe_is_carried_out() -> None:
    """What the tests here say they follow are the rows of the table."""
    texts = [path.read_text(encoding="utf-8") for path in (ROOT / "tests/architecture/recipes").glob("test_*.py")]
    followed = [name for text in texts for name in re.findall(r'scratch\.follows\("([^"]+)"\)', text)]
    assert {*followed} == {*recipes()}


def test_a_place_too_few_or_too_many_is_found(scratch: Scratch) -> None:
    scratch.touched = {"templates/shop/notes.py", "templates/shop/__init__.py"}
    scratch.follows("a stack")
    scratch.touched.add("pkgops/model.py")
    with pytest.raises(AssertionError, match="not in the row of a stack"):
        scratch.follows("a stack")
    scratch.touched = {"templates/shop/notes.py"}
    with pytest.raises(AssertionError, match="not needed for a stack"):
        scratch.follows("a stack")
