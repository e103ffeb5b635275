"""Anna's desk with an account at a signing provider: requests go out, its events come in by our own door."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from functools import cached_property
from pathlib import Path
from typing import Any
from urllib.parse import urlsplit

from flask import Flask
from flask.testing import FlaskClient

from b24app import ROOT
from b24app.clock import utc_now
from b24app.domain.events import EFFECTS, AuditEvent, Topic
from b24app.domain.signature_request import SignatureRequest, Status
from b24app.providers.doors import DOORS, Door
from b24app.providers.room import Room
from b24app.services.approve_request import approve_request
from b24app.services.connect_provider import add_connection
from b24app.services.housekeeping import each_minute
from b24app.services.signature_input import SignatureInput
from b24app.services.void_request import void_request
from b24app.store import audit, handovers, requests
from b24app.store.tables import Connection, Handover, InboxEvent, OutboxMessage
from b24app.web import doors
from b24app.wiring import wire_worker
from tests.providers.far_side import FarSide, Posted
from tests.services.desk import ANNA, Desk, set_up

TYPED = SignatureInput("type", text="Anna Schmidt")


class MovedClock:
    """The real time, moved on by hand."""

    def __init__(self) -> None:
        self.ahead = timedelta()

    def __call__(self) -> datetime:
        return utc_now() + self.ahead

    def move(self, **by: float) -> None:
        self.ahead += timedelta(**by)


@dataclass
class Scene:
    desk: Desk
    far: FarSide
    clock: MovedClock
    connection: str = ""

    @cached_property
    def client(self) -> FlaskClient:
        """Who asks the web application; made when first wanted, for most tests never do."""
        return web_app(self.desk).test_client(use_cookies=False)

    @property
    def portal(self) -> str:
        return str(self.desk.portal.member_id)

    def send(self, *signers: Any, **changes: Any) -> str:
        return self.desk.send(*signers, connection=self.connection, **changes)

    def ref(self, request_id: str) -> str:
        """What the provider calls a request."""
        kept = handovers.find(self.portal, request_id)
        return kept.provider_ref if kept else request_id

    def kept(self, request_id: str) -> Handover:
        found = handovers.find(self.portal, request_id)
        assert found is not None
        return found

    def request(self, request_id: str) -> SignatureRequest:
        return requests.load(self.portal, request_id)

    def status(self, request_id: str) -> Status:
        return self.request(request_id).status

    def post(self, posted: Posted, **headers: str) -> int:
        """Bring one event to our door; the status of the answer."""
        path = urlsplit(posted.url).path
        return self.client.post(path, data=posted.body, headers={**posted.headers, **headers}).status_code

    def deliver(self) -> int:
        """Bring every event that is on its way and let the worker act; returns how many there were."""
        posted = self.far.posted()
        for one in posted:
            assert self.post(one) == 200
        self.desk.work()
        return len(posted)

    def lose_events(self) -> None:
        self.far.posted()

    def pass_time(self, **by: float) -> None:
        """Move the clock and do what the minute task does then."""
        self.clock.move(**by)
        each_minute(self.desk.ctx)
        self.clock.move(minutes=1)
        self.desk.work()

    def insist(self, *topics: Topic, times: int = 8) -> None:
        """Let the worker try again what it has put off, as time goes by."""
        for _ in range(times):
            self.clock.move(hours=1)
            self.desk.work()

    def approve(self, request_id: str) -> None:
        approve_request(self.desk.ctx, self.desk.portal, ANNA, request_id, TYPED, remember=True)
        self.desk.work()

    def void(self, request_id: str, reason: str = "Wrong document") -> None:
        void_request(self.desk.ctx, self.desk.portal, ANNA, request_id, reason)
        self.desk.work()

    def trail(self, request_id: str) -> list[AuditEvent]:
        return audit.events(self.portal, request_id)

    def timeline(self, request_id: str) -> list[str]:
        """What the card's timeline is told, one entry an event."""
        told = {type for type, topics in EFFECTS.items() if {Topic.RELAY, Topic.PIN} & set(topics)}
        return [str(event.type) for event in self.trail(request_id) if event.type in told]

    def inbox(self) -> list[InboxEvent]:
        return list(InboxEvent.select().order_by(InboxEvent.received_at, InboxEvent.event_key))

    def health(self) -> str:
        return str(Connection.get_by_id(self.connection).health)

    def unfinished(self, *topics: Topic) -> list[OutboxMessage]:
        """Messages of these topics that are not done."""
        wanted = [topic.value for topic in topics]
        return list(OutboxMessage.select().where(OutboxMessage.topic.in_(wanted) & OutboxMessage.done_at.is_null()))


def web_app(desk: Desk) -> Flask:
    """The web application over the desk's own composition."""
    app = Flask("b24app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    doors.register(app, desk.ctx)
    return app


def set_the_scene(directory: Path, database_url: str, far: FarSide, clock: MovedClock) -> Scene:
    """Without any provider but the built-in engine."""
    desk = set_up(directory, database_url, clock)
    return Scene(desk, far, clock)


def connect(scene: Scene, room: Room, door: tuple[str, Door], secrets: Mapping[str, str], **settings: object) -> Scene:
    """List a provider's room and its door, add an account of it and let the worker try it."""
    step, opened = door
    ctx = replace(scene.desk.ctx, rooms={**scene.desk.ctx.rooms, room.name: room}, doors={**DOORS, step: opened})
    scene.desk.ctx, scene.desk.worker = ctx, wire_worker(ctx)
    scene.connection = add_connection(ctx, scene.desk.portal, room.name, "Our account", secrets, settings)
    scene.desk.work()
    return scene
