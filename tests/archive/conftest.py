from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from b24app.services.context import Context
from b24app.store import database
from tests.portal_room import open_room


@dataclass
class Places:
    """Several installations; the process works in the one that was opened last."""

    directory: Path
    keys: dict[str, str] = field(default_factory=dict)
    opened: list[str] = field(default_factory=list)

    def open(self, name: str, **settings: str) -> Context:
        self.leave()
        self.opened.append(name)
        given = {"secret_keys": self.keys[name]} if name in self.keys else {}
        return open_room(self.directory / name, **{**given, **settings})

    def leave(self) -> None:
        if self.opened:
            database.close_connection()


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    made = Places(tmp_path)
    yield made
    made.leave()
