"""How long does a command take, how much of that do processors work, and how much memory has it at most?

Run by path as ``python -I -S stopwatch.py FILE COMMAND...``: the command's stdout goes to FILE, its stderr through,
and one JSON object to stdout. A process of its own, because the kernel counts what a parent has in memory when it
starts a child as the child's peak: this one is smaller than anything measured.
"""

from __future__ import annotations

import os
import subprocess
import sys
import time

FILE, *COMMAND = sys.argv[1:]

with open(FILE, "wb") as output:  # noqa: PTH123 - pathlib would be the largest part of this process
    began = time.perf_counter()
    process = subprocess.Popen(COMMAND, stdin=subprocess.DEVNULL, stdout=output)
    _, status, usage = os.wait4(process.pid, 0)
    seconds = time.perf_counter() - began

process.returncode = os.waitstatus_to_exitcode(status)
cpu, peak = usage.ru_utime + usage.ru_stime, usage.ru_maxrss * 1024
sys.stdout.write(f'{{"seconds": {seconds}, "cpu": {cpu}, "peak": {peak}, "code": {process.returncode}}}')
