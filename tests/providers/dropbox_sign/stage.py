"""Dropbox Sign's stand-in, a room alone, and a room connected to Anna's desk."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import timedelta
from pathlib import Path

from b24app.providers.doors import DOORS
from b24app.providers.dropbox_sign import listed
from b24app.providers.room import Account, Keys, Means
from b24app.sandbox.dropbox_sign.service import DropboxSign
from tests.providers.dropbox_sign.far_side import DropboxFarSide
from tests.providers.example.stage import NoKeys, NoLimit
from tests.providers.scene import MovedClock, Scene, connect, set_the_scene

DOOR = ("dropbox-sign", DOORS["dropbox-sign"])
APP_URL = "https://sign.example.com"


def stand_in() -> DropboxSign:
    """Without mail, and as quick as can be."""
    service = DropboxSign(lambda: 0, APP_URL)
    service.preparation_s = service.cancel_s = 0.0
    return service


def begin_anew(service: DropboxSign) -> DropboxFarSide:
    """Forget what other tests did: another account, no requests, no troubles, the real time."""
    service.come_back()
    service.settle()
    for request in service.requests.values():
        request.canceled = True  # it does not expire into the next test
    service.requests.clear()
    service.clock.advance(-service.clock._ahead_s)
    service.faults.clear()
    service.windows.clear()
    service.calls.reset()
    service.list_delay_s, service.callbacks.deliveries = 0.0, []
    service.account = service.directory.add_account(f"office{len(service.directory.accounts)}@acme.example", "Acme")
    service.app.owner, service.app.callback_url, service.app.oauth_scopes = service.account, None, ["account_access"]
    service.app.oauth_scopes.append("signature_request_access")
    return DropboxFarSide(service)


class PassedOn:
    """Letters that the room hands on to the house, by kind."""

    def __init__(self) -> None:
        self.kinds: list[str] = []

    def __getattr__(self, kind: str) -> object:
        return lambda _notice: self.kinds.append(kind)


@dataclass
class Alone:
    """A room without the house around it."""

    room: object
    letters: PassedOn
    clock: MovedClock


def a_room(
    service: DropboxSign,
    *,
    secrets: Mapping[str, str] | None = None,
    keys: Keys | None = None,
    clock: MovedClock | None = None,
    letters: PassedOn | None = None,
    **settings: object,
):
    """Open the room with an account's API key, or other secrets."""
    account = Account("c1", secrets or {"api_key": service.account.api_key}, {"auth": "api_key", **settings})
    means = Means(clock or MovedClock(), NoLimit(), letters or PassedOn(), keys or NoKeys())  # type: ignore[arg-type]
    return listed(service.url).open(account, means)


def embedded(service: DropboxSign) -> dict[str, object]:
    """The settings of an account whose people sign inside our pages."""
    return {"client_id": service.app.client_id, "embedded": True}


class SharedTime(MovedClock):
    """Time passes for us and for the service."""

    def __init__(self, service: DropboxSign) -> None:
        super().__init__()
        self._service = service

    def move(self, **by: float) -> None:
        super().move(**by)
        self._service.advance(timedelta(**by).total_seconds())
        self._service.settle()


@dataclass
class DropboxScene(Scene):
    far: DropboxFarSide

    @property
    def service(self) -> DropboxSign:
        return self.far.service

    def deliver(self) -> int:
        """A little later, for the account's bucket of calls fills up slowly."""
        self.clock.move(seconds=20)
        return super().deliver()


@contextmanager
def dropbox_scene(
    directory: Path,
    database_url: str,
    service: DropboxSign,
    secrets: Mapping[str, str] | None = None,
    **settings: object,
) -> Iterator[DropboxScene]:
    far = begin_anew(service)
    scene = DropboxScene(**vars(set_the_scene(directory, database_url, far, SharedTime(service))))
    given = {"auth": "api_key", **settings}
    try:
        yield connect(scene, listed(service.url), DOOR, secrets or {"api_key": service.account.api_key}, **given)  # type: ignore[misc]
    finally:
        scene.desk.controller.stop()
