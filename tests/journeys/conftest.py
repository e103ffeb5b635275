from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import Browser

from tests.journeys.world import World, open_world
from tests.web.chromium import chromium

# A module at most: the database is one a process, and other modules bind it to theirs in between.


@pytest.fixture(scope="module")
def browser() -> Iterator[Browser]:
    with chromium() as opened:
        yield opened


@pytest.fixture(scope="module")
def world(tmp_path_factory: pytest.TempPathFactory, browser: Browser) -> Iterator[World]:
    with open_world(tmp_path_factory.mktemp("world"), browser) as opened:
        opened.install()
        yield opened
