"""The mails about payments."""

from __future__ import annotations

from handlers.pkgwatch.accounts.mails import Mail, compose


def payment_failed(base_url: str, plan: str, grace_days: int) -> Mail:
    """After the first failed payment."""
    return compose(
        "Your payment for PkgWatch failed",
        [
            f"The payment for your plan {plan} failed. It is tried again; the plan goes on for {grace_days} days.",
            "Please check your card. If no payment works by then, your account goes back to the free plan.",
        ],
        ("Dashboard", f"{base_url}/dashboard"),
    )
