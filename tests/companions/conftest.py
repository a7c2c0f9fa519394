"""An emulator that serves this project's companions."""

from __future__ import annotations

from tests import emulator_fixtures

emulator = emulator_fixtures.emulator
aws = emulator_fixtures.aws
