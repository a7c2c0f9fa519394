"""The file in a multipart body.

The app sends its Content-Type without the boundary, so that the usual parsers, which read it there, find nothing. The
body's first line has it as well.
"""

from __future__ import annotations

from email.parser import BytesHeaderParser
from typing import NamedTuple


class File(NamedTuple):
    """One file: its name, its type in lower case and its bytes."""

    filename: str
    content_type: str
    content: bytes


def uploaded_file(body: bytes, field: str) -> File | None:
    """The file in a form's ``field``, None if there is none or the body is not a form."""
    boundary, _, _ = body.partition(b"\r\n")
    if len(boundary) < 3 or not boundary.startswith(b"--"):
        return None
    for part in (b"\r\n" + body).split(b"\r\n" + boundary)[1:-1]:
        head, found, content = part.removeprefix(b"\r\n").partition(b"\r\n\r\n")
        headers = BytesHeaderParser().parsebytes(head)
        if found and headers.get_param("name", header="content-disposition") == field:
            return File(headers.get_filename() or "", headers.get_content_type(), content)
    return None
