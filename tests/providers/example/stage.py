"""Example Sign, connected to Anna's desk."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path

from b24app.providers.doors import Ack, Door
from b24app.providers.room import Account, Means
from tests.providers.example.far_side import ExampleFarSide
from tests.providers.example.room import ExampleRoom, listed
from tests.providers.example.service import KEY, ExampleSign
from tests.providers.scene import MovedClock, Scene, connect, set_the_scene

DOOR = ("example", Door("example", Ack(200, "Thank you, Example")))


@dataclass
class ExampleScene(Scene):
    service: ExampleSign = None  # type: ignore[assignment]


@contextmanager
def example_scene(directory: Path, database_url: str, **settings: object) -> Iterator[ExampleScene]:
    clock = MovedClock()
    service = ExampleSign(clock)
    plain = set_the_scene(directory, database_url, ExampleFarSide(service), clock)
    scene = ExampleScene(**vars(plain), service=service)
    secrets = {"key": KEY, "hook_key": service.desk.hook_key}
    try:
        yield connect(scene, listed(service.url), DOOR, secrets, **settings)  # type: ignore[misc]
    finally:
        service.close()
        scene.desk.controller.stop()


class NoLimit:
    """A bucket that never runs dry."""

    def take(self, *, heavy: bool = False) -> None: ...


class NoLetters:
    """Mail that nobody should need."""

    def __getattr__(self, name: str) -> object:
        raise AssertionError(f"{name} was asked for")


class NoKeys:
    """Keys that nobody should renew."""

    def renew(self, stale: object, trade: object) -> object:
        raise AssertionError("keys were renewed")


def bare_room(service: ExampleSign, clock: MovedClock) -> ExampleRoom:
    """A room without the house around it."""
    account = Account("c1", {"key": KEY, "hook_key": service.desk.hook_key})
    return ExampleRoom(service.url, account, Means(clock, NoLimit(), NoLetters(), NoKeys()))  # type: ignore[arg-type]
