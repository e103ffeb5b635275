"""Files move between a folder and an S3 store with their portal; a store that is away stops the move in a sentence."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.services.context import Context
from b24app.services.export_portal import export_portal
from b24app.services.import_portal import import_portal
from b24app.store import removal
from b24app.store.database import reading
from tests.archive.conftest import Places
from tests.archive.filling import fill
from tests.command_line import run
from tests.stores import Bucket, open_bucket


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with open_bucket() as opened:
        yield opened


@pytest.fixture
def archive(places: Places) -> Path:
    ctx = places.open("old")
    fill(ctx, "acme")
    export_portal(ctx, "acme", places.directory / "acme.zip")
    return places.directory / "acme.zip"


def keys(places: Places) -> list[str]:
    return ["--old-keys-file", str(places.directory / "old" / "secret.key")]


def files(ctx: Context) -> dict[str, bytes]:
    with reading():
        return {name: ctx.blobs.get(name) for name in removal.blobs_of("acme")}


def test_from_a_folder_into_a_bucket_and_back(places: Places, archive: Path, bucket: Bucket):
    before = files(places.open("old"))
    key = places.open("old").settings.keys()[0]
    ctx = places.open("there", secret_keys=key, blob_url=bucket.url)
    import_portal(ctx, archive)
    assert files(ctx) == before
    assert len(bucket.files()) == len(before) + 1  # and whose store it is
    export_portal(ctx, "acme", places.directory / "again.zip")
    back = places.open("back", secret_keys=key)
    import_portal(back, places.directory / "again.zip")
    assert files(back) == before


def test_a_store_that_is_away_leaves_no_row_behind(places: Places, archive: Path, bucket: Bucket):
    places.leave()
    gone = bucket.url.replace(bucket.gate.url, "http://127.0.0.1:9")
    done = run(places.directory / "there", "import", str(archive), *keys(places), BLOB_URL=gone)
    assert (done.returncode, "Traceback" in done.stderr, len(done.stderr) > 20) == (1, False, True)
    again = run(places.directory / "there", "import", str(archive), *keys(places), BLOB_URL=bucket.url)
    assert again.returncode == 0, again.stderr
