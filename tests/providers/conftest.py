from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from b24app.store import database
from tests.providers.example.stage import ExampleScene, example_scene


@pytest.fixture
def scene(tmp_path: Path, database_url: str) -> Iterator[ExampleScene]:
    """Anna's desk with an account at Example Sign."""
    with example_scene(tmp_path, database_url) as made, database.reading():
        yield made
