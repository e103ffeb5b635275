from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.store import database
from tests import databases
from tests.providers.docusign.far_side import DocuSignFarSide
from tests.providers.docusign.stage import DocuSignScene, bare_room, docusign_scene, running
from tests.providers.scene import MovedClock
from tests.sandbox.docusign import contract


@pytest.fixture(scope="session")
def standing_in() -> Iterator[DocuSignFarSide]:
    with running() as far:
        yield far


@pytest.fixture
def far(standing_in: DocuSignFarSide) -> Iterator[DocuSignFarSide]:
    """An account as on the first day. All requests it takes must be as the vendor describes them."""
    standing_in.clear()
    yield standing_in
    standing_in.come_up()
    assert [problem for exchange in standing_in.exchanges for problem in contract.request_problems(exchange)] == []


@pytest.fixture
def database_url(tmp_path: Path) -> Iterator[str]:
    """SQLite only: on which database the house stands is nothing to a room (the example goes through both)."""
    with databases.fresh("sqlite", tmp_path) as url:
        yield url


@pytest.fixture
def scene(far: DocuSignFarSide, tmp_path: Path, database_url: str) -> Iterator[DocuSignScene]:
    """Anna's desk with an account at DocuSign."""
    with docusign_scene(far, tmp_path, database_url) as made, database.reading():
        yield made


@pytest.fixture
def clock() -> MovedClock:
    return MovedClock()


@pytest.fixture
def room(far: DocuSignFarSide, clock: MovedClock):
    """A room alone, connected with a key pair."""
    return bare_room(far, clock)[0]
