"""Contract: a raw message goes to the recipients its header names."""

from __future__ import annotations

import pytest

pytestmark = pytest.mark.emulator

RAW = 'From: noreply@raw.test\r\nTo: "Raw, one" <{to}>\r\nCc: {copy}\r\nSubject: Raw one\r\n\r\nplain\r\n'


def test_the_recipients_of_a_raw_message_are_those_of_its_header(emulator, aws, unique):
    to, copy = f"{unique('to')}@example.com", f"{unique('copy')}@example.com"
    aws("ses").verify_email_identity(EmailAddress="noreply@raw.test")
    raw = RAW.format(to=to, copy=copy).encode()
    aws("sesv2").send_email(FromEmailAddress="noreply@raw.test", Content={"Raw": {"Data": raw}})
    (mail,) = [mail for mail in emulator.messages() if mail.went_to(to)]
    assert mail.to == (f'"Raw, one" <{to}>', copy)
    assert (mail.subject, mail.text.strip()) == ("Raw one", "plain")
