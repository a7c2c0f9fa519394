# SPDX-License-Identifier: GPL-3.0-or-later
"""Stripe on this machine: localstripe, with the resources and shapes of the API version the handlers' SDK speaks.

Its options (`pkgops.declarations.Companion`):

- ``prices``: price id -> (product name, cents a month). They exist from the start.
- ``webhook``: ``url`` names the output of a stack that holds the API's address, ``path`` comes behind it,
  ``secret`` is the documented name of the secret events are signed with, ``field`` its field where it is JSON.

Everything is kept in memory: customers and subscriptions are gone when the emulator stops or is reset. Time does not
pass by itself: a period ends when its button on the billing portal's page is pressed.

This package extends localstripe and is under its license (see LICENSE); the rest of the project is not.
"""

from __future__ import annotations

# localstripe's internals are extended, so its version is exact.
LOCALSTRIPE = "1.15.10"
