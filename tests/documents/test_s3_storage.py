"""Blobs in an S3 store that misbehaves: nothing is lost, nothing half kept, and people are told what is wrong."""

from __future__ import annotations

import base64
import hashlib
import json
import subprocess
import sys
import threading
from collections.abc import Iterator
from concurrent.futures import ThreadPoolExecutor
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path

import pytest
import requests

from b24app.blob_url import parse
from b24app.documents.s3_storage import S3Blobs
from b24app.documents.storage import BlobDamaged, place_of, sha256_of
from b24app.errors import StorageError
from tests.letters.mail_server import self_signed, tls_context
from tests.stores import IMPATIENT, Bucket, s3_server, straight

ROOT = Path(__file__).parent.parent.parent
CONTRACT = b"contract"
NAME = sha256_of(CONTRACT)


def uploads(bucket: Bucket) -> int:
    return bucket.gate.methods.count("PUT")


def test_an_upload_carries_its_checksum_and_lies_below_the_prefix(bucket: Bucket) -> None:
    bucket.blobs.put(CONTRACT)
    sent = next(headers for headers in bucket.gate.headers if "x-amz-checksum-sha256" in headers)
    digest = hashlib.sha256(CONTRACT)
    assert base64.b64decode(sent["x-amz-checksum-sha256"]) == digest.digest()
    assert sent["x-amz-content-sha256"] == digest.hexdigest()
    assert straight().list_objects_v2(Bucket=bucket.name)["Contents"][0]["Key"] == f"paraph/{place_of(NAME)}"


@pytest.mark.parametrize(
    ("keeps_checksums", "is_opaque"), [(False, False), (True, False), (True, True)], ids=["md5", "aws", "aws, own keys"]
)
def test_the_same_bytes_are_not_uploaded_twice(bucket: Bucket, keeps_checksums: bool, is_opaque: bool) -> None:
    bucket.gate.keeps_checksums, bucket.gate.is_opaque = keeps_checksums, is_opaque
    bucket.blobs.put(CONTRACT)
    bucket.blobs.put(CONTRACT)
    assert bucket.gate.methods == ["HEAD", "PUT", "HEAD"]


def test_a_store_that_confirms_nothing_is_asked_for_the_bytes(bucket: Bucket) -> None:
    bucket.gate.is_opaque = True
    bucket.blobs.put(CONTRACT)
    assert bucket.gate.methods == ["HEAD", "PUT", "GET"]


def test_an_old_object_is_uploaded_again_to_be_young(bucket: Bucket) -> None:
    bucket.blobs.put(CONTRACT)
    bucket.age(place_of(NAME), hours=2)
    bucket.blobs.put(CONTRACT)
    assert uploads(bucket) == 2


@pytest.mark.parametrize("is_opaque", [False, True])
def test_bytes_that_change_on_their_way_are_noticed_and_mended_by_the_next_try(bucket: Bucket, is_opaque: bool) -> None:
    bucket.gate.is_opaque = is_opaque
    bucket.gate.troubles = [("PUT", "garbled")]
    with pytest.raises(StorageError, match="did not receive") as caught:
        bucket.blobs.put(CONTRACT)
    assert not caught.value.permanent
    with pytest.raises(BlobDamaged):
        bucket.blobs.get(NAME)
    bucket.blobs.put(CONTRACT)
    assert bucket.blobs.get(NAME) == CONTRACT


def test_an_answer_that_is_lost_is_asked_for_again(bucket: Bucket) -> None:
    bucket.gate.troubles = [("PUT", "lost"), ("GET", "lost"), ("HEAD", "lost")]
    assert bucket.blobs.get(bucket.blobs.put(CONTRACT)) == CONTRACT
    assert bucket.gate.methods == ["HEAD", "HEAD", "PUT", "PUT", "GET", "GET"]


def test_an_answer_cut_short_is_no_document(bucket: Bucket) -> None:
    bucket.blobs.put(CONTRACT)
    bucket.gate.troubles = [("GET", "cut")]
    with pytest.raises(StorageError, match="try again in a few minutes"):
        bucket.blobs.get(NAME)
    assert bucket.blobs.get(NAME) == CONTRACT


