"""Blobs: content-addressed, whole or absent, checked when read."""

from __future__ import annotations

import hashlib
import os
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.documents.storage import BlobDamaged, LocalBlobs
from b24app.errors import NotFound


@pytest.fixture
def blobs(tmp_path: Path) -> LocalBlobs:
    return LocalBlobs(tmp_path / "blobs")


@given(data=st.binary(max_size=2000))
def test_what_was_put_comes_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = LocalBlobs(tmp_path_factory.mktemp("blobs"))
    sha256 = blobs.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert (blobs.get(sha256), blobs.has(sha256)) == (data, True)


def test_putting_twice_keeps_one_file_for_its_owner_only(blobs: LocalBlobs) -> None:
    sha256 = blobs.put(b"contract")
    blobs.put(b"contract")
    (path,) = [path for path in blobs.root.rglob("*") if path.is_file()]
    assert path == blobs.root / sha256[:2] / sha256[2:4] / sha256
    assert path.stat().st_mode & 0o777 == 0o600


def test_a_changed_file_is_noticed(blobs: LocalBlobs) -> None:
    sha256 = blobs.put(b"contract")
    (blobs.root / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"contrast")
    with pytest.raises(BlobDamaged, match="changed on disk"):
        blobs.get(sha256)


def test_a_file_cut_short_is_mended_by_putting_again(blobs: LocalBlobs) -> None:
    sha256 = blobs.put(b"contract")
    (blobs.root / sha256[:2] / sha256[2:4] / sha256).write_bytes(b"cont")
    blobs.put(b"contract")
    assert blobs.get(sha256) == b"contract"


def test_deleting_is_final_and_may_be_repeated(blobs: LocalBlobs) -> None:
    sha256 = blobs.put(b"contract")
    blobs.delete(sha256)
    blobs.delete(sha256)
    assert not blobs.has(sha256)
    with pytest.raises(NotFound):
        blobs.get(sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_name_blobs(blobs: LocalBlobs, name: str) -> None:
    with pytest.raises(NotFound):
        blobs.get(name)


def test_a_failed_write_leaves_nothing_behind(blobs: LocalBlobs) -> None:
    blobs.root.write_text("a file where the directory should be")
    with pytest.raises(OSError):
        blobs.put(b"contract")
    os.unlink(blobs.root)
    blobs.put(b"contract")
    assert not list(blobs.root.rglob(".new-*"))
