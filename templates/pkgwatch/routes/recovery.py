"""The functions that let users back into their accounts."""

from __future__ import annotations

from pkgops.kit.function import Function
from pkgops.kit.triggers import Route
from templates.pkgwatch.contracts import recovery as contracts
from templates.pkgwatch.routes.access import Environment, Grants, Links


def rows(grants: Grants, environment: Environment, _links: Links) -> list[Function]:
    """One row a function: its file, its routes, its permissions, its environment."""
    return [*_codes(grants, environment), *_recoveries(grants, environment)]


def _codes(grants: Grants, environment: Environment) -> list[Function]:
    """The codes a user keeps for it."""
    pending = Route("GET /auth/pending-recovery-codes", contracts.PENDING_CODES)
    codes = (
        Route("GET /account/recovery-codes", contracts.COUNT_CODES),
        Route("POST /account/recovery-codes", contracts.NEW_CODES),
        Route("DELETE /account/recovery-codes", contracts.DELETE_CODES),
    )
    account = environment.accounts
    return [
        Function(
            "get_pending_recovery_codes",
            (pending,),
            (grants.keys("DeleteItem", "GetItem", "UpdateItem"), grants.session_secret),
            account,
        ),
        Function(
            "account_recovery_codes",
            codes,
            (grants.keys("GetItem", "Query", "UpdateItem"), grants.session_secret),
            account,
        ),
    ]


def _recoveries(grants: Grants, environment: Environment) -> list[Function]:
    """The steps of a recovery."""
    initiate = Route("POST /recovery/initiate", contracts.INITIATE)
    verify_key = Route("POST /recovery/verify-api-key", contracts.VERIFY_API_KEY)
    verify_code = Route("POST /recovery/verify-code", contracts.VERIFY_CODE)
    update_email = Route("POST /recovery/update-email", contracts.UPDATE_EMAIL)
    confirm_email = Route("GET /recovery/confirm-email", contracts.CONFIRM_EMAIL)
    account = environment.accounts
    return [
        Function(
            "recovery_initiate", (initiate,), (grants.keys("GetItem", "PutItem", "Query", "UpdateItem"),), account
        ),
        Function(
            "recovery_verify_api_key",
            (verify_key,),
            (grants.keys("GetItem", "Query", "UpdateItem"), grants.send_mail),
            account,
        ),
        Function("recovery_verify_code", (verify_code,), (grants.keys("GetItem", "Query", "UpdateItem"),), account),
        Function(
            "recovery_update_email",
            (update_email,),
            (grants.keys("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"), grants.send_mail),
            account,
        ),
        Function(
            "recovery_confirm_email",
            (confirm_email,),
            (
                grants.keys("DeleteItem", "GetItem", "PutItem", "Query", "UpdateItem"),
                grants.session_secret,
                grants.send_mail,
            ),
            account,
        ),
    ]
