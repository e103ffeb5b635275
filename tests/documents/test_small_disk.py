"""A folder on a disk that is full or read-only: a sentence for people, no half file, and it works again afterwards."""

from __future__ import annotations

import os
from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.documents.local_storage import LocalBlobs
from b24app.errors import NotFound, StorageError
from tests.small_disk import SmallDisk, small_disk

PICTURE, CONTRACT = os.urandom(20_000), os.urandom(60_000)


@pytest.fixture
def disk(tmp_path: Path) -> Iterator[SmallDisk]:
    with small_disk(tmp_path) as found:
        yield found


@pytest.fixture
def blobs(disk: SmallDisk) -> LocalBlobs:
    return LocalBlobs(disk.root / "blobs")


def test_a_full_disk_is_told_in_a_sentence_and_keeps_no_half_file(disk: SmallDisk, blobs: LocalBlobs) -> None:
    picture = blobs.put(PICTURE)
    disk.fill()
    with pytest.raises(StorageError, match="disk for documents is full") as caught:
        blobs.put(CONTRACT)
    assert (caught.value.code, caught.value.permanent) == ("disk_full", False)
    assert ([file.name for file in blobs.stored()], disk.leftovers()) == ([picture], [])
    assert blobs.get(picture) == PICTURE


def test_a_disk_with_room_for_a_part_only_keeps_no_half_file(disk: SmallDisk, blobs: LocalBlobs) -> None:
    with pytest.raises(StorageError):
        blobs.put(os.urandom(400_000))
    assert (list(blobs.stored()), disk.leftovers()) == ([], [])
    assert blobs.get(blobs.put(CONTRACT)) == CONTRACT


def test_it_goes_on_when_there_is_room_again(disk: SmallDisk, blobs: LocalBlobs) -> None:
    disk.fill()
    with pytest.raises(StorageError):
        blobs.check()
    disk.make_room()
    blobs.check()
    assert blobs.get(blobs.put(CONTRACT)) == CONTRACT


def test_a_full_disk_does_not_keep_files_from_going(disk: SmallDisk, blobs: LocalBlobs) -> None:
    picture = blobs.put(PICTURE)
    disk.fill()
    blobs.set_aside(picture)
    blobs.discard(picture)
    with pytest.raises(NotFound):
        blobs.get(picture)


def test_a_read_only_disk_is_told_in_a_sentence_and_can_be_read(disk: SmallDisk, blobs: LocalBlobs) -> None:
    picture = blobs.put(PICTURE)
    disk.make_read_only()
    for act in (lambda: blobs.put(CONTRACT), lambda: blobs.delete(picture), blobs.check):
        with pytest.raises(StorageError, match="read-only") as caught:
            act()
        assert (caught.value.code, caught.value.permanent) == ("read_only", False)
    assert blobs.get(picture) == PICTURE
    disk.make_writable()
    assert blobs.get(blobs.put(CONTRACT)) == CONTRACT
