from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.store import database
from tests.providers.dropbox_sign.far_side import DropboxFarSide
from tests.providers.dropbox_sign.stage import DropboxScene, begin_anew, dropbox_scene, stand_in


@pytest.fixture(scope="module")
def running() -> Iterator[DropboxSign]:
    """One server for a module; tests begin anew on it."""
    service = stand_in()
    yield service
    service.stop()


@pytest.fixture
def far(running: DropboxSign) -> DropboxFarSide:
    return begin_anew(running)


@pytest.fixture
def service(far: DropboxFarSide) -> DropboxSign:
    return far.service


@pytest.fixture
def scene(tmp_path: Path, running: DropboxSign) -> Iterator[DropboxScene]:
    """Anna's desk with an account at Dropbox Sign; one database will do, for a room knows none."""
    with dropbox_scene(tmp_path, "", running) as made, database.reading():
        yield made
