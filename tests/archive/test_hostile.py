"""An archive that was damaged, changed or made up is refused with a sentence of its own, and nothing is written."""

from __future__ import annotations

import hashlib
import json
import struct
import zipfile
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from cryptography.fernet import Fernet

from b24app.archive.reader import MB, ArchiveReader
from b24app.errors import ArchiveRefused
from b24app.services.export_portal import export_portal
from b24app.services.import_portal import import_portal
from b24app.store.database import reading
from b24app.store.removal import OWNED
from b24app.store.tables import Portal, Request
from tests.archive.conftest import Places
from tests.archive.filling import fill
from tests.archive.forging import Members, Rows, change_bytes, change_contents, change_members

KEY = Fernet.generate_key().decode()


@pytest.fixture
def honest(places: Places) -> Path:
    """An archive that would be taken."""
    ctx = places.open("old", secret_keys=KEY)
    fill(ctx, "acme")
    export_portal(ctx, "acme", places.directory / "honest.zip")
    return places.directory / "honest.zip"


@pytest.fixture
def refuse(places: Places, honest: Path) -> Callable[..., str]:
    """Try to import an archive that cannot be taken; returns the sentence."""

    def sentence(path: Path, key: str = KEY) -> str:
        ctx = places.open("new", secret_keys=key)
        with pytest.raises(ArchiveRefused) as caught:
            import_portal(ctx, path)
        assert Portal.select().count() == 0
        assert not any(found.is_file() for found in (places.directory / "new" / "blobs").rglob("*"))
        assert list((places.directory / "new").glob("import-*")) == []
        return str(caught.value)

    return sentence


def test_the_honest_one_is_taken(places: Places, honest: Path):
    assert import_portal(places.open("new", secret_keys=KEY), honest).manifest.portal == "acme"


def adding(name: str, data: bytes = b"x") -> Callable[[Members], Members]:
    return lambda members: [*members, (name, data)]


def without(name: str) -> Callable[[Members], Members]:
    return lambda members: [(known, data) for known, data in members if known != name]


def flipped(prefix: str) -> Callable[[Members], Members]:
    def flip(data: bytes) -> bytes:
        return data[:5] + bytes([data[5] ^ 1]) + data[6:]

    def change(members: Members) -> Members:
        first = next(name for name, data in members if name.startswith(prefix) and len(data) > 5)
        return [(name, flip(data) if name == first else data) for name, data in members]

    return change


def described(**changes: Any) -> Callable[[Members], Members]:
    """Change the manifest's text only."""

    def change(members: Members) -> Members:
        form = json.loads(dict(members)["manifest.json"]) | changes
        return [*without("manifest.json")(members), ("manifest.json", json.dumps(form).encode())]

    return change


STRANGER = hashlib.sha256(b"x").hexdigest()


@pytest.mark.parametrize(
    ("change", "words"),
    [
        (adding("../../etc/cron.d/x"), "does not belong into it: '../../etc/cron.d/x'"),
        (adding("/etc/passwd"), "does not belong into it: '/etc/passwd'"),
        (adding("files/..\\x"), "does not belong into it"),
        (adding("files/"), "does not belong into it"),
        (adding("tables/\u202eexe.jsonl"), "does not belong into it: 'tables/\\u202eexe.jsonl'"),
        (adding("tables/more.jsonl"), "The archive's tables are not those that its manifest names"),
        (without("tables/request.jsonl"), "The archive's tables are not those that its manifest names"),
        (adding(f"files/{STRANGER}"), "The archive's files are not those that its manifest names"),
        (without("manifest.json"), "it has no manifest.json"),
        (flipped("files/"), "does not match its SHA-256"),
        (flipped("tables/request"), "does not match its SHA-256"),
        (described(portal="globex"), "The archive's manifest was changed after it was written"),
        (described(version=2), "has format 2 and this Paraph knows format 1. Bring Paraph up to date first"),
        (described(format="something else"), "This is not an archive of a portal"),
        (described(tables={"request": {"rows": -1}}), "manifest.json cannot be read"),
        (described(lost=7), "manifest.json cannot be read"),
        (described(files=[]), "manifest.json cannot be read"),
        (lambda _members: [("manifest.json", b"[" * 100_000)], "manifest.json cannot be read"),
        (lambda _members: [("manifest.json", b"\xff\xfe")], "manifest.json cannot be read"),
        (lambda _members: [("manifest.json", b"[]")], "manifest.json cannot be read"),
    ],
)
def test_members_changed_from_outside_are_refused(honest: Path, refuse, change, words):
    change_members(honest, honest.with_name("changed.zip"), change)
    assert words in refuse(honest.with_name("changed.zip"))