def test_a_busy_store_is_asked_again_but_not_for_ever(bucket: Bucket) -> None:
    bucket.gate.troubles = [("PUT", "busy")] * 2
    bucket.blobs.put(CONTRACT)
    bucket.gate.troubles = [("GET", "busy")] * 3
    with pytest.raises(StorageError) as caught:
        bucket.blobs.get(NAME)
    assert (caught.value.code, caught.value.permanent) == ("SlowDown", False)
    assert bucket.gate.troubles == []


def test_a_store_that_was_away_is_used_again_when_it_is_back(bucket: Bucket) -> None:
    bucket.blobs.put(CONTRACT)
    bucket.gate.close()
    for act in (bucket.blobs.check, lambda: bucket.blobs.put(b"other"), lambda: bucket.blobs.get(NAME)):
        with pytest.raises(StorageError, match="Nothing is lost") as caught:
            act()
        assert (caught.value.code, caught.value.permanent) == ("EndpointConnectionError", False)
    bucket.gate.open()
    bucket.blobs.check()
    assert bucket.blobs.get(NAME) == CONTRACT


def test_a_store_that_says_nothing_is_not_waited_for_without_end(bucket: Bucket) -> None:
    bucket.gate.troubles = [("GET", "silent")] * IMPATIENT.attempts
    with pytest.raises(StorageError) as caught:
        bucket.open(IMPATIENT).get(NAME)
    assert (caught.value.code, bucket.gate.troubles) == ("ReadTimeoutError", [])


def test_a_put_while_the_object_is_being_deleted_loses_nothing(bucket: Bucket) -> None:
    bucket.blobs.put(CONTRACT)
    bucket.age(place_of(NAME), days=2)
    bucket.gate.troubles = [("DELETE", "held")]
    sweeping = threading.Thread(target=bucket.blobs.set_aside, args=(NAME,))
    sweeping.start()
    assert bucket.gate.held.wait(10)
    bucket.blobs.put(CONTRACT)
    bucket.gate.go_on.set()
    sweeping.join(10)
    assert not bucket.blobs.has(NAME)
    assert bucket.blobs.get(NAME) == CONTRACT


@pytest.fixture
def guarded(bucket: Bucket) -> Iterator[tuple[str, str]]:
    """The server asks for keys from now on; one pair may do everything."""
    iam = straight("iam")
    user = f"user-{bucket.name}"
    iam.create_user(UserName=user)
    everything = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    iam.put_user_policy(UserName=user, PolicyName="all", PolicyDocument=json.dumps(everything))
    pair = iam.create_access_key(UserName=user)["AccessKey"]
    requests.post(f"{s3_server()}/moto-api/reset-auth", data="0", timeout=10)
    yield pair["AccessKeyId"], pair["SecretAccessKey"].replace("/", "%2F").replace("+", "%2B")
    requests.post(f"{s3_server()}/moto-api/reset-auth", data="inf", timeout=10)


def test_the_key_in_the_address_opens_the_store(bucket: Bucket, guarded: tuple[str, str]) -> None:
    key, secret = guarded
    blobs = bucket.open(key=key, secret=secret)
    blobs.check()
    assert blobs.get(blobs.put(CONTRACT)) == CONTRACT


@pytest.mark.parametrize("wrong", ["key", "secret"])
def test_wrong_credentials_are_told_in_a_sentence(bucket: Bucket, guarded: tuple[str, str], wrong: str) -> None:
    pair = {"key": guarded[0], "secret": guarded[1], wrong: "AKIAWRONGWRONGWRONG"}
    blobs = bucket.open(**pair)
    for act in (blobs.check, lambda: blobs.put(CONTRACT), lambda: blobs.get(NAME), lambda: next(blobs.stored())):
        with pytest.raises(StorageError, match=f"refuses access to the bucket {bucket.name}.*PARAPH_BLOB_URL") as told:
            act()
        assert not told.value.permanent
        assert not any(part in str(told.value) for part in pair.values())


def test_a_bucket_that_does_not_exist_is_named(bucket: Bucket) -> None:
    blobs = bucket.open(bucket="nowhere")
    for act in (blobs.check, lambda: blobs.put(CONTRACT), lambda: blobs.get(NAME), lambda: next(blobs.stored())):
        with pytest.raises(StorageError, match=r"bucket nowhere does not exist.*PARAPH_BLOB_URL"):
            act()


@pytest.mark.parametrize("url", ["s3://contracts?endpoint=http://mini_o:9000", "s3://contracts?endpoint=http://a..b"])
def test_an_address_boto3_does_not_take_is_told_in_a_sentence(url: str) -> None:
    with pytest.raises(StorageError, match="PARAPH_BLOB_URL"):
        open_url(url).check()


