"""A file that appears whole under its name, or not at all, and never over another one."""

from __future__ import annotations

import os
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from b24app.errors import ArchiveRefused


@contextmanager
def new_file(path: Path) -> Iterator[Path]:
    """Yield a file beside `path` to be written, readable by its owner only; it gets its name after the block.

    Raises: ArchiveRefused when `path` is there already or cannot be written.
    """
    if path.exists():
        raise ArchiveRefused("%(path)s is there already. Choose another name or move it away.", path=path)
    temporary = path.with_name(f".{path.name}.part")
    try:
        os.close(os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_TRUNC, 0o600))
        yield temporary
        _sync(temporary)
        os.link(temporary, path)
    except OSError as error:
        raise ArchiveRefused("%(path)s cannot be written: %(why)s.", path=path, why=error.strerror or error) from error
    finally:
        temporary.unlink(missing_ok=True)
    _sync(path.parent)


def _sync(path: Path) -> None:
    handle = os.open(path, os.O_RDONLY)
    try:
        os.fsync(handle)
    finally:
        os.close(handle)
