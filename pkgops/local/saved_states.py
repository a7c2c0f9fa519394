"""How is a state of the emulator stored, and which of those stored can be trusted?

A saved state is a directory: ``services/`` (a file for each service), ``objects/`` (what S3 has on disk), ``kept/``
(the services' own files) and ``manifest.json`` with the sha256 of every file. It is written under another name,
flushed, and renamed as a whole, so that one with a proper name is complete; its manifest tells whether it still is.
The two newest are kept, and what was found damaged.

Objects and functions' code never change on disk, they are replaced: hard links to them cost nothing.
"""

from __future__ import annotations

import os
import shutil
import time
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from dataclasses import dataclass, field
from hashlib import file_digest
from pathlib import Path
from typing import Any

from pkgops.local.home import Home
from pkgops.own_files import read_document, remove, replace_file, sealed

_PARTIAL, _DAMAGED = ".partial", ".damaged"
_SERVICES, _MANIFEST = "services", "manifest.json"
_COPIED = 16_384  # bytes: smaller files of services are copied, as damage to a link is damage to the file
_KEPT = 2  # saved states: the newest, and the one to fall back to


@dataclass(frozen=True, slots=True)
class Restored:
    """What a start found. ``services`` is the directory to load from, None for an empty emulator; ``saved`` the time of
    that state (epoch seconds); ``damaged`` names states that could not be used, newest first, as (time, file);
    ``lost`` are files that are damaged in the restored one, and left out. ``gone`` says that there is no state, but
    objects of one."""

    services: Path | None = None
    saved: float = 0.0
    damaged: tuple[tuple[float, str], ...] = ()
    lost: tuple[str, ...] = ()
    gone: bool = False


@dataclass(frozen=True, slots=True)
class _Manifest:
    """sha256, and for files outside of ``services`` inode, size and time of change, by path in the saved state."""

    files: Mapping[str, list[Any]] = field(default_factory=dict)

    @classmethod
    def of(cls, state: Path) -> _Manifest | None:
        found = read_document(state / _MANIFEST)
        return cls(found["files"]) if found is not None else None