@pytest.mark.filterwarnings("ignore:Duplicate name")
def test_a_member_that_is_there_twice_is_refused(honest: Path, refuse):
    changed = honest.with_name("changed.zip")
    change_members(honest, changed, adding("tables/request.jsonl"))
    assert "holds tables/request.jsonl twice" in refuse(changed)


def test_a_file_that_is_no_archive_is_refused(honest: Path, refuse, tmp_path: Path):
    (tmp_path / "text.zip").write_bytes(b"hello")
    assert "text.zip is not an archive, or it is damaged" in refuse(tmp_path / "text.zip")
    assert "cannot be read: No such file" in refuse(tmp_path / "nothing.zip")


def test_an_archive_cut_short_is_refused(honest: Path, refuse):
    honest.write_bytes(honest.read_bytes()[:-30])
    assert "is not an archive, or it is damaged" in refuse(honest)


def test_bytes_broken_inside_are_refused(honest: Path, refuse):
    data = bytearray(honest.read_bytes())
    with zipfile.ZipFile(honest) as archive:
        start = archive.getinfo("tables/request.jsonl").header_offset
    data[start + 80] ^= 0xFF
    honest.write_bytes(data)
    assert "The archive is damaged: tables/request.jsonl cannot be read" in refuse(honest)


def test_an_absurd_size_is_refused_before_anything_is_unpacked(honest: Path, refuse):
    changed = honest.with_name("changed.zip")
    with zipfile.ZipFile(honest) as archive, zipfile.ZipFile(changed, "w", zipfile.ZIP_DEFLATED) as bomb:
        for name in archive.namelist():
            data = b" " * (64 * MB) if name == "tables/request.jsonl" else archive.read(name)
            method = zipfile.ZIP_STORED if name.startswith("files/") else zipfile.ZIP_DEFLATED
            bomb.writestr(zipfile.ZipInfo(name), data, method)
    assert "claims an absurd size for tables/request.jsonl" in refuse(changed)


def test_packed_files_are_refused(honest: Path, refuse):
    """They are stored as they are, so an archive of them is never smaller than what it unpacks to."""
    changed = honest.with_name("changed.zip")
    with zipfile.ZipFile(changed, "w") as bomb:
        bomb.writestr(zipfile.ZipInfo(f"files/{STRANGER}"), b" " * MB, zipfile.ZIP_DEFLATED)
    assert f"claims an absurd size for files/{STRANGER}" in refuse(changed)


def test_members_that_share_bytes_are_refused(honest: Path, refuse):
    """Each entry of the list at the end may point anywhere; one that points at another's bytes unpacks them again."""
    with zipfile.ZipFile(honest, "w") as archive:
        archive.writestr(f"files/{STRANGER}", b" " * MB)
    data = honest.read_bytes()
    end = data.rindex(b"PK\x05\x06")
    _size, start = struct.unpack_from("<II", data, end + 12)
    names = [f"files/{hashlib.sha256(str(number).encode()).hexdigest()}".encode() for number in range(1000)]
    entries = b"".join(data[start : start + 46] + name for name in names)
    tail = struct.pack("<IHHHHIIH", 0x06054B50, 0, 0, len(names), len(names), len(entries), start, 0)
    honest.write_bytes(data[:start] + entries + tail)
    assert "overlap each other" in refuse(honest)


def test_other_keys_are_told_at_once(honest: Path, refuse):
    assert "a key that is not in PARAPH_SECRET_KEYS here" in refuse(honest, Fernet.generate_key().decode())


def first(**changes: Any) -> Callable[[Rows], Rows]:
    return lambda rows: [{**rows[0], **changes}, *rows[1:]]


def less(name: str) -> Callable[[Rows], Rows]:
    return lambda rows: [{known: value for known, value in row.items() if known != name} for row in rows]


