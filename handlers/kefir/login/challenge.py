"""The names of the parameters that the triggers and the login hand to each other.

Cognito hands a challenge's public parameters to whoever began the login, and the private ones to the trigger that
checks the answer.
"""

from __future__ import annotations

# Public: the id of the code's row; set where no code was sent because the mailbox has had as many as it may.
CODE_ID, LIMITED = "codeId", "limited"
# Private: the code.
DIGITS = "code"
