"""Settings: every wrong one gets a sentence that names it; secrets may come from files."""

from __future__ import annotations

import os
import stat

import pytest
from cryptography.fernet import Fernet

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
        ("SECRET_KEYS", "too-short"),
    ],
)
def test_a_wrong_setting_is_named(name, value):
    with pytest.raises(ConfigError, match=f"PARAPH_{name}"):
        load({f"PARAPH_{name}": value})


def test_plain_http_is_possible_where_it_is_asked_for():
    wished = {"PARAPH_PUBLIC_URL": "http://sign.intern", "PARAPH_ALLOW_INSECURE_PORTALS": "1"}
    assert load(wished).public_url == "http://sign.intern"


def test_a_secret_comes_from_a_file(tmp_path):
    path = tmp_path / "secret"
    path.write_text("s3cret\n")
    assert load({"PARAPH_CLIENT_SECRET_FILE": str(path)}).client_secret == "s3cret"


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