@pytest.mark.parametrize(
    ("tables", "words"),
    [
        ({"request": first(portal="vera")}, "rows of another portal"),
        ({"portal": first(member_id="vera")}, "rows of another portal"),
        ({"portal": lambda rows: [*rows, {**rows[0], "member_id": "vera"}]}, "rows of another portal"),
        ({"portal": lambda rows: []}, "rows of another portal"),
        ({"application": first(client_id="local.vera")}, "rows of another portal"),
        ({"signer": first(request="somebody else's")}, "Rows of signer belong to a request that is not in the archive"),
        ({"audit_event": first(request="somebody else's")}, "Rows of audit_event belong to a request"),
        ({"audit_event": first(digest="0" * 64)}, "The audit trail of request request of acme is broken at event 1"),
        ({"audit_event": first(digest="ї" * 64)}, "is broken"),
        ({"audit_event": first(type="made_up")}, "is broken"),
        ({"audit_event": first(at=2**62)}, "is broken"),
        ({"audit_event": first(data=["no", "object"])}, "is broken"),
        ({"request": less("status")}, "A row of request in the archive has other columns than its schema"),
        ({"request": first(more=1)}, "A row of request in the archive has other columns than its schema"),
        ({"request": first(status=None)}, "Rows of request in the archive contradict each other or the schema"),
        ({"request": lambda rows: rows * 2}, "Rows of request in the archive contradict each other"),
        ({"request": first(seq="many")}, "A row of request in the archive has a seq that is none"),
        ({"request": first(seq=2**40)}, "has a seq that is none"),
        ({"request": first(seq=1.5)}, "has a seq that is none"),
        ({"request": first(created_at=2**70)}, "Rows of request in the archive contradict"),
        ({"request": first(needs_approval="perhaps")}, "has a needs_approval that is none"),
        ({"request": first(letter="{broken")}, "has a letter that is none"),
        ({"made_up": lambda rows: [{"id": 1}]}, "a table that its schema does not have: made_up"),
        ({"schema_migration": lambda rows: [{"name": "x"}]}, "a table that its schema does not have"),
        ({"sqlite_master": lambda rows: [{"name": "x"}]}, "a table that its schema does not have"),
    ],
)
def test_contents_that_contradict_themselves_are_refused_though_every_hash_is_right(honest, refuse, tables, words):
    changed = honest.with_name("changed.zip")
    change_contents(honest, changed, KEY, tables=tables)
    assert words in refuse(changed)


def test_a_missing_document_is_refused_though_every_hash_is_right(honest: Path, refuse):
    with reading():
        name = Request.get().final_sha256
    change_contents(honest, honest.with_name("changed.zip"), KEY, without_file=name)
    assert f"A document that the rows name is not in the archive: {name}" in refuse(honest.with_name("changed.zip"))


@pytest.mark.parametrize("line", [b"{broken\n", b"[1]\n", b"7\n", b"[" * 100_000 + b"\n", b"\xff\n"])
def test_a_line_that_is_no_row_is_refused_though_every_hash_is_right(honest: Path, refuse, line: bytes):
    change_bytes(honest, honest.with_name("changed.zip"), KEY, "request", line, rows=1)
    assert "Line 1 of tables/request.jsonl is not" in refuse(honest.with_name("changed.zip"))


def test_text_that_no_database_holds_is_refused(honest: Path, refuse):
    with ArchiveReader(honest) as archive:
        [row] = archive.rows("request")
    line = json.dumps({**row, "title": "\ud800"}).encode() + b"\n"
    change_bytes(honest, honest.with_name("changed.zip"), KEY, "request", line, rows=1)
    assert "contradict each other or the schema" in refuse(honest.with_name("changed.zip"))


def test_a_wrong_count_is_refused(honest: Path, refuse):
    with zipfile.ZipFile(honest) as archive:
        line = archive.read("tables/request.jsonl")
    change_bytes(honest, honest.with_name("changed.zip"), KEY, "request", line, rows=2)
    assert "tables/request.jsonl does not match its SHA-256" in refuse(honest.with_name("changed.zip"))


def test_an_archive_of_a_newer_schema_is_refused(honest: Path, refuse):
    change_contents(honest, honest.with_name("newer.zip"), KEY, schema="9999_from_the_future")
    assert "has schema 9999_from_the_future and this Paraph knows" in refuse(honest.with_name("newer.zip"))


def test_a_row_that_another_portal_has_here_stops_everything(places: Places, honest: Path):
    """Its key cannot be taken twice; nothing of the archive stays."""
    ctx = places.open("new", secret_keys=KEY)
    fill(ctx, "vera")
    changed = honest.with_name("changed.zip")
    with reading():
        taken = Request.get().id
    rename = lambda rows: [{**row, "request": taken} for row in rows]  # noqa: E731
    hanging = [table._meta.table_name for table in OWNED if "request" in table._meta.fields]
    tables = {**dict.fromkeys(hanging, rename), "request": first(id=taken), "audit_event": lambda rows: []}
    change_contents(honest, changed, KEY, tables=tables)
    with pytest.raises(ArchiveRefused, match="A row of request in the archive is here already, in another portal"):
        import_portal(ctx, changed)
    with reading():
        assert [row.member_id for row in Portal.select()] == ["vera"]
