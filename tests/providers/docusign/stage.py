"""DocuSign's stand-in, running once, and accounts of it: connected to Anna's desk, or a room alone."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cache
from pathlib import Path
from typing import Any

from cryptography.hazmat.primitives import serialization
from cryptography.hazmat.primitives.asymmetric import rsa

from b24app.providers import docusign
from b24app.providers.capabilities import APPROVER_SIGNS, Auth, Rate
from b24app.providers.docusign.provider import DocuSignRoom
from b24app.providers.doors import DOORS
from b24app.providers.room import Account, Means, Room
from b24app.sandbox.docusign.service import DocuSign
from tests.providers.docusign.far_side import DocuSignFarSide
from tests.providers.example.stage import NoLetters, NoLimit
from tests.providers.scene import MovedClock, Scene, connect, set_the_scene

DOOR = ("docusign", DOORS["docusign"])


@dataclass
class DocuSignScene(Scene):
    far: DocuSignFarSide


class HeldKeys:
    """Keys of a room alone: in memory, with a count of trades."""

    def __init__(self, secrets: Mapping[str, str]) -> None:
        self.standing, self.trades = dict(secrets), 0

    def renew(self, stale: Mapping[str, str], trade: Any) -> Mapping[str, str]:
        if self.standing == dict(stale):
            self.standing = dict(trade(self.standing))
            self.trades += 1
        return self.standing


@cache
def key_pair() -> tuple[str, str]:
    """Private and public, as PEM."""
    key = rsa.generate_private_key(public_exponent=65537, key_size=2048)
    pem, plain = serialization.Encoding.PEM, serialization.NoEncryption()
    private = key.private_bytes(pem, serialization.PrivateFormat.TraditionalOpenSSL, plain)
    public = key.public_key().public_bytes(pem, serialization.PublicFormat.SubjectPublicKeyInfo)
    return private.decode(), public.decode()


@contextmanager
def running() -> Iterator[DocuSignFarSide]:
    service = DocuSign(lambda: 9, "http://localhost:8700")
    service.integration.public_keys = [key_pair()[1]]
    try:
        yield DocuSignFarSide(service)
    finally:
        service.stop()


def secrets_of(service: DocuSign) -> dict[str, str]:
    keys = "\n".join(service.account.hmac_keys)
    return {"private_key": key_pair()[0], "secret": service.integration.secret, "connect_key": keys}


def settings_of(service: DocuSign, auth: Auth = Auth.JWT) -> dict[str, object]:
    own = {"integration_key": service.integration.client_id, "user_id": service.user.user_id, APPROVER_SIGNS: True}
    return {"auth": str(auth), "environment": "demo", **own}


def listed(service: DocuSign) -> Room:
    """The room as wiring lists it, with a bucket that tests do not empty."""
    room = docusign.listed(service.url, service.auth.url)
    return replace(room, capabilities=lambda given: replace(room.capabilities(given), rate=Rate(6000, 6000)))


@contextmanager
def docusign_scene(far: DocuSignFarSide, directory: Path, database_url: str) -> Iterator[DocuSignScene]:
    clock = MovedClock()
    scene = DocuSignScene(**vars(set_the_scene(directory, database_url, far, clock)))
    try:
        connect(scene, listed(far.service), DOOR, secrets_of(far.service), **settings_of(far.service))
        yield scene
    finally:
        scene.desk.controller.stop()


def bare_room(
    far: DocuSignFarSide, clock: MovedClock, auth: Auth = Auth.JWT, **secrets: str
) -> tuple[DocuSignRoom, HeldKeys]:
    """A room without the house around it, and its keys."""
    service = far.service
    keys = HeldKeys({**secrets_of(service), **secrets})
    account = Account("c1", dict(keys.standing), settings_of(service, auth))
    means = Means(clock, NoLimit(), NoLetters(), keys)  # type: ignore[arg-type]
    room = docusign.listed(service.url, service.auth.url).open(account, means)
    assert isinstance(room, DocuSignRoom)
    return room, keys
