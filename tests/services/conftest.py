from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.store import database
from tests import databases
from tests.office import Office, open_office
from tests.services.desk import Desk, set_up


@pytest.fixture
def desk(tmp_path: Path, database_url: str) -> Iterator[Desk]:
    made = set_up(tmp_path, database_url)
    with database.reading():
        yield made
    made.controller.stop()


@pytest.fixture(scope="module", params=databases.KINDS)
def office(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Office]:
    """The application and the world around it, on both databases."""
    directory = tmp_path_factory.mktemp("office")
    with databases.fresh(request.param, directory) as url, open_office(directory, database_url=url) as opened:
        yield opened
