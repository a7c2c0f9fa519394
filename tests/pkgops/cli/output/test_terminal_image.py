"""Which terminals are sent an image, and what."""

from __future__ import annotations

import base64
import io
import re

import pytest

from pkgops.cli.output.terminal_image import image_codes, image_protocol


class Terminal(io.StringIO):
    def isatty(self) -> bool:
        return True


@pytest.mark.parametrize(
    ("environ", "protocol"),
    [
        ({"TERM_PROGRAM": "iTerm.app"}, "iTerm2"),
        ({"TERM_PROGRAM": "WezTerm", "TERM": "xterm-256color"}, "iTerm2"),
        ({"TERM": "xterm-kitty"}, "kitty"),
        ({"TERM_PROGRAM": "ghostty"}, "kitty"),
        ({"TERM": "xterm-256color"}, None),
        ({"TERM_PROGRAM": "Apple_Terminal"}, None),
        ({"TERM_PROGRAM": "iTerm.app", "TMUX": "default,1,0"}, None),
        ({"TERM_PROGRAM": "WezTerm", "TERM": "screen-256color"}, None),
        ({"TERM": "xterm-kitty", "TMUX": "x"}, None),
        ({"TERM": "dumb", "TERM_PROGRAM": "iTerm.app"}, None),
        ({}, None),
    ],
)
def test_only_terminals_that_are_known_to_show_images(environ, protocol):
    assert image_protocol(environ, Terminal()) == protocol
    assert image_protocol(environ, io.StringIO()) is None


@pytest.mark.parametrize("size", [1, 3072, 3073, 9000])
def test_the_image_arrives_whole(size):
    image = bytes(number % 251 for number in range(size))
    iterm = re.fullmatch(
        r"\x1b\]1337;File=inline=1;size=(\d+);preserveAspectRatio=1:([^\x07]*)\x07\n", image_codes(image, "iTerm2")
    )
    assert iterm is not None
    assert (int(iterm[1]), base64.b64decode(iterm[2])) == (size, image)
    kitty = re.findall(r"\x1b_G([^;]*);([^\x1b]*)\x1b\\", image_codes(image, "kitty"))
    assert base64.b64decode("".join(part for _, part in kitty)) == image
    assert kitty[0][0].startswith("a=T,f=100,")
    assert [control[-1] for control, _ in kitty] == ["1"] * (len(kitty) - 1) + ["0"]
    assert all(len(part) <= 4096 for _, part in kitty)
