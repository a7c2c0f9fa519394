"""The emulator works where /proc is out of sight, as on macOS: it starts, stops, restarts and runs functions."""

from __future__ import annotations

import re
import shutil
import subprocess
import sys

import pytest

from tests.repository import ROOT

pytestmark = pytest.mark.emulator

HIDE = 'mount -t tmpfs none /proc && test ! -e /proc/self && exec "$@"'
IN_A_NAMESPACE = ["unshare", "--mount", "--map-root-user", "sh", "-c", HIDE, "sh"]
SUITE = (
    "cli/commands/tools/test_local.py",
    "local/client/test_emulator.py",
    "local/polyfills/lambda_/test_execution.py",
    "local/server/test_companion_proxy.py",
    "local/server/test_restart.py",
    "local/test_processes.py",
)


def test_the_emulator_s_suite_passes_without_proc(tmp_path):
    if shutil.which("unshare") is None or subprocess.run([*IN_A_NAMESPACE, "true"], check=False).returncode:
        pytest.skip("/proc can be hidden on Linux alone, where a user may make namespaces")
    options = ["-q", "-p", "no:cacheprovider", f"--basetemp={tmp_path / 'inside'}"]
    tests = [f"tests/pkgops/{name}" for name in SUITE]
    command = [*IN_A_NAMESPACE, sys.executable, "-m", "pytest", *options, *tests]
    done = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stdout + done.stderr
    passed = re.search(r"(\d+) passed", done.stdout)
    assert passed
    assert int(passed[1]) > 30, done.stdout
    assert "the system tells about processes" not in done.stdout, "the test of unknown memory was skipped"
