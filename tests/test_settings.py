"""Settings: every wrong one gets a sentence that names it; secrets may come from files."""

from __future__ import annotations

import os
import stat
from pathlib import Path

import pytest
from cryptography.fernet import Fernet

from b24app.blob_url import S3Address, parse
from b24app.errors import ConfigError
from b24app.settings import load


def test_all_defaults_work_on_one_machine(tmp_path):
    settings = load({"PARAPH_DATA_DIR": str(tmp_path)})
    assert settings.database == f"sqlite:///{tmp_path}/paraph.db"
    assert settings.queue == f"sqlite:///{tmp_path}/queue.db"
    assert settings.blobs == f"file://{tmp_path}/blobs"


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("PUBLIC_URL", "sign.example.com"),
        ("PUBLIC_URL", "http://sign.example.com"),
        ("PUBLIC_URL", "https://sign.example.com/paraph"),
        ("OAUTH_URL", "ftp://oauth.example.com"),
        ("SMTP_URL", "mail.example.com"),
        ("BIND", "8700"),
        ("PROXIES", "yes"),
        ("METRICS_BIND", "10.0.0.5"),
        ("LOG_LEVEL", "LOUD"),
        ("SECRET_KEYS", "too-short"),
        ("BLOB_URL", "blobs"),
        ("BLOB_URL", "file://blobs"),
        ("BLOB_URL", "https://bucket.s3.amazonaws.com"),
        ("BLOB_URL", "s3://"),
        ("BLOB_URL", "s3://[bucket"),
        ("BLOB_URL", "s3://no_bucket_ends_so_"),
        ("BLOB_URL", "s3://bucket/a//b"),
        ("BLOB_URL", "s3://bucket/../b"),
        ("BLOB_URL", "s3://bucket?endpoint=minio:9000"),
        ("BLOB_URL", "s3://bucket?endpoint=https://KEY:hunter2@minio"),
        ("BLOB_URL", "s3://bucket?endpoint=https://a&endpoint=https://b"),
        ("BLOB_URL", "s3://bucket?region=eu central"),
        ("BLOB_URL", "s3://bucket?regoin=eu-central-1"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ConfigError, match=f"PARAPH_{name}"):
        load({f"PARAPH_{name}": value})


@pytest.mark.parametrize(
    "login", ["KEY@", "KEY:@", ":hunter2@", "KEY:hunter2/more@", "KEY:hunter2?more@", "KEY:hunter2#more@"]
)
def test_a_login_to_the_store_that_cannot_be_read_is_not_repeated(login):
    with pytest.raises(ConfigError, match="PARAPH_BLOB_URL") as caught:
        load({"PARAPH_BLOB_URL": f"s3://{login}bucket/paraph"})
    assert "hunter2" not in str(caught.value)


def test_an_s3_address_is_read_with_its_secret_hidden():
    url = "s3://KEY:a%2Fb%2Bc%40d%3Ae@Bucket-1/paraph/documents?endpoint=https://s3.example.com:9000/path&region=eu-1"
    address = parse(url)
    assert address == S3Address(
        "Bucket-1", "paraph/documents/", "https://s3.example.com:9000/path", "eu-1", "KEY", "a/b+c@d:e"
    )
    assert "a/b" not in repr(address)


@pytest.mark.parametrize("url", ["s3://bucket", "s3://bucket/", "s3://@bucket"])
def test_an_s3_address_may_name_a_bucket_only(url):
    assert parse(url) == S3Address("bucket")


def test_a_folder_may_have_any_name():
    assert parse("file:///var/lib/paraph #1?%20") == Path("/var/lib/paraph #1?%20")


def test_plain_http_is_possible_where_it_is_asked_for():
    wished = {"PARAPH_PUBLIC_URL": "http://sign.intern", "PARAPH_ALLOW_INSECURE_PORTALS": "1"}
    assert load(wished).public_url == "http://sign.intern"


def test_a_secret_comes_from_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("s3cret\n")
    assert load({"PARAPH_CLIENT_SECRET_FILE": str(path)}).client_secret == "s3cret"
    assert load({"PARAPH_METRICS_TOKEN_FILE": str(path)}).metrics_token == "s3cret"


def test_a_missing_secret_file_is_named(tmp_path):
    with pytest.raises(ConfigError, match="PARAPH_CLIENT_SECRET_FILE"):
        load({"PARAPH_CLIENT_SECRET_FILE": str(tmp_path / "nowhere")})


def test_the_key_made_at_the_first_start_stays_and_is_private(tmp_path):
    settings = load({"PARAPH_DATA_DIR": str(tmp_path / "new")})
    first, again = settings.keys(), settings.keys()
    assert first == again
    assert Fernet(first[0])
    assert stat.S_IMODE(os.stat(tmp_path / "new" / "secret.key").st_mode) == 0o600


def test_keys_given_are_taken_newest_first():
    newest, older = Fernet.generate_key().decode(), Fernet.generate_key().decode()
    assert load({"PARAPH_SECRET_KEYS": f"{newest}, {older}"}).keys() == [newest, older]


def test_the_queue_stays_with_a_database_that_several_machines_share():
    server = "postgresql://paraph@db.example.com/paraph"
    assert load({"PARAPH_DATABASE_URL": server}).queue == server
    assert load({"PARAPH_DATABASE_URL": server, "PARAPH_QUEUE_URL": "redis://cache/0"}).queue == "redis://cache/0"
    assert load({"PARAPH_DATABASE_URL": "sqlite:////srv/p.db"}).queue.endswith("queue.db")
