"""Is every mistake in templates/ one sentence, with the file and the line?"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from pkgops.build.build import synthesized
from pkgops.errors import BuildError
from tests import probe as probes
from tests.probe import MAIN, Probe

FIRST = MAIN.count("\n", 0, MAIN.index("%(more)s")) + 1  # the line on which ``more`` begins


@pytest.fixture
def probe(tmp_path: Path) -> Iterator[Probe]:
    yield probes.make(tmp_path)
    probes.forget()


@pytest.mark.parametrize(
    ("more", "line", "reason"),
    [
        (
            'scope.add(awslambda.Function("F", Handler="x", Code={"S3Bucket": "b", "S3Key": "k"}))',
            0,
            "F.Code is dict, expected awslambda.Code.",
        ),
        ('scope.add(logs.LogGroup("L", RetentionInDays=31))', 0, "L.RetentionInDays: Integer must be one of"),
        ('x = 1\nscope.add(logs.LogGroup("L", Retention=31))', 1, "does not support attribute Retention."),
        ('x = 1\nscope.add(awslambda.Function("F"))\nx = 2', 1, "Resource Code required in type AWS::Lambda::Function"),
        (
            'scope.add(sqs.Queue("Q"))\nscope.add(logs.LogGroup("Q"))',
            1,
            f"the AWS::SQS::Queue added at templates/probe/main.py:{FIRST} has the logical id Q already.",
        ),
        ('scope.add(sqs.Queue("a b"))', 0, 'Name "a b" not alphanumeric.'),
        ("scope.use('nonsense')", 0, "'nonsense' is not of the form stack.OutputName."),
        ('queue = sqs.Queue("Q")\nqueue.refs()', 1, "'Queue' object has no attribute 'refs'; did you mean 'ref'?"),
        ('sqs.Queue("Q").nothing_like_it', 0, "'Queue' object has no attribute 'nothing_like_it'."),
        ('scope.outptu("a", "b")', 0, "'Scope' object has no attribute 'outptu'; did you mean 'output'?"),
        ("sqs.Qeue", 0, "module 'troposphere.sqs' has no attribute 'Qeue'; did you mean 'Queue'?"),
        ("jobs = 1\njob.consume()", 1, "NameError: name 'job' is not defined; did you mean 'jobs'?"),
        ("x = (", 0, "'(' was never closed."),
        ("x = f(a=1 b=2)", 0, "invalid syntax. Perhaps you forgot a comma?"),
        ("import nowhere_at_all", 0, "No module named 'nowhere_at_all'."),
        ("{}['key']", 0, "KeyError: 'key'."),
        ("assert False", 0, "AssertionError."),
        ("raise SystemExit(3)", 0, "the program was ended (SystemExit 3)."),
    ],
)
def test_an_exception_names_file_line_and_reason(
    probe: Probe, capfd: pytest.CaptureFixture[str], more: str, line: int, reason: str
) -> None:
    probe.stack(more=more)
    with pytest.raises(BuildError) as caught:
        synthesized(probe.load())
    assert caught.value.message.startswith(f"templates/probe/main.py:{FIRST + line}: ")
    assert reason in caught.value.message
    assert "\n" not in caught.value.message
    assert len(caught.value.message) < 400
    assert (caught.value.code, capfd.readouterr()) == (3, ("", "")), "troposphere prints, and need not"


def test_so_does_one_in_the_systems_own_module(probe: Probe) -> None:
    text = probes.SYSTEM.replace("check=lambda stage, settings: []", "check=lambda stage, settings: settings.nothing")
    probe.write("templates/probe/__init__.py", text)
    with pytest.raises(BuildError, match=r"templates/probe/__init__\.py:19: 'Settings' object has no attribute"):
        synthesized(probe.load())
    probe.write("templates/probe/__init__.py", text + "\n1 / 0\n")
    with pytest.raises(BuildError, match=r"templates/probe/__init__\.py:23: ZeroDivisionError: division by zero"):
        probe.load()


@pytest.mark.parametrize("name", ["templates/probe/__init__.py", "templates/probe/main.py", "handlers/probe/one.py"])
def test_so_does_a_byte_of_another_encoding(probe: Probe, name: str) -> None:
    path = probe.root / name
    path.write_bytes(path.read_bytes() + b'\n\nX = "Gr\xfcn"\n')
    line = path.read_bytes().count(b"\n")
    with pytest.raises(BuildError, match=f"^{name} is not UTF-8: line {line} has a byte of another") as caught:
        probe.package()
    assert (caught.value.code, caught.value.hint) == (3, "Save it as UTF-8 without a byte order mark.")
    path.write_bytes(b"# -*- coding: latin-1 -*-\n" + path.read_bytes())
    probe.package()


def test_what_a_template_prints_itself_is_kept(probe: Probe, capsys: pytest.CaptureFixture[str]) -> None:
    probe.stack(more='import sys\nprint("look here", file=sys.stderr)')
    synthesized(probe.load())
    assert capsys.readouterr().err == "look here\n"
