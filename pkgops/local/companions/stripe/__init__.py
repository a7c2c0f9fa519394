"""Stripe on this machine: localstripe, with the resources and shapes of the API version the handlers' SDK speaks.

Options a system declares (`pkgops.model.Companion`):

- ``prices``: price id -> (product name, cents a month). They exist from the start.
- ``webhook``: ``url`` names the output of a stack that holds the API's address, ``path`` comes behind it,
  ``secret`` is the documented name of the secret events are signed with, ``field`` its field where it is JSON.

Everything is kept in memory: customers and subscriptions are gone when the emulator stops or is reset. Nothing
happens by itself either: a period ends when somebody says so on the billing portal's page.
"""
