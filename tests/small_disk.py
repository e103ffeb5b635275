"""A real disk of a few kilobytes, for what happens when it is full or read-only."""

from __future__ import annotations

import os
import shutil
import subprocess
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

import pytest


@dataclass
class SmallDisk:
    root: Path

    def fill(self) -> None:
        """Leave no room for a single page."""
        with (self.root / "filling").open("wb", buffering=0) as file:
            while True:
                try:
                    file.write(b"\0" * 4096)
                except OSError:
                    return

    def make_room(self) -> None:
        (self.root / "filling").unlink()

    def make_read_only(self) -> None:
        _run("mount", "-o", "remount,ro", str(self.root))

    def make_writable(self) -> None:
        _run("mount", "-o", "remount,rw", str(self.root))

    def leftovers(self) -> list[str]:
        return [path.name for path in self.root.rglob("new-*")]


@contextmanager
def small_disk(directory: Path, size: str = "256k") -> Iterator[SmallDisk]:
    """Skips the test where no disk can be mounted."""
    if os.geteuid() or not shutil.which("mount"):
        pytest.skip("only root may mount a disk")
    root = directory / "disk"
    root.mkdir()
    if _run("mount", "-t", "tmpfs", "-o", f"size={size}", "tmpfs", str(root)):
        pytest.skip("this machine lets nobody mount a disk")
    try:
        yield SmallDisk(root)
    finally:
        _run("umount", "-l", str(root))


def _run(*command: str) -> int:
    return subprocess.run(command, capture_output=True, check=False).returncode
