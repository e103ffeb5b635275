"""What PARAPH_BLOB_URL may say: a folder of this machine, or a bucket of an S3 store.

No sentence repeats anything of the address: it may hold a secret.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import SplitResult, parse_qsl, unquote, urlsplit

from b24app.errors import ConfigError

_BUCKET = re.compile(r"[A-Za-z0-9][A-Za-z0-9._-]{1,61}[A-Za-z0-9]")
_REGION = re.compile(r"[\w-]*")
_SHAPES = (
    "PARAPH_BLOB_URL must look like file:///var/lib/paraph/blobs or "
    "s3://KEY:SECRET@bucket/prefix?endpoint=https://s3.example.com&region=eu-central-1."
)


@dataclass(frozen=True)
class S3Address:
    """A place in an S3 store. Without `key` boto3 looks for credentials itself; without `endpoint` the store is AWS."""

    bucket: str
    prefix: str = ""  # ends with a slash, unless it is empty
    endpoint: str = ""
    region: str = ""
    key: str = ""
    secret: str = field(default="", repr=False)


def parse(url: str) -> Path | S3Address:
    """Read the address of the store. Raises: ConfigError."""
    if url.startswith("file:///") and url != "file:///":
        return Path(url.removeprefix("file://"))
    try:
        parts = urlsplit(url)
    except ValueError as error:
        raise ConfigError(_SHAPES) from error
    if parts.scheme != "s3":
        raise ConfigError(_SHAPES)
    return _bucket(parts)


def _bucket(parts: SplitResult) -> S3Address:
    login, _, bucket = parts.netloc.rpartition("@")
    if not _BUCKET.fullmatch(bucket) or parts.fragment:
        raise ConfigError(
            "PARAPH_BLOB_URL must name a bucket: s3://bucket/prefix. "
            "In a key or secret write / as %2F, + as %2B, ? as %3F, # as %23, : as %3A and @ as %40."
        )
    key, _, secret = login.partition(":")
    if bool(key) != bool(secret):
        raise ConfigError("PARAPH_BLOB_URL must hold both key and secret (s3://KEY:SECRET@bucket), or neither.")
    options = _options(parts.query)
    return S3Address(bucket, _prefix(parts.path), **options, key=unquote(key), secret=unquote(secret))


def _prefix(path: str) -> str:
    names = unquote(path).strip("/").split("/")
    if names == [""]:
        return ""
    if any(name in ("", ".", "..") for name in names):
        raise ConfigError("The prefix in PARAPH_BLOB_URL must be plain names separated by single slashes.")
    return "/".join(names) + "/"


def _options(query: str) -> dict[str, str]:
    pairs = parse_qsl(query, keep_blank_values=True)
    options = dict(pairs)
    if len(options) != len(pairs) or not options.keys() <= {"endpoint", "region"}:
        raise ConfigError("After the ? in PARAPH_BLOB_URL only endpoint=... and region=... may stand, each once.")
    if "endpoint" in options:
        _check_endpoint(options["endpoint"])
    if not _REGION.fullmatch(options.get("region", "")):
        raise ConfigError("The region in PARAPH_BLOB_URL must be a name such as eu-central-1.")
    return options


def _check_endpoint(endpoint: str) -> None:
    parts = urlsplit(endpoint)
    if parts.scheme not in ("http", "https") or not parts.hostname or parts.username or parts.query:
        raise ConfigError("The endpoint in PARAPH_BLOB_URL must be an address such as https://s3.example.com.")
