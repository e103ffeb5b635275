from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.outbox.queue import Hints
from b24app.store import database

from .office import Diary, HandClock, Office, add_portal, open_database


@pytest.fixture
def office(tmp_path: Path) -> Iterator[Office]:
    """A database with the portals of Anna and Vera, an empty queue, noon."""
    open_database(tmp_path)
    for name in ("anna", "vera"):
        add_portal(name)
    clock = HandClock()
    yield Office(tmp_path, clock, Diary(clock), Hints(f"sqlite:///{tmp_path / 'queue.db'}", clock))
    database.close_connection()
