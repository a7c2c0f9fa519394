"""Links are found as they can be followed, codes as they are typed in."""

from __future__ import annotations

import pytest

from pkgops.local.client.mail import Message, message

LINK = "http://127.0.0.1:4566/_aws/execute-api/abc/v1/verify?token=a-b_C&next=%2Fx#top"
OTHER = "https://pkgwatch.dev/start"


def mail(text: str | None = "", html: str | None = "") -> Message:
    return message(
        {
            "MessageId": "0100@email.amazonses.com",
            "Timestamp": 0,
            "Source": "noreply@pkgwatch.dev",
            "To": ["Ada <Ada@example.com>", "b@example.com"],
            "CC": ["b@example.com"],
            "BCC": [],
            "Subject": None,
            "BodyText": text,
            "BodyHtml": html,
        }
    )


@pytest.mark.parametrize("around", ["{}", "Here: {}.", "({})", "<{}>", '"{}"', "{},\nand more", "a {}\r\n"])
def test_a_link_ends_where_it_does(around: str) -> None:
    assert mail(around.format(LINK)).links == (LINK,)


def test_each_link_once_in_its_order() -> None:
    assert mail(f"{LINK} {OTHER} {LINK}").links == (LINK, OTHER)


def test_html_is_read_where_there_is_no_text() -> None:
    html = f'<img src="{OTHER}"><p><A HREF="{LINK.replace("&", "&amp;")}">go</a> <a name="x">{OTHER}</a>'
    assert mail(None, html).links == (LINK,)
    assert mail(OTHER, html).links == (OTHER,)


def test_what_is_no_link() -> None:
    assert mail("javascript:alert(1) ftp://x www.example.com").links == ()
    assert mail(None, '<a href="mailto:a@example.com">a</a><a href>b</a>').links == ()


def test_recipients() -> None:
    one = mail()
    assert one.to == ("Ada <Ada@example.com>", "b@example.com")
    assert one.went_to("ada@EXAMPLE.com")
    assert not one.went_to("da@example.com")
    assert one.subject == ""


@pytest.mark.parametrize(
    ("text", "codes"),
    [
        ("Your code is 482913.", ("482913",)),
        ("Your code: 482 913\nIt is good for 15 minutes.", ("482913",)),
        ("In 2026, 1234 of us; code 482913", ("482913", "2026", "1234")),
        ("PIN 4711", ("4711",)),
        (f"{LINK}?code=482913", ()),
        ("call +49-30-123456, order A123456, 12.345678", ()),
    ],
)
def test_codes_stand_alone(text: str, codes: tuple[str, ...]) -> None:
    assert mail(text).codes == codes


def test_a_code_in_html() -> None:
    assert mail(None, "<style>.a{width:600000px}</style><p>Code: <b>482913</b></p>").codes == ("482913",)
