from __future__ import annotations

from collections.abc import Iterator
from contextlib import ExitStack
from dataclasses import dataclass, field
from pathlib import Path

import pytest

from b24app.services.context import Context
from b24app.store import database
from tests import databases
from tests.portal_room import open_room


@dataclass
class Places:
    """Several installations; the process works in the one that was opened last.

    `kinds` says which have their rows in PostgreSQL, `keys` which have given keys instead of making one.
    """

    directory: Path
    stack: ExitStack
    kinds: dict[str, str] = field(default_factory=dict)
    keys: dict[str, str] = field(default_factory=dict)
    urls: dict[str, str] = field(default_factory=dict)

    def open(self, name: str, **settings: str) -> Context:
        url = self.url(name)
        self.leave()
        given = {"secret_keys": self.keys[name]} if name in self.keys else {}
        return open_room(self.directory / name, **{"database_url": url, **given, **settings})

    def url(self, name: str) -> str:
        """The address of an installation's database; made when it is first asked for."""
        if name not in self.urls:
            (self.directory / name).mkdir(exist_ok=True)
            made = databases.fresh(self.kinds.get(name, "sqlite"), self.directory / name)
            self.urls[name] = self.stack.enter_context(made)
        return self.urls[name]

    def leave(self) -> None:
        if database.database.obj is not None:
            database.close_all()


@pytest.fixture
def places(tmp_path: Path) -> Iterator[Places]:
    with ExitStack() as stack:
        made = Places(tmp_path, stack)
        yield made
        made.leave()
