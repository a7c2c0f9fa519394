"""Can mail be delivered to this address at all? The rules that SES and the domain name system have in common."""

from __future__ import annotations

import re

_LONGEST = 254
# The form HTML's own e-mail field takes, with a dot in the domain: what SES delivers to. Quotes, lists and names,
# which mean something in a mail's header, are not in it; nor is what is no ASCII, which SES refuses.
_LABEL = "[a-z0-9](?:[a-z0-9-]{0,61}[a-z0-9])?"
_ADDRESS = re.compile(rf"[a-z0-9.!#$%&'*+/=?^_`{{|}}~-]{{1,64}}@(?:{_LABEL}\.)+(?![0-9]){_LABEL}")


def is_possible(address: str) -> bool:
    """Whether an address, in lower case, has a form that mail can be sent to."""
    return len(address) <= _LONGEST and bool(_ADDRESS.fullmatch(address))
