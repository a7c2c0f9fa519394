"""Is nothing believed that is damaged, and is everything written where it may be?"""

from __future__ import annotations

import errno
import os
import random
import subprocess
import sys
from pathlib import Path

import pytest

from pkgops.errors import BuildError, RefusedError
from pkgops.own_files import home, keep_document, read_document, replace_file, write_atomically, write_private
from pkgops.testing.deployed import free_port
from pkgops.testing.owner import owner
from tests import probe as probes
from tests.canary import listen
from tests.mounts import read_only, require_mounts
from tests.repository import ROOT

VALUE = {"inputs": "x", "value": [1, "zwei", None, {"three": "drei"}]}


@pytest.fixture(autouse=True)
def no_home(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("PKGOPS_HOME", raising=False)


def test_what_is_kept_is_read(tmp_path: Path) -> None:
    path = tmp_path / "cache" / "a.json"
    keep_document(path, VALUE)
    assert read_document(path) == VALUE
    assert [entry.name for entry in path.parent.iterdir()] == ["a.json"]


def test_a_document_with_one_wrong_byte_is_as_good_as_absent(tmp_path: Path) -> None:
    path = tmp_path / "a.json"
    keep_document(path, VALUE)
    whole = path.read_bytes()
    for at in range(len(whole)):
        for wrong in (whole[:at], whole[:at] + bytes([whole[at] ^ 1]) + whole[at + 1 :]):
            path.write_bytes(wrong)
            assert read_document(path) is None, (at, wrong)
    for wrong in (b"\xff\xfe\x00" * 30, b"null", b"[]\n[]", random.Random(0).randbytes(300)):
        path.write_bytes(wrong)
        assert read_document(path) is None
    assert read_document(tmp_path / "none.json") is None
    assert read_document(tmp_path) is None


def test_a_directory_in_its_place_is_replaced(tmp_path: Path) -> None:
    (tmp_path / "a.json" / "inner").mkdir(parents=True)
    keep_document(tmp_path / "a.json", VALUE)
    assert read_document(tmp_path / "a.json") == VALUE


def test_a_document_that_cannot_be_kept_is_done_without(tmp_path: Path) -> None:
    (tmp_path / "cache").write_text("a file where a directory has to be", encoding="utf-8")
    keep_document(tmp_path / "cache" / "a.json", VALUE)
    assert read_document(tmp_path / "cache" / "a.json") is None
    with pytest.raises(BuildError, match=r"a\.zip cannot be written: ") as caught:
        write_atomically(tmp_path / "cache" / "a.zip", b"zip")
    assert "PKGOPS_HOME" in caught.value.hint


def test_a_full_disk_leaves_what_was_there(tmp_path: Path) -> None:
    """The process may write no file beyond 4 KB: the system refuses the rest, as on a full disk."""
    target = tmp_path / "a"
    replace_file(target, b"before", durable=True)
    program = (
        "import resource, signal, sys\n"
        "from pathlib import Path\n"
        "from pkgops.own_files import replace_file\n"
        "signal.signal(signal.SIGXFSZ, signal.SIG_IGN)\n"
        "resource.setrlimit(resource.RLIMIT_FSIZE, (4096, 4096))\n"
        "try:\n"
        "    replace_file(Path(sys.argv[1]), b'x' * 10000, durable=True)\n"
        "except OSError as error:\n"
        "    sys.exit(error.errno)\n"
    )
    done = subprocess.run([sys.executable, "-c", program, str(target)], cwd=ROOT, check=False)
    assert done.returncode == errno.EFBIG
    assert target.read_bytes() == b"before"
    assert [entry.name for entry in tmp_path.iterdir()] == ["a"]


def test_they_are_in_the_project(tmp_path: Path) -> None:
    assert home(tmp_path) == tmp_path / ".pkgops"


def test_another_place_has_a_directory_for_each_project(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("PKGOPS_HOME", str(tmp_path / "there"))
    one, two = home(tmp_path / "a" / "shop"), home(tmp_path / "b" / "shop")
    assert one.parent == two.parent == tmp_path / "there"
    assert one != two
    assert one.name.startswith("shop-")
    assert home(tmp_path / "b" / ".." / "a" / "shop") == one


def test_a_project_that_may_only_be_read_has_them_in_the_users_cache(tmp_path: Path) -> None:
    """On a read-only mount, which binds root, too: it is deployed and kept, and a stage on AWS is asked for."""
    require_mounts()
    root = tmp_path / "checkout"
    probes.make(root, free_port())
    plain = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "PKGOPS_"))}
    environment = plain | owner() | {"XDG_CACHE_HOME": str(tmp_path / "caches"), "AWS_EC2_METADATA_DISABLED": "true"}
    environment |= {"HOME": str(tmp_path), "AWS_CONFIG_FILE": "/dev/null", "AWS_SHARED_CREDENTIALS_FILE": "/dev/null"}

    def run(*arguments: str) -> subprocess.CompletedProcess[str]:
        command = read_only(root, sys.executable, "-m", "pkgops.cli", *arguments)
        environment["PYTHONPATH"] = str(ROOT)
        done = subprocess.run(command, env=environment, capture_output=True, text=True, check=False)
        listen(arguments, done.stdout, done.stderr)
        return done

    made = run("synth")
    assert made.returncode == 0, made.stderr
    (kept,) = (tmp_path / "caches" / "pkgops").iterdir()
    assert (kept / "cache" / "probe-local.synthesized.json").is_file()
    deployed = run("deploy")
    assert deployed.returncode == 0, deployed.stderr
    assert run("invoke", "one").stdout == "hello\n"
    assert run("local", "down").returncode == 0
    status = run("status", "--stage", "dev")
    assert (status.returncode, "Traceback" in status.stderr) == (4, False), status.stderr
    environment["XDG_CACHE_HOME"] = str(root / "caches")  # nothing may be written anywhere
    assert run("synth").stdout == made.stdout
    for command, code, what in (("package", 3, "cannot be written"), ("deploy", 4, "cannot be used")):
        refused = run(command)
        assert refused.returncode == code, refused.stderr
        assert f"{what}: Read-only file system" in refused.stderr
        assert "PKGOPS_HOME" in refused.stderr


def test_a_private_file_takes_the_place_of_a_file_alone(tmp_path: Path) -> None:
    pipe = tmp_path / "pipe"
    os.mkfifo(pipe)
    (tmp_path / "link").symlink_to(pipe)
    for target in (pipe, tmp_path / "link"):
        with pytest.raises(RefusedError, match="is no regular file"):
            write_private(target, "text", force=True)
    assert pipe.is_fifo()
    assert (tmp_path / "link").is_symlink()


@pytest.mark.parametrize("force", [True, False])
def test_a_private_file_that_cannot_be_finished_leaves_nothing(tmp_path: Path, force: bool) -> None:
    with pytest.raises(UnicodeEncodeError):
        write_private(tmp_path / ".env", "SECRET=\ud800", force=force)
    assert list(tmp_path.iterdir()) == []
