"""Blobs in a bucket of an S3 store, for several machines: AWS, MinIO and others that speak the same protocol.

Imported only when PARAPH_BLOB_URL says s3://: boto3 costs memory and time to load.
Source: docs.aws.amazon.com/AmazonS3/latest/API (PutObject, HeadObject, CopyObject, ListObjectsV2)
"""

from __future__ import annotations

import hashlib
import os
import threading
from base64 import b64encode
from collections.abc import Iterator, Mapping
from contextlib import AbstractContextManager, closing
from dataclasses import dataclass
from datetime import datetime, timedelta
from typing import Any

from boto3.session import Session
from botocore.config import Config
from botocore.exceptions import ClientError

from b24app.blob_url import S3Address
from b24app.clock import Clock, utc_now
from b24app.documents.s3_errors import in_words, not_kept
from b24app.documents.storage import UNUSED, Blobs, Stored, is_name, place_of

FRESH = timedelta(hours=1)  # an object younger than that need not be written again to be young
_DEFAULT_REGION = "us-east-1"  # what stores with an address of their own expect in signatures


@dataclass(frozen=True)
class Patience:
    """How long to wait for the store: for the connection, for each answer, and how often to ask."""

    connect_s: float
    read_s: float
    attempts: int


WORK = Patience(5, 30, 3)
GLANCE = Patience(2, 5, 1)  # an operator's probe wants an answer, not success


class S3Blobs(Blobs):
    """Each blob is one object. Threads share one client; a forked process opens its own."""

    def __init__(self, address: S3Address, now: Clock = utc_now, patience: Patience = WORK) -> None:
        self._address = address
        self._now = now
        self._patience = patience
        self._clients: dict[int, _Clients] = {}

    def __str__(self) -> str:
        return f"the bucket {self._address.bucket} at {self._address.endpoint or 'AWS'}"

    def check(self) -> None:
        with self._in_words():
            self._client(GLANCE).head_bucket(Bucket=self._address.bucket)

    def stored(self, after: str = "") -> Iterator[Stored]:
        for key, since in self._listed("", {"StartAfter": self._key(place_of(after))} if after else {}):
            if key >= UNUSED:  # sorts behind every place: places begin with a hex digit
                return
            name = key.rpartition("/")[2]
            if is_name(name) and key == place_of(name):
                yield Stored(name, since)

    def unused(self) -> Iterator[Stored]:
        for key, since in self._listed(UNUSED, {}):
            yield Stored(key.removeprefix(UNUSED), since)

    def _read(self, key: str) -> bytes | None:
        with self._in_words():
            try:
                answer = self._s3.get_object(**self._object(key))
            except self._s3.exceptions.NoSuchKey:
                return None
            with closing(answer["Body"]) as body:
                return bytes(body.read())

    def _keep(self, key: str, data: bytes) -> None:
        found = self._head(key)
        if not (found and _holds(found, data) and self._now() - found["LastModified"] < FRESH):
            self._upload(key, data)

    def _put_at(self, key: str) -> datetime | None:
        found = self._head(key)
        return found["LastModified"] if found else None

    def _move(self, key: str, target: str) -> None:
        with self._in_words():
            try:
                self._s3.copy_object(**self._object(target), CopySource=self._object(key))
            except self._s3.exceptions.NoSuchKey:
                return
            self._s3.delete_object(**self._object(key))

    def _remove(self, key: str) -> None:
        with self._in_words():
            self._s3.delete_object(**self._object(key))

    def _head(self, key: str) -> Mapping[str, Any] | None:
        with self._in_words():
            try:
                found: Mapping[str, Any] = self._s3.head_object(**self._object(key), ChecksumMode="ENABLED")
            except ClientError as error:
                if error.response["ResponseMetadata"]["HTTPStatusCode"] == 404:
                    return None
                raise
            return found

    def _upload(self, key: str, data: bytes) -> None:
        """The store compares what arrives with the checksum; one that does not say so is asked for the bytes."""
        with self._in_words():
            answer = self._s3.put_object(**self._object(key), Body=data, ChecksumSHA256=_checksum(data))
        if not _holds(answer, data) and self._read(key) != data:
            raise not_kept("unconfirmed")

    def _listed(self, prefix: str, options: Mapping[str, str]) -> Iterator[tuple[str, datetime]]:
        with self._in_words():
            pages = self._s3.get_paginator("list_objects_v2").paginate(
                Bucket=self._address.bucket, Prefix=self._key(prefix), **options
            )
            for page in pages:
                for entry in page.get("Contents", ()):
                    yield entry["Key"].removeprefix(self._address.prefix), entry["LastModified"]

    def _object(self, key: str) -> dict[str, str]:
        return {"Bucket": self._address.bucket, "Key": self._key(key)}

    def _key(self, key: str) -> str:
        return self._address.prefix + key

    def _in_words(self) -> AbstractContextManager[None]:
        return in_words(self._address.bucket)

    @property
    def _s3(self) -> Any:
        return self._client(self._patience)

    def _client(self, patience: Patience) -> Any:
        return self._clients.setdefault(os.getpid(), _Clients(self._address)).of(patience)


class _Clients:
    """The clients of one process: sockets do not survive a fork, and a lock held at that moment stays locked."""

    def __init__(self, address: S3Address) -> None:
        self._address = address
        self._lock = threading.Lock()
        self._session: Session | None = None
        self._opened: dict[Patience, Any] = {}

    def of(self, patience: Patience) -> Any:
        """Opened at the first use; the session makes the second one cheap."""
        with self._lock:
            if patience not in self._opened:
                self._session = self._session or Session()
                self._opened[patience] = _open(self._session, self._address, patience)
            return self._opened[patience]


def _open(session: Session, address: S3Address, patience: Patience) -> Any:
    """Checksums that nobody asked for are left out: other stores than AWS refuse them."""
    config = Config(
        connect_timeout=patience.connect_s,
        read_timeout=patience.read_s,
        max_pool_connections=50,  # as many threads as a process may have
        retries={"mode": "standard", "total_max_attempts": patience.attempts},
        s3={"addressing_style": "path" if address.endpoint else "auto"},
        request_checksum_calculation="when_required",
        response_checksum_validation="when_required",
    )
    return session.client(
        "s3",
        endpoint_url=address.endpoint or None,
        region_name=address.region or (_DEFAULT_REGION if address.endpoint else None),
        aws_access_key_id=address.key or None,
        aws_secret_access_key=address.secret or None,
        config=config,
    )


def _holds(answer: Mapping[str, Any], data: bytes) -> bool:
    """Say whether an answer proves that the store holds exactly these bytes.

    A store without checksums names the MD5 as ETag, unless it encrypts with keys of its own.
    """
    if "ChecksumSHA256" in answer:
        return bool(answer["ChecksumSHA256"] == _checksum(data))
    return bool(answer.get("ETag", "").strip('"') == hashlib.md5(data, usedforsecurity=False).hexdigest())


def _checksum(data: bytes) -> str:
    return b64encode(hashlib.sha256(data).digest()).decode()
