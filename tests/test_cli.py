"""The command line, as an operator types it: real processes."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

from b24app.bitrix.exchanges import Exchange, Whose
from b24app.bitrix.rest_log import RestLog
from b24app.clock import utc_now
from b24app.documents.templates import PartyBlock, render_template
from tests.command_line import ROOT, environment, run
from tests.portal_room import add_portal, open_room
from tests.services.desk import free_port
from tests.small_disk import small_disk
from tests.stores import SECRET, Folder, open_bucket


def test_a_local_application_is_registered_and_its_secret_locked(tmp_path):
    assert run(tmp_path, "apps", "add", "local.5f0c.1", typed="hunter2\n").returncode == 0
    assert run(tmp_path, "apps", "list").stdout.split() == ["local.5f0c.1"]
    assert b"hunter2" not in (tmp_path / "paraph.db").read_bytes()


def test_a_client_id_that_is_none_gets_a_sentence(tmp_path):
    answer = run(tmp_path, "apps", "add", "12345", typed="secret\n")
    assert (answer.returncode, "client_id" in answer.stderr) == (1, True)


def test_a_wrong_setting_ends_with_a_sentence_and_no_traceback(tmp_path):
    answer = run(tmp_path, "migrate", PUBLIC_URL="nonsense")
    assert answer.returncode == 1
    assert answer.stderr.startswith("PARAPH_PUBLIC_URL must be")


def test_migrating_says_what_it_did(tmp_path):
    assert run(tmp_path, "migrate").stdout.startswith("applied 0001_initial\n")
    assert run(tmp_path, "migrate").stdout == "The schema is up to date.\n"


def test_the_registration_sheet_names_every_path(tmp_path):
    sheet = run(tmp_path, "manifest", "https://sign.example.com").stdout
    assert "https://sign.example.com/install" in sheet
    assert "crm" in sheet


@pytest.fixture
def sealed(tmp_path):
    """A PDF sealed from the command line, and the directory whose key did it."""
    from b24app.services.install_portal import ensure_authority
    from b24app.store import database

    ctx = open_room(tmp_path)
    with database.writing():
        add_portal(ctx)
        ensure_authority(ctx, "acme", "Acme")
    database.close_connection()
    plain = render_template("# Offer", {}, locale="en", parties=[PartyBlock("1")], ticks={}).pdf
    (tmp_path / "offer.pdf").write_bytes(plain)
    out = tmp_path / "sealed.pdf"
    answer = run(tmp_path, "seal", str(tmp_path / "offer.pdf"), "--portal", "acme", "--out", str(out))
    assert answer.returncode == 0, answer.stderr
    return tmp_path, out


def test_a_sealed_file_verifies_offline(sealed):
    directory, out = sealed
    answer = run(directory, "verify", str(out))
    assert (answer.returncode, answer.stdout.split(":")[0]) == (0, "sealed_by_us")


def test_one_flipped_bit_does_not_verify(sealed):
    directory, out = sealed
    data = bytearray(out.read_bytes())
    data[len(data) // 3] ^= 1
    out.write_bytes(bytes(data))
    assert run(directory, "verify", str(out)).returncode == 1


def test_a_stranger_does_not_know_the_seal(sealed, tmp_path_factory):
    elsewhere = tmp_path_factory.mktemp("elsewhere")
    run(elsewhere, "migrate")
    answer = run(elsewhere, "verify", str(sealed[1]))
    assert (answer.returncode, answer.stdout.split(":")[0]) == (1, "unknown_issuer")


def test_a_file_that_is_not_there_gets_a_sentence(tmp_path):
    assert "cannot be read" in run(tmp_path, "verify", str(tmp_path / "nothing.pdf")).stderr


def test_the_rest_log_is_printed_by_portal_and_method(tmp_path):
    log = RestLog(tmp_path / "rest-log", utc_now)
    for portal, method in (("acme", "crm.item.get"), ("acme", "user.admin"), ("globex", "crm.item.get")):
        log.write(Exchange("POST", f"https://x.example/rest/{method}", {"id": 7}, Whose(portal, 6)).entry())
    printed = run(tmp_path, "rest-log", "--portal", "acme", "--since", "2h", "--method", "crm.*").stdout
    [line] = [json.loads(text) for text in printed.splitlines()]
    assert (line["portal"], line["method"], line["params"]) == ("acme", "crm.item.get", {"id": 7})
    assert run(tmp_path, "rest-log", "--errors").stdout == ""
    assert len(run(tmp_path, "rest-log").stdout.splitlines()) == 3


def test_a_time_that_is_none_gets_a_sentence(tmp_path):
    answer = run(tmp_path, "rest-log", "--since", "yesterday")
    assert (answer.returncode, "'yesterday' is not like 30m, 2h or 3d" in answer.stderr) == (2, True)


def test_a_reader_who_has_seen_enough_ends_the_rest_log_quietly(tmp_path):
    log = RestLog(tmp_path / "rest-log", utc_now)
    for number in range(2_000):
        log.write(Exchange("POST", "https://x.example/rest/profile", {"number": number}).entry())
    command = [sys.executable, "-m", "b24app", "rest-log"]
    pipe = subprocess.PIPE
    with subprocess.Popen(command, cwd=ROOT, env=environment(tmp_path), stdout=pipe, stderr=pipe) as process:
        assert process.stdout.readline()
        process.stdout.close()
        assert (process.wait(60), process.stderr.read()) == (0, b"")


def test_the_doctor_names_what_is_ill(tmp_path):
    answer = run(
        tmp_path, "doctor", SMTP_URL=f"smtp://127.0.0.1:{free_port()}", OAUTH_URL=f"http://127.0.0.1:{free_port()}",
        ALLOW_INSECURE_PORTALS="1",
    )  # fmt: skip
    assert answer.returncode == 1
    lines = {line.split()[1].rstrip(":"): line.split()[0] for line in answer.stdout.splitlines() if line}
    assert lines == {
        "settings": "ok",
        "database": "ok",
        "queue": "ok",
        "documents": "ok",
        "word": "ok",
        "mail": "BAD",
        "clock": "BAD",
    }


def documents_of_doctor(directory: Path, blob_url: str) -> str:
    return next(
        line for line in run(directory, "doctor", BLOB_URL=blob_url).stdout.splitlines() if " documents:" in line
    )


def test_the_doctor_writes_reads_and_deletes_in_the_bucket(tmp_path):
    with open_bucket() as bucket:
        found = documents_of_doctor(tmp_path, bucket.url)
        assert found.startswith("ok")
        assert f"written, read and deleted in the bucket {bucket.name}" in found
        assert {"PUT", "GET", "DELETE"} < set(bucket.gate.methods)
        assert bucket.files() == []


def test_the_doctor_names_the_setting_of_a_bucket_that_is_none_and_hides_the_secret(tmp_path):
    with open_bucket() as bucket:
        found = documents_of_doctor(tmp_path, bucket.url.replace(bucket.name, "nowhere"))
        assert found.startswith("BAD")
        assert "PARAPH_BLOB_URL" in found
        assert SECRET not in found


def test_the_doctor_notices_a_store_of_another_installation(tmp_path):
    store = Folder(tmp_path / "store")
    store.blobs.own("another")
    assert "belongs to another installation" in documents_of_doctor(tmp_path, store.url)


def test_the_doctor_is_not_deceived_by_a_disk_that_can_only_be_read(tmp_path):
    with small_disk(tmp_path) as disk:
        documents_of_doctor(tmp_path / "data", f"file://{disk.root}/blobs")
        disk.make_read_only()
        found = documents_of_doctor(tmp_path / "data", f"file://{disk.root}/blobs")
    assert found.startswith("BAD")
    assert "read-only" in found
