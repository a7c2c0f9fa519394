"""Which file is in a multipart body?

The app sends its Content-Type without the boundary, so that the usual parsers, which ask for it there, find nothing:
the body's own first line tells it as well.
"""

from __future__ import annotations

from email.parser import BytesHeaderParser
from typing import NamedTuple


class Upload(NamedTuple):
    """One file: its name, its type in lower case and its bytes."""

    filename: str
    content_type: str
    content: bytes


def upload(body: bytes, field: str) -> Upload | None:
    """The file in a form's ``field``, None if there is none or the body is no form."""
    boundary, _, _ = body.partition(b"\r\n")
    if len(boundary) < 3 or not boundary.startswith(b"--"):
        return None
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:-1]:
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        if found and headers.get_param("name", header="content-disposition") == field:
            return Upload(headers.get_filename() or "", headers.get_content_type(), content)
    return None