def test_credentials_that_are_nowhere_are_told_in_a_sentence(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY", "AWS_PROFILE"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("AWS_SHARED_CREDENTIALS_FILE", "/nowhere")
    monkeypatch.setenv("AWS_CONFIG_FILE", "/nowhere")
    monkeypatch.setenv("AWS_EC2_METADATA_DISABLED", "true")
    with pytest.raises(StorageError, match=r"\(NoCredentialsError\).*PARAPH_BLOB_URL"):
        open_url(f"s3://{bucket.name}?endpoint={bucket.gate.url}").check()


def test_credentials_may_come_from_the_environment(bucket: Bucket, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("AWS_ACCESS_KEY_ID", "AKIAENVIRONMENT")
    monkeypatch.setenv("AWS_SECRET_ACCESS_KEY", "secret")
    open_url(f"s3://{bucket.name}?endpoint={bucket.gate.url}&region=eu-central-1").put(CONTRACT)
    sent = bucket.gate.headers[-1]["authorization"]
    assert "AKIAENVIRONMENT/" in sent
    assert "/eu-central-1/s3/" in sent


def test_an_encrypted_store_that_is_not_trusted_is_told_in_a_sentence(tmp_path: Path) -> None:
    server = HTTPServer(("127.0.0.1", 0), BaseHTTPRequestHandler)
    server.socket = tls_context(self_signed(tmp_path / "own.pem")).wrap_socket(server.socket, server_side=True)
    threading.Thread(target=server.handle_request, daemon=True).start()
    with pytest.raises(StorageError, match="certificate is not trusted"):
        open_url(f"s3://K:S@contracts?endpoint=https://127.0.0.1:{server.server_port}").check()
    server.server_close()


def test_threads_share_a_store(bucket: Bucket) -> None:
    documents = [bytes([number]) * 1000 for number in range(24)]
    with ThreadPoolExecutor(12) as threads:
        kept = list(threads.map(lambda data: bucket.blobs.get(bucket.blobs.put(data)), documents))
    assert kept == documents


FORKS = """
import os, sys, threading
from b24app.blob_url import parse
from b24app.documents.s3_storage import S3Blobs

blobs = S3Blobs(parse(sys.argv[1]))
blobs.put(b"before the fork")  # opens connections that the children inherit

def work(who):
    for number in range(20):
        data = f"{who} {number}".encode()
        assert blobs.get(blobs.put(data)) == data

children = []
for who in ("first", "second", "third"):
    child = os.fork()
    if not child:
        try:
            threads = [threading.Thread(target=work, args=(f"{who} {place}",)) for place in range(2)]
            [thread.start() for thread in threads]
            work(who)
            [thread.join() for thread in threads]
        except BaseException as error:
            print(repr(error), file=sys.stderr)
            os._exit(1)
        os._exit(0)
    children.append(child)
work("parent")
sys.exit(sum(os.waitpid(child, 0)[1] for child in children))
"""


def test_forked_processes_do_not_mix_up_their_connections(bucket: Bucket) -> None:
    done = subprocess.run(
        [sys.executable, "-c", FORKS, bucket.url], cwd=ROOT, capture_output=True, text=True, timeout=60
    )
    assert (done.returncode, done.stderr) == (0, "")
    assert len(bucket.files()) == 1 + 20 + 3 * 3 * 20


LOCAL = """
import sys
from b24app import create_app
from b24app.settings import load
from b24app.wiring import wire_worker

app = create_app(load())
ctx = app.extensions["paraph"]
wire_worker(ctx)
ctx.blobs.get(ctx.blobs.put(b"contract"))
ctx.blobs.check()
print(sorted(name for name in sys.modules if name.split(".")[0] in ("boto3", "botocore", "s3transfer")))
"""


def test_an_installation_with_a_folder_never_loads_boto3(tmp_path: Path) -> None:
    environment = {"PARAPH_DATA_DIR": str(tmp_path)}
    done = subprocess.run(
        [sys.executable, "-c", LOCAL], cwd=ROOT, env=environment, capture_output=True, text=True, timeout=60
    )
    assert (done.stdout.strip(), done.returncode) == ("[]", 0), done.stderr


def open_url(url: str) -> S3Blobs:
    address = parse(url)
    assert not isinstance(address, Path)
    return S3Blobs(address, patience=IMPATIENT)
