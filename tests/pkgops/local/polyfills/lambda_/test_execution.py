"""Contract: functions run as on AWS Lambda."""

from __future__ import annotations

import time

import pytest

from tests.processes import needs_process_table

pytestmark = pytest.mark.emulator


def test_a_handler_sees_the_sdk_and_nothing_else_of_the_tool(function):
    result = function("""
        import importlib

        def handler(event, context):
            found = {}
            for name in event:
                try:
                    importlib.import_module(name)
                    found[name] = True
                except ImportError:
                    found[name] = False
            return found
        """)(["boto3", "botocore.session", "dateutil", "click", "ministack", "troposphere", "pkgops", "rich", "pip"])
    assert {name for name, seen in result.items() if seen} == {"boto3", "botocore.session", "dateutil"}


def test_the_environment_is_lambdas_and_the_functions_own(function):
    seen = function(
        "import os\ndef handler(event, context): return dict(os.environ)",
        Environment={"Variables": {"TABLE": "packages"}},
        MemorySize=256,
    )()
    assert seen["TABLE"] == "packages"
    assert seen["AWS_EXECUTION_ENV"] == "AWS_Lambda_python3.12"
    assert seen["TZ"] == ":UTC"
    assert seen["_HANDLER"] == "app.handler"
    assert seen["AWS_LAMBDA_FUNCTION_MEMORY_SIZE"] == "256"
    assert seen["AWS_LAMBDA_LOG_GROUP_NAME"] == f"/aws/lambda/{seen['AWS_LAMBDA_FUNCTION_NAME']}"
    assert seen["AWS_LAMBDA_INITIALIZATION_TYPE"] == "on-demand"
    assert not [name for name in seen if name.startswith(("PKGOPS", "MINISTACK", "STATE_", "GATEWAY", "AUTH"))]


def test_the_sdk_in_a_handler_reaches_the_emulator(function):
    identity = function("""
        import boto3
        def handler(event, context):
            return boto3.client("sts").get_caller_identity()["Arn"]
        """)()
    assert ":assumed-role/contract/" in identity


def test_an_exception_is_reported_as_on_aws_and_keeps_the_environment(function):
    broken = function("""
        calls = 0
        def handler(event, context):
            global calls
            calls += 1
            if event: raise ValueError("no such package")
            return calls
        """)
    answer = broken("fail")
    assert answer["errorType"] == "ValueError"
    assert answer["errorMessage"] == "no such package"
    assert any("raise ValueError" in frame for frame in answer["stackTrace"])
    assert broken() == 2
    logged = [line for line in broken.log() if line.startswith("[ERROR]")]
    assert len(logged) == 1
    assert logged[0].startswith("[ERROR] ValueError: no such package\nTraceback")


def test_a_traceback_names_the_projects_file_and_what_led_to_it(function):
    broken = function("""
        import logging

        def parse(text):
            try:
                return int(text)
            except ValueError as error:
                raise RuntimeError("half \\ud800 a pair") from error

        def handler(event, context):
            try:
                parse("first")
            except RuntimeError:
                logging.exception("told")
            parse("second")
        """)
    answer = broken("fail")
    assert answer["errorType"] == "RuntimeError"
    assert [frame.split(",")[0] for frame in answer["stackTrace"]] == ['  File "app.py"', '  File "app.py"']
    told, failed = (line for line in broken.log() if line.startswith("[ERROR]"))
    for line in (told, failed):
        assert line.index("invalid literal") < line.index("direct cause") < line.rindex("Traceback")
        assert line.count('File "app.py", line ') == line.count("File ")
        assert "return int(text)" in line


@pytest.mark.parametrize(
    ("code", "kind"),
    [
        ("import not_packaged", "Runtime.ImportModuleError"),
        ("x = 1", "Runtime.HandlerNotFound"),
        ("def handler(:", "Runtime.UserCodeSyntaxError"),
        ("raise KeyError('setting')", "KeyError"),
        ("import os\nX = os.nothing\ndef handler(event, context): pass", "AttributeError"),
    ],
)
def test_a_function_that_cannot_start_says_why(function, code, kind):
    broken = function(code)
    assert broken()["errorType"] == kind
    assert [line for line in broken.log() if line.startswith(f"[ERROR] {kind}: ")]


def test_an_error_of_the_module_is_told_with_its_text_and_where_it_arose(function):
    answer = function("import os\nX = os.nothing\ndef handler(event, context): pass")()
    assert answer["errorMessage"] == "module 'os' has no attribute 'nothing'"
    assert any("X = os.nothing" in frame for frame in answer["stackTrace"])


