"""Settings from the environment, checked once at start.

Every name has the prefix PARAPH_. A secret may be given as PARAPH_<NAME>_FILE instead: a path whose content is taken.
README lists them all; tests/test_docs.py compares the two.
"""

from __future__ import annotations

import os
import re
import secrets
from collections.abc import Mapping
from dataclasses import dataclass, fields
from pathlib import Path
from urllib.parse import urlsplit

from cryptography.fernet import Fernet

from b24app import blob_url
from b24app.errors import ConfigError

PREFIX = "PARAPH_"
SECRETS = frozenset(
    {"CLIENT_SECRET", "SECRET_KEYS", "SMTP_URL", "DATABASE_URL", "QUEUE_URL", "BLOB_URL", "METRICS_TOKEN"}
)
LOG_LEVELS = ("DEBUG", "INFO", "WARNING", "ERROR", "CRITICAL")


@dataclass(frozen=True)
class Settings:
    """One field a setting, named as in the environment without the prefix, lower case."""

    public_url: str = "http://localhost:8700"
    bind: str = "127.0.0.1:8700"
    client_id: str = ""
    client_secret: str = ""
    database_url: str = ""
    queue_url: str = ""
    blob_url: str = ""
    data_dir: str = "instance"
    secret_keys: str = ""
    smtp_url: str = "smtp://localhost:25"
    mail_from: str = "Paraph <signatures@localhost>"
    oauth_url: str = "https://oauth.bitrix.info"
    dropbox_sign_url: str = "https://api.hellosign.com"
    docusign_url: str = ""
    docusign_auth_url: str = ""
    allow_insecure_portals: bool = False
    proxies: int = 0
    log_level: str = "INFO"
    metrics_token: str = ""
    metrics_bind: str = ""

    @property
    def data_path(self) -> Path:
        return Path(self.data_dir)

    @property
    def database(self) -> str:
        return self.database_url or f"sqlite:///{self.data_path / 'paraph.db'}"

    @property
    def queue(self) -> str:
        """The queue's address: what is set, else the PostgreSQL that holds the rows, else a file of its own."""
        shared = self.database_url if not self.database_url.startswith("sqlite:") else ""
        return self.queue_url or shared or f"sqlite:///{self.data_path / 'queue.db'}"

    @property
    def blobs(self) -> str:
        return self.blob_url or f"file://{(self.data_path / 'blobs').absolute()}"

    @property
    def rest_log(self) -> Path:
        return self.data_path / "rest-log"

    @property
    def metrics(self) -> Path:
        return self.data_path / "metrics"

    def keys(self) -> list[str]:
        """Return the encryption keys, newest first; make one in DATA_DIR on the very first start."""
        if self.secret_keys:
            return parse_keys(self.secret_keys)
        path = self.data_path / "secret.key"
        if not path.exists():
            _write_secret(path, Fernet.generate_key().decode())
        return [path.read_text().strip()]


def load(environ: Mapping[str, str] | None = None) -> Settings:
    """Read and check the settings.

    Raises: ConfigError with a plain sentence naming the variable.
    """
    environ = os.environ if environ is None else environ
    values: dict[str, object] = {}
    for field in fields(Settings):
        raw = _raw(environ, field.name.upper())
        if raw is not None:
            values[field.name] = _value(PREFIX + field.name.upper(), str(field.type), raw)
    settings = Settings(**values)  # type: ignore[arg-type]
    _check(settings)
    return settings


def _raw(environ: Mapping[str, str], name: str) -> str | None:
    path = environ.get(f"{PREFIX}{name}_FILE") if name in SECRETS else None
    if path:
        try:
            return Path(path).read_text().strip()
        except OSError as error:
            raise ConfigError(
                "%(name)s_FILE names a file that cannot be read (%(why)s).", name=PREFIX + name, why=error.strerror
            ) from error
    value = environ.get(PREFIX + name)
    return value.strip() if value is not None else None


def _value(name: str, kind: str, raw: str) -> object:
    if kind == "bool":
        return raw in ("1", "true", "yes", "on")
    if kind == "int":
        if not re.fullmatch(r"\d{1,2}", raw, re.ASCII):
            raise ConfigError("%(name)s must be a small whole number.", name=name)
        return int(raw)
    return raw


def _check(settings: Settings) -> None:
    for name in ("public_url", "oauth_url", "dropbox_sign_url", "docusign_url", "docusign_auth_url"):
        if getattr(settings, name):
            _check_url(PREFIX + name.upper(), getattr(settings, name), settings.allow_insecure_portals)
    if urlsplit(settings.smtp_url).scheme not in ("smtp", "smtps"):
        raise ConfigError("PARAPH_SMTP_URL must look like smtp://user:password@host:587 or smtps://host:465.")
    blob_url.parse(settings.blobs)
    if ":" not in settings.bind:
        raise ConfigError("PARAPH_BIND must look like 127.0.0.1:8700.")
    if settings.metrics_bind and not settings.metrics_bind.rpartition(":")[2].isdecimal():
        raise ConfigError("PARAPH_METRICS_BIND must look like 127.0.0.1:8701.")
    if settings.log_level.upper() not in LOG_LEVELS:
        raise ConfigError("PARAPH_LOG_LEVEL must be one of %(levels)s.", levels=", ".join(LOG_LEVELS))
    parse_keys(settings.secret_keys)


def _check_url(name: str, url: str, allow_http: bool) -> None:
    parts = urlsplit(url)
    if parts.scheme not in ("http", "https") or not parts.hostname:
        raise ConfigError("%(name)s must be a whole address such as https://sign.example.com.", name=name)
    if parts.path not in ("", "/") or parts.query:
        raise ConfigError("%(name)s must be an address without path: https://sign.example.com.", name=name)
    if parts.scheme == "http" and not (allow_http or parts.hostname in ("localhost", "127.0.0.1")):
        raise ConfigError(
            "%(name)s must begin with https:// (PARAPH_ALLOW_INSECURE_PORTALS=1 permits http for closed networks).",
            name=name,
        )


def parse_keys(text: str) -> list[str]:
    """Read keys separated by commas. Raises: ConfigError for one that is none."""
    keys = [key.strip() for key in text.split(",") if key.strip()]
    for key in keys:
        _check_key(key)
    return keys


def _check_key(key: str) -> None:
    try:
        Fernet(key)
    except ValueError as error:
        raise ConfigError(
            "PARAPH_SECRET_KEYS must be Fernet keys (32 bytes, url-safe base64) separated by commas, newest first."
        ) from error


def _write_secret(path: Path, text: str) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    temporary = path.with_name(f".{path.name}.{secrets.token_hex(4)}")
    descriptor = os.open(temporary, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600)
    with os.fdopen(descriptor, "w") as file:
        file.write(text)
    try:
        os.link(temporary, path)  # the first of several starting processes wins
    except FileExistsError:
        pass
    finally:
        temporary.unlink()
