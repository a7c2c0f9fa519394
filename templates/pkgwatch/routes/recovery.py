"""The functions that let users back into their accounts."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import recovery as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    pending = Route("GET /auth/pending-recovery-codes", contracts.PENDING_CODES)
    codes = (
        Route("GET /account/recovery-codes", contracts.COUNT_CODES),
        Route("POST /account/recovery-codes", contracts.NEW_CODES),
        Route("DELETE /account/recovery-codes", contracts.DELETE_CODES),
    )
    initiate = Route("POST /recovery/initiate", contracts.INITIATE)
    verify_key = Route("POST /recovery/verify-api-key", contracts.VERIFY_API_KEY)
    verify_code = Route("POST /recovery/verify-code", contracts.VERIFY_CODE)
    update_email = Route("POST /recovery/update-email", contracts.UPDATE_EMAIL)
    confirm_email = Route("GET /recovery/confirm-email", contracts.CONFIRM_EMAIL)
    with_session = (grants.write_keys, grants.session_secret)
    with_mail = (grants.write_keys, grants.send_mail)
    account = environment.accounts
    return [
        Function("get_pending_recovery_codes", (pending,), with_session, account),
        Function("account_recovery_codes", codes, with_session, account),
        Function("recovery_initiate", (initiate,), (grants.write_keys,), account),
        Function("recovery_verify_api_key", (verify_key,), with_mail, account),
        Function("recovery_verify_code", (verify_code,), (grants.write_keys,), account),
        Function("recovery_update_email", (update_email,), with_mail, account),
        Function("recovery_confirm_email", (confirm_email,), (*with_session, grants.send_mail), account),
    ]
