"""Blobs, in a folder and in a bucket: content-addressed, whole or absent, checked when read."""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from b24app.documents.local_storage import LocalBlobs
from b24app.documents.storage import BlobDamaged, place_of, sha256_of
from b24app.errors import NotFound, StorageError
from tests.stores import Folder, Store

CONTRACT = b"contract"


def names(store: Store, after: str = "") -> list[str]:
    return [file.name for file in store.blobs.stored(after)]


def ago(**by: float) -> datetime:
    return datetime.now(UTC) - timedelta(**by)


@given(data=st.binary(max_size=2000))
def test_any_bytes_come_back(tmp_path_factory: pytest.TempPathFactory, data: bytes) -> None:
    blobs = LocalBlobs(tmp_path_factory.mktemp("blobs"))
    assert blobs.get(blobs.put(data)) == data


@pytest.mark.parametrize("data", [b"", b"\r\n\0", bytes(range(256)) * 12_000], ids=["empty", "short", "long"])
def test_what_was_put_comes_back(store: Store, data: bytes) -> None:
    sha256 = store.blobs.put(data)
    assert sha256 == hashlib.sha256(data).hexdigest()
    assert (store.blobs.get(sha256), store.blobs.has(sha256)) == (data, True)


def test_putting_twice_keeps_one_file(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.blobs.put(CONTRACT)
    assert store.files() == [f"{sha256[:2]}/{sha256[2:4]}/{sha256}"]


def test_a_changed_file_is_noticed(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.write(place_of(sha256), b"contrast")
    with pytest.raises(BlobDamaged, match="been changed"):
        store.blobs.get(sha256)


@pytest.mark.parametrize("damaged", [b"cont", b"contrast", b""])
def test_a_damaged_file_is_mended_by_putting_again(store: Store, damaged: bytes) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.write(place_of(sha256), damaged)
    store.blobs.put(CONTRACT)
    assert store.blobs.get(sha256) == CONTRACT


def test_deleting_is_final_and_may_be_repeated(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.blobs.set_aside(sha256)
    store.blobs.put(CONTRACT)
    store.blobs.delete(sha256)
    store.blobs.delete(sha256)
    assert not store.blobs.has(sha256)
    with pytest.raises(NotFound):
        store.blobs.get(sha256)


@pytest.mark.parametrize("name", ["", "../../etc/passwd", "A" * 64, "0" * 63, "0" * 64 + "\n"])
def test_only_hashes_name_blobs(store: Store, name: str) -> None:
    with pytest.raises(NotFound):
        store.blobs.get(name)


def test_one_that_was_set_aside_is_brought_back_by_reading_it(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.blobs.set_aside(sha256)
    assert not store.blobs.has(sha256)
    assert store.blobs.get(sha256) == CONTRACT
    assert store.blobs.has(sha256)


def test_one_that_was_set_aside_and_damaged_is_not_brought_back(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.blobs.set_aside(sha256)
    store.write(f"unused/{sha256}", b"contrast")
    with pytest.raises(BlobDamaged):
        store.blobs.bring_back(sha256)
    assert not store.blobs.has(sha256)


def test_bringing_back_leaves_the_one_in_its_place_alone(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.age(place_of(sha256), days=3)
    store.blobs.bring_back(sha256)
    assert next(store.blobs.stored()).since < ago(days=2)


def test_only_what_was_put_before_a_moment_is_set_aside(store: Store) -> None:
    old, fresh = store.blobs.put(b"old"), store.blobs.put(b"fresh")
    store.age(place_of(old), days=2)
    for name in (old, fresh):
        store.blobs.set_aside(name, ago(days=1))
    assert names(store) == [fresh]
    assert [file.name for file in store.blobs.unused()] == [old]


def test_putting_again_makes_it_young(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.age(place_of(sha256), days=2)
    store.blobs.put(CONTRACT)
    store.blobs.set_aside(sha256, ago(hours=2))
    assert store.blobs.has(sha256)


def test_the_time_of_one_set_aside_begins_anew(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.age(place_of(sha256), days=2)
    store.blobs.set_aside(sha256, ago(days=1))
    [file] = store.blobs.unused()
    assert (file.name, file.since > ago(minutes=5)) == (sha256, True)


def test_setting_aside_what_is_gone_does_nothing(store: Store) -> None:
    store.blobs.set_aside("0" * 64)
    assert store.files() == []


def test_files_are_listed_in_order_from_any_name_on(store: Store) -> None:
    put = sorted(store.blobs.put(bytes([number])) for number in range(20))
    assert names(store) == put
    assert [names(store, after) for after in put] == [put[place:] for place in range(1, 21)]


def test_a_list_longer_than_an_answer_is_complete(store: Store) -> None:
    put = {sha256_of(bytes([number // 256, number % 256])) for number in range(1010)}
    for sha256 in put:
        store.write(place_of(sha256), b"")
    assert names(store) == sorted(put)


def test_other_files_are_not_listed(store: Store) -> None:
    sha256 = store.blobs.put(CONTRACT)
    store.blobs.own("database 1")
    store.blobs.set_aside(store.blobs.put(b"unused"))
    for key in ("README", "ab/notes", f"ff/00/{sha256}", f"{sha256[:2]}/{sha256}", f"{place_of(sha256)}.bak"):
        store.write(key, b"somebody else's")
    assert names(store) == [sha256]


def test_an_empty_store_lists_nothing_and_can_be_used(store: Store) -> None:
    store.blobs.check()
    assert (names(store), list(store.blobs.unused()), store.blobs.owner()) == ([], [], "")


def test_the_owner_is_remembered(store: Store) -> None:
    store.blobs.own("database 1")
    assert store.blobs.owner() == "database 1"


def test_a_file_is_for_its_owner_only(tmp_path: Path) -> None:
    folder = Folder(tmp_path)
    sha256 = folder.blobs.put(CONTRACT)
    assert (tmp_path / place_of(sha256)).stat().st_mode & 0o777 == 0o600


def test_a_folder_that_cannot_be_used_is_told_in_a_sentence(tmp_path: Path) -> None:
    root = tmp_path / "blobs"
    root.write_text("a file where the folder should be")
    blobs = LocalBlobs(root)
    for act in (lambda: blobs.put(CONTRACT), blobs.check, lambda: list(blobs.stored())):
        with pytest.raises(StorageError, match=r"\((Not a directory|File exists)\).*PARAPH_BLOB_URL") as caught:
            act()
        assert not caught.value.permanent
