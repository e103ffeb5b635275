"""What the sandbox portal posts, as our parser reads it."""

from __future__ import annotations

import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qsl, urlsplit

import pytest

from b24app import sandbox as outside
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity
from b24app.bitrix.inbound import entity_of, parse_event, parse_launch, parse_robot
from b24app.bitrix.timeline import Button, Line, LiveCard, RestEvent, activity_add, activity_id
from b24app.sandbox.portal.frames import Opening, frame
from tests.bitrix.test_against_sandbox import LEAD, OLENA, World

Form = dict[str, str]


class Inbox:
    """Stands where the application would and keeps what arrives."""

    def __init__(self) -> None:
        self.forms: list[tuple[str, Form]] = []
        outer = self

        class Handler(BaseHTTPRequestHandler):
            def do_POST(self) -> None:
                text = self.rfile.read(int(self.headers["Content-Length"])).decode()
                outer.forms.append((self.path, dict(parse_qsl(text, keep_blank_values=True))))
                self.send_response(200)
                self.end_headers()

            def log_message(self, *arguments: Any) -> None:
                pass

        self._http = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        threading.Thread(target=self._http.serve_forever, args=(0.05,), daemon=True).start()
        self.url = f"http://localhost:{self._http.server_address[1]}"

    def close(self) -> None:
        self._http.shutdown()
        self._http.server_close()


@pytest.fixture
def inbox() -> Iterator[Inbox]:
    box = Inbox()
    yield box
    box.close()


@pytest.fixture
def world(inbox: Inbox) -> Iterator[World]:
    with outside.start(app_url=inbox.url) as sandbox:
        yield World(sandbox)


@pytest.fixture
def admin(world: World) -> Portal:
    return world.portal(OLENA)


def test_an_installation_without_a_page(world: World, inbox: Inbox) -> None:
    world.acme.lifecycle.install_api_only()
    world.sandbox.settle()
    event = parse_event(inbox.forms[-1][1])
    assert event.name == "ONAPPINSTALL"
    assert event.auth.member_id == world.acme.member_id
    assert event.auth.application_token == world.acme.app.application_token
    assert event.auth.access_token
    assert event.auth.refresh_token
    assert "crm" in event.auth.scope


def test_an_uninstall_brings_no_tokens(world: World, inbox: Inbox, admin: Portal) -> None:
    world.acme.lifecycle.finish_install()
    admin.call("event.bind", {"event": "ONAPPUNINSTALL", "handler": inbox.url + "/events/bitrix24"})
    world.acme.lifecycle.uninstall(clean=True)
    world.sandbox.settle()
    event = parse_event(inbox.forms[-1][1])
    assert (event.name, event.data["CLEAN"], event.auth.access_token) == ("ONAPPUNINSTALL", "1", None)


def test_a_change_by_a_robot_brings_no_tokens(world: World, inbox: Inbox, admin: Portal) -> None:
    world.acme.lifecycle.finish_install()
    admin.call("event.bind", {"event": "ONCRMLEADUPDATE", "handler": inbox.url + "/events/bitrix24"})
    world.acme.edit_item(1, 77, by_robot=True, title="Changed")
    world.sandbox.settle()
    event = parse_event(inbox.forms[-1][1])
    assert (event.name, event.data, event.auth.access_token) == ("ONCRMLEADUPDATE", {"FIELDS": {"ID": "77"}}, None)
    assert event.ts is not None


def test_a_robot_names_its_lead(world: World, inbox: Inbox, admin: Portal) -> None:
    world.acme.lifecycle.finish_install()
    robot = {"CODE": "sign", "HANDLER": inbox.url + "/robots/sign", "NAME": "Sign", "AUTH_USER_ID": OLENA}
    admin.call("bizproc.robot.add", {**robot, "USE_SUBSCRIPTION": "Y"})
    run = world.acme.run_robot("sign", 77, {"template": "12", "signers": ["a", "b"]})
    world.sandbox.settle()
    call = parse_robot(inbox.forms[-1][1])
    assert (call.code, call.entity, call.event_token, call.waits) == ("sign", LEAD, run.event_token, True)
    assert call.properties == {"template": "12", "signers": ["a", "b"]}
    assert call.auth.user_id == OLENA


def test_a_frame_names_its_card(world: World) -> None:
    handler = "https://sign.example/placements/detail-tab"
    user = world.acme.employees[OLENA]
    opening = Opening(
        world.acme.app, handler, "CRM_LEAD_DETAIL_TAB", {"ID": 77, "URI": "/crm/lead/details/77/"}, user, "de"
    )
    opened = frame(world.acme, opening)
    launch = parse_launch(dict(parse_qsl(urlsplit(opened["action"]).query)), opened["fields"])
    assert entity_of(launch) == LEAD
    assert (launch.lang, launch.protocol, launch.claimed_domain) == ("de", "http", world.acme.domain)
    proof = world.oauth.prove(launch.access_token)
    assert (proof.member_id, proof.user_id) == (launch.claimed_member_id, OLENA)


def test_an_opened_activity_names_its_card(world: World) -> None:
    options = {"request": "r-1", "entityTypeId": 1, "entityId": 77, "activityId": 9}
    opening = Opening(world.acme.app, "https://sign.example/", "DEFAULT", options, world.acme.employees[OLENA], "en")
    opened = frame(world.acme, opening)
    launch = parse_launch({}, opened["fields"])
    assert entity_of(launch) == Entity(1, 77)
    assert launch.options["request"] == "r-1"


def test_a_button_in_the_timeline_sends_its_parameters(world: World, inbox: Inbox, admin: Portal) -> None:
    world.acme.lifecycle.finish_install()
    admin.call("event.bind", {"event": "ONCRMTIMELINEITEMACTION", "handler": inbox.url + "/events/bitrix24"})
    card = LiveCard("Card", [Line("x")], "r-1", buttons=[Button("Remind", RestEvent("remind", {"request": "r-1"}))])
    added = activity_id(admin.batch({"a": activity_add(LEAD, card)})["a"])
    data = {"id": "remind", "request": "r-1", "entityTypeId": "1", "entityId": "77", "activityId": added, "userId": "1"}
    world.acme.events.fire("ONCRMTIMELINEITEMACTION", data, OLENA)
    world.sandbox.settle()
    event = parse_event(inbox.forms[-1][1])
    assert (event.data["id"], event.data["request"], event.data["activityId"]) == ("remind", "r-1", str(added))
