"""pkgops check."""

from __future__ import annotations

import importlib
import json
from collections.abc import Callable, Iterator
from pathlib import Path

import pytest
from click.testing import Result

from pkgops.checks.registry import rules
from pkgops.project import use_templates
from tests.repository import ROOT

HANDLER = "import os\n\ndef handler(event, context):\n    return os.environ['COLOR']\n"
STACK = """
from troposphere import GetAtt, Ref, awslambda, iam, logs, sns
from pkgops.kit import grants
from pkgops.scope import handler_code

def build(scope):
    log = scope.add(logs.LogGroup("Log"))
    role = scope.add(iam.Role("Role", AssumeRolePolicyDocument=grants.trust_policy("lambda")))
    scope.add(awslambda.Function(
        "Read", Code=awslambda.Code(**handler_code("handlers/paint/read.py")), Role=GetAtt(role, "Arn"),
        Handler="handlers.paint.read.handler", Runtime="python3.12",
        LoggingConfig=awslambda.LoggingConfig(LogGroup=Ref(log)),
    ))
    ACCEPT
"""
OTHER = 'from troposphere import sns\ndef build(scope):\n    scope.add(sns.Topic("News"))\n'
SYSTEM = """
from dataclasses import dataclass
from pkgops.model import Stack, System

@dataclass(frozen=True)
class Settings:
    shade: str = "light"

SYSTEM = System(
    key="paint", title="Paint", stacks=(Stack("main", "PaintMain"), Stack("other", "PaintOther")), settings=Settings,
    environments={}, check=lambda stage, settings: [], tags=lambda stage: {},
)
"""


@pytest.fixture
def paint(project: Path, monkeypatch: pytest.MonkeyPatch) -> Iterator[Path]:
    """A project of its own with one system, none of whose files but the necessary are there."""
    root = project / "own"
    files = {
        "stages.toml": "[local]\n[prod]\naccount = '123456789012'\nprotected = true\n",
        "templates/__init__.py": "",
        "templates/paint/__init__.py": SYSTEM,
        "templates/paint/main.py": STACK.replace("ACCEPT", "pass"),
        "templates/paint/other.py": OTHER,
        "handlers/__init__.py": "",
        "handlers/paint/__init__.py": "",
        "handlers/paint/read.py": HANDLER,
    }
    for path, text in files.items():
        (root / path).parent.mkdir(parents=True, exist_ok=True)
        (root / path).write_text(text, encoding="utf-8")
    monkeypatch.chdir(root)
    yield root
    use_templates(ROOT)


@pytest.fixture
def check(run: Callable[..., Result], paint: Path) -> Callable[..., Result]:
    """Runs ``pkgops check`` in that project, whose templates may have changed since the last time."""

    def call(*args: str) -> Result:
        use_templates(ROOT)
        importlib.invalidate_caches()
        return run("check", *args)

    return call


def change(root: Path, path: str, old: str, new: str) -> None:
    file = root / path
    file.write_text(file.read_text(encoding="utf-8").replace(old, new), encoding="utf-8")


def test_one_run_says_what_a_new_system_lacks(check, paint):
    result = check("--no-cfn-lint")
    assert result.exit_code == 3
    rows = [line for line in result.stdout.splitlines() if not line.startswith(" ")]
    found = {row.split()[1] for row in rows}
    assert {"P202", "P203", "P205", "P901", "P902", "P903", "P904"} <= found
    assert rows[0] == ("error P205 handlers/paint/read.py:4: Read has no variable COLOR; its code fails without it.")
    assert "Add the variable to the function's row" in result.stdout
    assert result.stderr.splitlines()[-1].startswith("1 error, ")
    assert result.stderr.rstrip().endswith("Explain a rule with: pkgops check --explain P205")


def test_json_is_a_list_of_objects(check, paint):
    result = check("--no-cfn-lint", "--output", "json")
    rows = json.loads(result.stdout)
    log = next(row for row in rows if row["rule"] == "P202")
    assert log == {
        "rule": "P202",
        "severity": "warning",
        "file": "templates/paint/main.py",
        "line": 7,
        "stack": "main",
        "resource": "Log",
        "path": "Resources/Log/Properties/RetentionInDays",
        "subject": "",
        "message": "Log keeps its events forever.",
        "remedy": "Set RetentionInDays.",
        "accepted": "",
    }
    assert {json.loads(line)["event"] for line in result.stderr.splitlines()} == {"Started", "Finished"}


