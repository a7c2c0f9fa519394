"""Which functions let people back into their account?"""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.sources import Route
from templates.pkgwatch import bodies
from templates.pkgwatch.access import Access
from templates.pkgwatch.contracts import recovery as said


def rows(a: Access) -> list[Function]:
    """A handler is one row: its file, its routes, what it may do."""
    pending = Route("GET /auth/pending-recovery-codes", contract=said.PENDING_CODES)
    codes = tuple(
        Route(f"{method} /account/recovery-codes", contract=contract)
        for method, contract in (("GET", said.COUNT_CODES), ("POST", said.NEW_CODES), ("DELETE", said.DELETE_CODES))
    )
    initiate = Route("POST /recovery/initiate", bodies.RECOVERY_INITIATE, contract=said.INITIATE)
    by_key = Route("POST /recovery/verify-api-key", bodies.RECOVERY_VERIFY_API_KEY, contract=said.VERIFY_API_KEY)
    by_code = Route("POST /recovery/verify-code", bodies.RECOVERY_VERIFY_CODE, contract=said.VERIFY_CODE)
    update = Route("POST /recovery/update-email", bodies.RECOVERY_UPDATE_EMAIL, contract=said.UPDATE_EMAIL)
    confirm = Route("GET /recovery/confirm-email", contract=said.CONFIRM_EMAIL)
    by_session = (a.keys_rw, a.session)
    return [
        Function("get_pending_recovery_codes", (pending,), by_session, a.auth),
        Function("account_recovery_codes", codes, by_session, a.auth),
        Function("recovery_initiate", (initiate,), (a.keys_rw,), a.auth),
        Function("recovery_verify_api_key", (by_key,), (a.keys_rw, a.mail), a.auth),
        Function("recovery_verify_code", (by_code,), (a.keys_rw,), a.auth),
        Function("recovery_update_email", (update,), (a.keys_rw, a.mail), a.auth),
        Function("recovery_confirm_email", (confirm,), (*by_session, a.mail), a.auth),
    ]
