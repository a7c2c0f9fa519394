"""What holds for every test."""

from __future__ import annotations

import signal

import hypothesis

# How long an example takes says something about the machine, not about the code.
hypothesis.settings.register_profile("pkgops", deadline=None)
hypothesis.settings.load_profile("pkgops")

# A shell without job control starts what runs behind it with Ctrl-C ignored; the tests of Ctrl-C want it heard.
signal.signal(signal.SIGINT, signal.default_int_handler)
