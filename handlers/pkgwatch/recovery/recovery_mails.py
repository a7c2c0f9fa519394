"""The mails about recovering an account."""

from __future__ import annotations

from handlers.pkgwatch.accounts.mails import Mail, callback, compose
from handlers.pkgwatch.accounts.users import masked


def recovered_by_key(api_url: str, token: str) -> Mail:
    """A login link, after an API key of the account was verified."""
    return compose(
        "Recover your PkgWatch account",
        ["Somebody, probably you, has started to recover this account with one of its API keys."],
        ("Log in", callback(api_url, token)),
        [
            "The link is valid for 15 minutes and works once.",
            "If it was not you, somebody else holds a key of yours: log in, create new keys and revoke the old ones.",
        ],
    )


def confirm_change(api_url: str, token: str, old: str) -> Mail:
    """To the new address of an account."""
    return compose(
        "Confirm your new e-mail address",
        [f"This address is to replace {masked(old)} as the address of a PkgWatch account."],
        ("Confirm", f"{api_url}/recovery/confirm-email?token={token}"),
        ["The link is valid for 24 hours and works once. If you did not ask for this, ignore this mail."],
    )


def change_requested(new: str) -> Mail:
    """To the address an account still has."""
    return compose(
        "Your PkgWatch e-mail address is about to change",
        [
            f"Somebody with one of your recovery codes has asked to change your address to {masked(new)}.",
            "Warning: if it was not you, log in now, make new recovery codes and new API keys, and answer this mail.",
        ],
        None,
    )


def changed(new: str) -> Mail:
    """To the address an account had."""
    return compose(
        "Your PkgWatch e-mail address was changed",
        [
            f"The address of your account is {masked(new)} now. This is the last mail to this address.",
            "If it was not you, answer this mail at once.",
        ],
        None,
    )