def test_warnings_count_with_strict(check, paint):
    change(paint, "handlers/paint/read.py", "['COLOR']", "")
    assert check("--no-cfn-lint").exit_code == 0
    assert check("--no-cfn-lint", "--strict").exit_code == 3


def test_a_stack_is_checked_alone(check, paint):
    result = check("other", "--no-cfn-lint")
    assert "P202" not in result.stdout
    assert "P902" in result.stdout


def test_what_is_accepted_is_listed_on_demand(check, paint):
    change(paint, "templates/paint/main.py", "pass", 'scope.accept("P202", log, reason="auditors want everything")')
    result = check("--no-cfn-lint")
    assert "P202" not in result.stdout
    assert "1 accepted" in result.stderr
    shown = check("--no-cfn-lint", "--accepted")
    assert "accepted P202 templates/paint/main.py:7: Log keeps its events forever." in shown.stdout
    assert "auditors want everything (templates/paint/main.py:" in shown.stdout
    rows = json.loads(check("--no-cfn-lint", "--accepted", "-o", "json").stdout)
    assert [row["accepted"] for row in rows if row["rule"] == "P202"] == ["auditors want everything"]


def test_cfn_lint_is_run_unless_it_is_left_out(check, paint):
    change(paint, "templates/paint/other.py", '"News"', '"News", KmsMasterKeyId="no key at all !"')
    assert "templates/paint/other.py" in check().stdout
    assert "E1162" not in check("--no-cfn-lint").stdout


def test_a_rule_of_the_project(check, paint):
    (paint / "checks").mkdir()
    (paint / "checks/no_topics.py").write_text(
        "from pkgops.checks.kit.rule import Example, Rule\n"
        "def _find(subject):\n"
        '    for topic in subject.resources("AWS::SNS::Topic"):\n'
        '        yield topic.found("is a topic, and we use queues.")\n'
        'RULE = Rule("Q001", "Topic", "We use queues.", "Use a queue.", _find, Example("x"), Example("y"))\n'
    )
    assert "warning Q001 templates/paint/other.py:3: News is a topic" in check("--no-cfn-lint").stdout
    assert check("--explain", "q001").stdout.startswith("Q001 Topic (warning)\n")


@pytest.mark.parametrize("name", rules())
def test_every_rule_has_a_page(run, name):
    text = run("check", "--explain", name).stdout
    rule = rules()[name]
    assert text.startswith(f"{name} {rule.title} ({rule.severity})\n")
    assert "Remedy:" in text
    assert json.loads(run("check", "--explain", name.lower(), "-o", "json").stdout)["rule"] == name


def test_a_rule_of_cfn_lint_has_one_too(run):
    assert run("check", "--explain", "E3012").stdout.startswith("E3012 ")


def test_an_unknown_rule_gets_the_nearest(run):
    result = run("check", "--explain", "P102x")
    assert result.exit_code == 2
    assert "P102" in result.stderr


def test_nothing_is_found(check, paint):
    change(paint, "templates/paint/main.py", '"Log"', '"Log", RetentionInDays=14')
    change(
        paint,
        "templates/paint/main.py",
        'Runtime="python3.12",',
        (
            'Runtime="python3.12", TracingConfig=awslambda.TracingConfig(Mode="Active"),\n'
            '        Environment=awslambda.Environment(Variables={"COLOR": "red"}),'
        ),
    )
    for name in ("main", "other"):
        (paint / "tests/golden/paint/local").mkdir(parents=True, exist_ok=True)
        (paint / f"tests/golden/paint/local/{name}.json").write_text("{}")
    (paint / "tests/test_paint.py").write_text("")
    (paint / "README.md").write_text("Paint, with `shade`.\n")
    result = check("--no-cfn-lint", "--strict")
    assert (result.exit_code, result.stdout) == (0, "")
    assert result.stderr.splitlines()[-1] == "No findings."
    assert check("--no-cfn-lint").stderr == "No findings.\n", "the handlers are analyzed once"