class SavedStates:
    """The saved states of one home."""

    def __init__(self, home: Home) -> None:
        self._home = home
        self._folder = home.snapshots
        self._trees = {"objects": home.objects, "kept": home.service_files}

    def begin(self) -> Path:
        """A directory to write a state into; what an earlier attempt has left is removed."""
        self._folder.mkdir(exist_ok=True)
        self._remove(self._named(_PARTIAL))
        latest = next((int(state.stem) for state in self._complete()), 0)
        target = self._folder / f"{max(time.time_ns(), latest + 1)}{_PARTIAL}"  # newer, though the clock was set back
        (target / _SERVICES).mkdir(parents=True)
        return target

    def services(self, target: Path) -> Path:
        """Where the services' own states belong."""
        return target / _SERVICES

    def link_objects(self, target: Path) -> None:
        """Keeps S3's files as they are now. Fast, as nothing may change meanwhile."""
        _link_tree(self._home.objects, target / "objects")

    def seal(self, target: Path) -> None:
        """Completes a state whose services and objects are there: keeps services' files, flushes all, and writes the
        manifest. OSError if there is no room."""
        _link_tree(self._home.service_files, target / "kept", copied=_COPIED)
        before = self._known_digests()
        files: dict[str, list[Any]] = {}
        for path in _files(target):
            status = path.stat()
            identity = [status.st_ino, status.st_size, status.st_mtime_ns]
            digest = before.get(tuple(identity)) or _flushed_digest(path)
            files[path.relative_to(target).as_posix()] = [digest, *identity]
        replace_file(target / _MANIFEST, sealed({"files": files}), durable=True)
        for folder, _, _ in os.walk(target):
            _flush_directory(folder)

    def publish(self, target: Path) -> None:
        """Makes a sealed state the newest."""
        target.rename(target.with_suffix(""))
        _flush_directory(self._folder)

    def prune(self, *, alone: bool = False) -> None:
        """Removes what is not needed any more: all but the newest state if it is to be ``alone``. Takes longer the more
        objects there are."""
        self._remove(self._complete()[1 if alone else _KEPT :])
        self._remove(self._named(_DAMAGED)[0 if alone else 1 :])

    def discard(self, target: Path) -> None:
        """Removes a state that could not be completed."""
        shutil.rmtree(target, ignore_errors=True)

    def newest(self) -> float:
        """When the newest was saved, in epoch seconds; 0.0 if there is none."""
        return next((_time(state) for state in self._complete()), 0.0)

    def objects(self, inner: Path) -> list[Path]:
        """Where saved states have an object's file, which may be damaged there, too; newest first. ``inner`` is its
        path below S3's folder."""
        return [state / "objects" / inner for state in self._complete()]

    def restore(self) -> Restored:
        """Puts the objects and files of the newest undamaged state in their places, and says what was damaged."""
        self._remove(self._named(_PARTIAL))
        damaged: list[tuple[float, str]] = []
        for state in self._complete():
            manifest = _Manifest.of(state)
            wrong = _MANIFEST if manifest is None else _first_wrong(state, manifest)
            if manifest is not None and not wrong:
                lost = [row for name in self._trees for row in self._restore_tree(name, state, manifest)]
                return Restored(state / _SERVICES, _time(state), tuple(damaged), tuple(lost))
            damaged.append((_time(state), wrong))
            state.rename(state.with_suffix(_DAMAGED))
        gone = not damaged and next(_files(self._home.objects), None) is not None
        remove(self._home.objects)  # their buckets are unknown
        return Restored(damaged=tuple(damaged), gone=gone)

    def _restore_tree(self, name: str, state: Path, manifest: _Manifest) -> Iterator[str]:
        """Yields what is damaged and cannot be had elsewhere."""
        fresh = self._trees[name].with_name(f"{name}.new")
        remove(fresh)
        fresh.mkdir()
        for path, (digest, *_) in manifest.files.items():
            folder, _, inner = path.partition("/")
            if folder != name:
                continue
            source = next((one for one in (state / path, *self._elsewhere(inner)) if _digest(one) == digest), None)
            if source is None:
                yield inner
            else:
                _link(source, fresh / inner)
        remove(self._trees[name])
        fresh.rename(self._trees[name])

    def _elsewhere(self, inner: str) -> Iterator[Path]:
        """Where the same bytes may be: the code of a function is an artifact that the project has built."""
        yield self._home.service_files / inner
        if inner.endswith(".zip"):
            yield self._home.root.parent / "artifacts" / Path(inner).name

    def _known_digests(self) -> dict[tuple[Any, ...], str]:
        """Digests of linked files by identity, from the newest saved state: none is read twice."""
        newest = next(iter(self._complete()), None)
        manifest = _Manifest.of(newest) if newest else None
        return {tuple(identity): digest for digest, *identity in manifest.files.values()} if manifest else {}

    def _complete(self) -> list[Path]:
        """The complete states, newest first."""
        return self._named("")

    def _named(self, suffix: str) -> list[Path]:
        if not self._folder.is_dir():
            return []
        found = [path for path in self._folder.iterdir() if path.is_dir() and path.suffix == suffix]
        return sorted((path for path in found if path.stem.isdigit()), key=lambda path: int(path.stem), reverse=True)

    def _remove(self, states: Iterable[Path]) -> None:
        for state in states:
            shutil.rmtree(state, ignore_errors=True)


def _time(state: Path) -> float:
    return int(state.stem) / 1e9


def _first_wrong(state: Path, manifest: _Manifest) -> str:
    """The first file of a service that is not as it was written, "" if all are."""
    for path, (digest, *_) in manifest.files.items():
        if path.startswith(f"{_SERVICES}/") and _digest(state / path) != digest:
            return path.removeprefix(f"{_SERVICES}/")
    return ""


def _files(folder: Path) -> Iterator[Path]:
    for inner, _, names in os.walk(folder):
        yield from (Path(inner, name) for name in names)


def _link_tree(source: Path, target: Path, copied: int = 0) -> None:
    """Links every file but locks, and copies those of fewer bytes than ``copied``."""
    target.mkdir(exist_ok=True)
    for path in _files(source):
        if path.suffix == ".lock":
            continue
        with suppress(FileNotFoundError):  # removed meanwhile
            _link(path, target / path.relative_to(source), copied=path.stat().st_size < copied)


def _link(source: Path, target: Path, *, copied: bool = False) -> None:
    """A hard link, or a copy where the file system has none."""
    if not os.path.lexists(target.parent):  # asking mkdir() for each of many files takes longer than linking them
        target.parent.mkdir(parents=True, exist_ok=True)
    try:
        if copied:
            shutil.copy2(source, target)
        else:
            os.link(source, target)
    except FileNotFoundError:
        raise
    except OSError:
        shutil.copy2(source, target)


def _digest(path: Path) -> str:
    """The sha256 of a file, "" if it cannot be read."""
    try:
        with path.open("rb") as file:
            return file_digest(file, "sha256").hexdigest()
    except OSError:
        return ""


def _flushed_digest(path: Path) -> str:
    with path.open("rb") as file:
        os.fsync(file.fileno())
        return file_digest(file, "sha256").hexdigest()


def _flush_directory(path: str | Path) -> None:
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
