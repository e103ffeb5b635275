from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC
from pathlib import Path

import pytest

from b24app.store import database
from tests import databases
from tests.hand_clocks import HandClocks
from tests.office import Office, open_office
from tests.services.desk import Desk, set_up
from tests.services.time_passing import Until, berlin


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


@pytest.fixture
def clocks(desk: Desk) -> HandClocks:
    """Monday, two in the afternoon in Berlin; the desk goes by it."""
    clocks = HandClocks(berlin(2, 14).astimezone(UTC))
    desk.keep_time(clocks.wall)
    return clocks


@pytest.fixture
def until(desk: Desk, clocks: HandClocks) -> Until:
    return Until(desk, clocks)
