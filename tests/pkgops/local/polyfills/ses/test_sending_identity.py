"""Contract: a function sends mail exactly as its role allows."""

from __future__ import annotations

import pytest

from tests.pkgops.local.polyfills.resources import allow

pytestmark = pytest.mark.emulator

IDENTITY = "arn:aws:ses:us-east-1:000000000000:identity/{}"
DOMAIN = IDENTITY.format("mail.test")


def test_mail_arrives_as_it_was_sent(send, emulator):
    assert send({"sender": "noreply@mail.test"}, allow("ses:SendEmail", DOMAIN)) == "sent"
    mail = emulator.messages()[-1]
    assert (mail.sender, mail.to, mail.subject) == ("noreply@mail.test", ("someone@example.com",), "Grüße")
    assert (mail.text, mail.html) == ("Text ✓", "<p>✓</p>")


@pytest.mark.parametrize("way", ["v1", "v1 raw", "v2", "v2 raw"])
@pytest.mark.parametrize("sender", ["noreply@mail.test", "Mail <noreply@Sub.mail.test>"])
def test_an_address_below_a_verified_domain_may_send(send, way, sender):
    assert send({"sender": sender, "way": way}, allow("ses:Send*", DOMAIN)) == "sent"


@pytest.mark.parametrize("way", ["v1", "v2 raw"])
@pytest.mark.parametrize(
    ("sender", "statement"),
    [
        ("noreply@other.test", allow("ses:Send*", "*")),
        ("noreply@mail.test", allow("ses:Send*", IDENTITY.format("other.test"))),
        ("noreply@mail.test", allow("ses:GetSendQuota", DOMAIN)),
    ],
    ids=["not verified", "another identity", "another action"],
)
def test_others_may_not(send, emulator, way, sender, statement):
    before = len(emulator.messages())
    assert send({"sender": sender, "way": way}, statement) in {
        "MessageRejected",
        "AccessDenied",
        "AccessDeniedException",
    }
    assert len(emulator.messages()) == before


def test_an_address_that_is_an_identity_counts_before_its_domain(send, aws):
    aws("ses").verify_email_identity(EmailAddress="one@mail.test")
    assert send({"sender": "one@mail.test"}, allow("ses:SendEmail", DOMAIN)) == "AccessDenied"
    own = allow("ses:SendEmail", IDENTITY.format("one@mail.test"))
    assert send({"sender": "one@mail.test"}, own) == "sent"


@pytest.mark.parametrize("way", ["v1", "v1 raw", "v2", "v2 raw"])
def test_a_condition_may_name_the_sender(send, way):
    def own(address):
        where = {"StringLike": {"ses:FromAddress": address}}
        return {**allow("ses:Send*", IDENTITY.format("*")), "Condition": where}

    event = {"sender": "Mail <noreply@mail.test>", "way": way}
    assert send(event, own("*@mail.test")) == "sent"
    assert send(event, own("*@other.test")).startswith("AccessDenied")
    assert send({**event, "sender": "noreply@other.test"}, own("*@mail.test")).startswith("AccessDenied")
    assert send({**event, "sender": "noreply@other.test"}, own("*@other.test")) == "MessageRejected"
