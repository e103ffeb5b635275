from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from tests.stores import Bucket, Store, open_bucket, open_store


@pytest.fixture(params=["folder", "bucket"])
def store(request: pytest.FixtureRequest, tmp_path: Path) -> Iterator[Store]:
    with open_store(request.param, tmp_path) as found:
        yield found


@pytest.fixture
def bucket() -> Iterator[Bucket]:
    with open_bucket() as found:
        yield found
