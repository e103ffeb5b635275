from __future__ import annotations

from pathlib import Path

import pytest

from b24app.outbox.queue import Hints

from .office import Diary, HandClock, Office, add_portal, open_database, queue_url


@pytest.fixture
def office(tmp_path: Path, database_url: str) -> Office:
    """A database with the portals of Anna and Vera, an empty queue, noon."""
    open_database(database_url)
    for name in ("anna", "vera"):
        add_portal(name)
    clock, queue = HandClock(), queue_url(database_url, tmp_path)
    return Office(tmp_path, clock, Diary(clock), Hints(queue, clock), queue)
