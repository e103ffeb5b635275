from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.store import database
from tests.providers.docusign.far_side import DocuSignFarSide
from tests.providers.docusign.stage import DocuSignScene, bare_room, docusign_scene, running
from tests.providers.scene import MovedClock


@pytest.fixture(scope="session")
def standing_in() -> Iterator[DocuSignFarSide]:
    with running() as far:
        yield far


@pytest.fixture
def far(standing_in: DocuSignFarSide) -> Iterator[DocuSignFarSide]:
    """An account as on the first day."""
    standing_in.clear()
    yield standing_in
    standing_in.come_up()


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
