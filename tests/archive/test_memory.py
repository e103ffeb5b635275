"""Memory does not grow with what is moved: a portal with many documents takes what an empty one takes, and a little."""

from __future__ import annotations

import os
import subprocess
import sys
from pathlib import Path

from b24app.documents.storage import place_of, sha256_of
from b24app.services.context import Context
from b24app.store.database import writing
from b24app.store.tables import Request
from tests.archive.conftest import Places
from tests.command_line import ROOT, environment
from tests.portal_room import NOON_MS, add_portal

DOCUMENTS, BYTES, TEXT = 2_000, 64 * 1024, 20_000
MOST_GROWTH_MB = 30
MEASURED = (
    "import re, sys; from b24app.cli import main; code = main(sys.argv[1:])\n"
    "print(int(re.search(r'VmHWM:\\s+(\\d+)', open('/proc/self/status').read())[1]) // 1024); sys.exit(code)"
)
"""The kernel's mark of this program alone: getrusage counts what the process was before it became this program."""


def peak_mb(directory: Path, *words: str, **settings: str) -> int:
    """Run a command; returns the most memory its process held."""
    done = subprocess.run(
        [sys.executable, "-c", MEASURED, *words],
        cwd=ROOT,
        env=environment(directory, **settings),
        capture_output=True,
        text=True,
        timeout=300,
        check=True,
    )
    return int(done.stdout.splitlines()[-1])


def move_there_and_back(places: Places, name: str) -> list[int]:
    """Export from SQLite, import into PostgreSQL, export from there; returns what each took."""
    here, there = places.directory / name, places.directory / f"{name}-there"
    archive, again = (str(places.directory / f"{name}-{number}.zip") for number in (1, 2))
    places.kinds[there.name] = "postgresql"
    url = {"DATABASE_URL": places.url(there.name)}
    return [
        peak_mb(here, "export", "--portal", "acme", "--out", archive),
        peak_mb(there, "import", archive, "--old-keys-file", str(here / "secret.key"), **url),
        peak_mb(there, "export", "--portal", "acme", "--out", again, **url),
    ]


def add_documents(ctx: Context) -> None:
    """Add requests with a document of their own and a long letter; not synced to the disk one by one."""
    fixed = {
        "portal": "acme", "status": "completed", "title": "Offer", "sender_id": 1, "responsible_id": 1,
        "needs_approval": True, "entity_type_id": 1, "entity_id": 77, "fields": [], "pages": [],
        "created_at": NOON_MS, "ended_at": NOON_MS,
    }  # fmt: skip
    with writing():
        for number in range(DOCUMENTS):
            data = os.urandom(BYTES)
            path = ctx.settings.data_path / "blobs" / place_of(sha256_of(data))
            path.parent.mkdir(parents=True, exist_ok=True)
            path.write_bytes(data)
            letter = {"body": os.urandom(TEXT // 2).hex()}
            Request.insert(id=f"r{number}", document_sha256=path.name, letter=letter, **fixed).execute()


def test_memory_stays_bounded_with_thousands_of_documents(places: Places):
    add_portal(places.open("small"))
    ctx = places.open("large")
    add_portal(ctx)
    add_documents(ctx)
    places.leave()
    small, large = move_there_and_back(places, "small"), move_there_and_back(places, "large")
    size_mb = (places.directory / "large-1.zip").stat().st_size / 1e6
    print(f"archive {size_mb:.0f} MB; export, import, export: empty {small} MB, large {large} MB")
    assert size_mb > 5 * MOST_GROWTH_MB
    assert max(more - less for less, more in zip(small, large, strict=True)) < MOST_GROWTH_MB
