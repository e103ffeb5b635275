from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.store import database
from tests.services.desk import Desk, set_up
from tests.stores import Store, open_store


@pytest.fixture
def desk(tmp_path: Path) -> Iterator[Desk]:
    made = set_up(tmp_path)
    with database.reading():
        yield made
    made.controller.stop()
    database.close_connection()


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with open_store(request.param, tmp_path) as found:
        yield found
