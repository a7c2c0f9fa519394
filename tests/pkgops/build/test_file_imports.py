"""Is it known which imports can run on the target, and which may fail?"""

from __future__ import annotations

from pathlib import Path

import pytest

from pkgops.errors import BuildError
from tests.pkgops.build.shop import SELL, write


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    import left_pad\nexcept ImportError:\n    left_pad = None\n",
        "try:\n    import left_pad, handlers.gone\nexcept (KeyError, ModuleNotFoundError):\n    pass\n",
        "try:\n    from handlers.gone import x\nexcept Exception:\n    x = None\n",
        "import contextlib\nwith contextlib.suppress(ImportError):\n    import left_pad\n",
        "try:\n    import tomllib\nexcept ImportError:\n    import tomli as tomllib\n",
        "try:\n    import left_pad\nexcept ImportError:\n    import httpx\n",
        "import sys\nif sys.version_info >= (3, 11):\n    import tomllib\nelse:\n    import tomli\n",
        "import sys\nif sys.platform == 'win32' or sys.version_info < (3, 9):\n    import winreg_like\n",
        "import os\nif os.name == 'nt':\n    import left_pad\n",
        "import typing\nif not typing.TYPE_CHECKING:\n    import httpx\nelse:\n    import left_pad\n",
    ],
)
def test_what_need_not_be_there_may_be_absent(root: Path, body: str) -> None:
    closure = write(root, body).of(SELL)
    assert closure.requirements == (("httpx",) if "httpx" in body else ())


@pytest.mark.parametrize(
    "body",
    [
        "try:\n    import left_pad\nexcept KeyError:\n    pass\n",
        "try:\n    import left_pad\nexcept ImportError:\n    import right_pad\n",
        "try:\n    pass\nexcept ImportError:\n    pass\nelse:\n    import left_pad\n",
        "import sys\nif sys.version_info >= (3, 9):\n    import left_pad\n",
        "import sys\nif sys.version_info >= (3, 12, 4):\n    import left_pad\n",
        "import sys\nif sys.platform.startswith('linux'):\n    import left_pad\n",
        "if not TYPE_CHECKING:\n    import left_pad\n",
        "from handlers.shop.nothing import x\n",
        "import handlers.shop.rules.price\n",
    ],
)
def test_what_is_needed_must_be_there(root: Path, body: str) -> None:
    with pytest.raises(BuildError, match=rf"{SELL}:\d+ imports"):
        write(root, body).of(SELL)