def test_a_handler_without_a_module_is_malformed(function):
    answer = function("def handler(event, context): pass", Handler="handler")()
    assert answer["errorType"] == "Runtime.MalformedHandlerName"


def test_info_records_and_prints_arrive_in_the_log(function):
    logging = function("""
        import logging
        logger = logging.getLogger("pkgwatch")
        logger.setLevel(logging.INFO)
        def handler(event, context):
            logger.info("collected %s", "react")
            logger.debug("not this")
            print("plain")
        """)
    logging()
    lines = logging.log()
    assert lines[0].startswith("START RequestId: ")
    assert any(line.startswith("[INFO]\t") and line.endswith("\tcollected react") for line in lines)
    assert "plain" in lines
    assert not any("not this" in line for line in lines)
    assert lines[-2].startswith("END RequestId: ")
    assert "Init Duration: " in lines[-1]
    logging()
    assert "Init Duration" not in logging.log()[-1]


def test_the_json_log_format_is_honoured(function):
    import json

    speaking = function(
        "import logging\ndef handler(e, c): logging.getLogger().info('hello')",
        LoggingConfig={"LogFormat": "JSON"},
    )
    speaking()
    rows = [json.loads(line) for line in speaking.log()]
    assert [row.get("type") for row in rows] == ["platform.start", None, "platform.report"]
    assert rows[1]["message"] == "hello"
    assert rows[1]["level"] == "INFO"


def test_a_function_is_ended_at_its_timeout(function):
    slow = function("import time\ndef handler(e, c): print('here'); time.sleep(60)", Timeout=1)
    started = time.monotonic()
    answer = slow()
    assert time.monotonic() - started < 60
    assert answer["errorType"] == "Sandbox.Timedout"
    assert answer["errorMessage"].endswith("Task timed out after 1.00 seconds")
    assert "here" in slow.log()


@needs_process_table
def test_a_function_stays_within_its_memory(function):
    greedy = function(
        """
        import time
        def handler(event, context):
            held = bytearray(event * 1024 * 1024)
            time.sleep(0.3)
            return len(held)
        """,
        MemorySize=128,
    )
    assert greedy(20) == 20 * 1024 * 1024
    assert greedy(300)["errorType"] == "Runtime.ExitError"
    assert greedy(1) == 1024 * 1024


@pytest.mark.parametrize(
    ("code", "reason"),
    [
        ("import os\ndef handler(e, c): os._exit(7)", "with error: exit status 7"),
        ("import sys\ndef handler(e, c): sys.exit(3)", "with error: exit status 3"),
        ("import sys\nsys.exit(3)", "with error: exit status 3"),
        ("import sys\ndef handler(e, c): sys.exit()", "without providing a reason"),
        ("import os\ndef handler(e, c): os.abort()", "with error: signal: aborted"),
    ],
)
def test_a_process_that_exits_is_reported(function, code, reason):
    leaving = function(code)
    answer = leaving()
    assert answer["errorType"] == "Runtime.ExitError"
    assert answer["errorMessage"].endswith(f"Error: Runtime exited {reason}")
    assert [line for line in leaving.log() if f"Runtime exited {reason}\nRuntime.ExitError" in line]


def test_concurrent_calls_get_environments_of_their_own(function):
    from concurrent.futures import ThreadPoolExecutor

    sleepy = function("import os, time\ndef handler(e, c): time.sleep(0.3); return os.getpid()")
    with ThreadPoolExecutor(4) as pool:
        assert len(set(pool.map(lambda _: sleepy(), range(4)))) == 4


def test_layers_are_importable(function, aws, unique):
    from tests.emulator import archive

    layer = aws("lambda").publish_layer_version(
        LayerName=unique("layer"),
        Content={"ZipFile": archive({"python/lib/python3.12/site-packages/shared_thing.py": "VALUE = 42"})},
    )
    using = function(
        "import shared_thing\ndef handler(e, c): return shared_thing.VALUE", Layers=[layer["LayerVersionArn"]]
    )
    assert using() == 42


def test_decimals_are_answered_as_numbers(function):
    answer = function("from decimal import Decimal\ndef handler(e, c): return [Decimal('1'), Decimal('1.5')]")()
    assert answer == [1, 1.5]


def test_what_json_cannot_say_is_a_marshal_error(function):
    assert function("def handler(e, c): return object()")()["errorType"] == "Runtime.MarshalError"


def test_text_of_all_kinds_is_answered_as_it_is(function):
    assert function("def handler(e, c): return e + '\\n\\u2028\U0001f600'")("é\x00") == "é\x00\n\u2028\U0001f600"
