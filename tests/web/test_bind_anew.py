"""After an update of Paraph portals get what it brought, with nobody opening anything."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.sandbox.examples.acme import OLENA
from b24app.services.bind_anew import CALM, bind_anew
from b24app.services.bind_surfaces import bind_all, surfaces_of
from b24app.services.housekeeping import each_minute
from b24app.store import database, portals
from b24app.store.tables import OutboxMessage, Portal
from tests.installing import Stage, open_stage

DEALS = "CRM_DEAL"


@pytest.fixture
def stage(tmp_path):
    """A portal that was given its surfaces by an older Paraph, which knew no deals."""
    with open_stage(tmp_path) as opened:
        opened.install()
        opened.settle()
        for placement in [known for known in opened.acme.placements if known.code.startswith(DEALS)]:
            opened.acme.placements.remove(placement)
        changed(opened, surfaces="of an older one", surfaces_at=0)
        yield opened


def changed(stage: Stage, **columns: object) -> None:
    with database.writing():
        portals.save(stage.acme.member_id, **columns)


def asked(stage: Stage) -> int:
    with database.reading():
        return bind_anew(stage.ctx)


def has_deals(stage: Stage) -> bool:
    return any(code.startswith(DEALS) for code, _ in stage.bound()[0])


def waiting() -> list[OutboxMessage]:
    with database.reading():
        of_portal = OutboxMessage.topic == Topic.PORTAL_EVENT.value
        return list(OutboxMessage.select().where(of_portal & OutboxMessage.done_at.is_null()))


def test_what_an_update_brought_is_bound(stage: Stage):
    assert not has_deals(stage)
    with database.reading():
        each_minute(stage.ctx)
    stage.settle()
    assert has_deals(stage)
    assert (waiting(), asked(stage)) == ([], 0)


def test_of_two_workers_one_asks(stage: Stage):
    surfaces = surfaces_of(stage.ctx)
    assert (asked(stage), asked(stage), len(waiting())) == (1, 0, 1)
    with database.writing():  # both saw that it is due: what one has noted, the other does not note again
        portals.save(stage.acme.member_id, surfaces="of an older one", surfaces_at=0)
        noted = [portals.give_surfaces(stage.acme.member_id, surfaces, stage.ctx.now()) for _ in range(2)]
    assert noted == [True, False]


def test_a_portal_that_cannot_be_reached_is_tried_again(stage: Stage):
    stage.acme.faults.add("http_error", method="event.get", status=502, times=20)
    asked(stage)
    stage.settle()
    assert [message.attempts for message in waiting()] == [1]
    stage.acme.faults.clear()
    with database.writing():
        OutboxMessage.update(next_at=0).execute()
        Portal.update(pause_until=0).execute()
    stage.settle()
    assert (has_deals(stage), waiting()) == (True, [])


@pytest.mark.parametrize("standing", [{"setup_done_at": None}, {"uninstalled_at": 1}, {"health": "reconnect"}])
def test_who_cannot_be_given_anything_is_left_alone(stage: Stage, standing: dict[str, object]):
    changed(stage, **standing)
    assert asked(stage) == 0


def test_an_old_process_beside_the_new_one_takes_nothing_back(stage: Stage):
    with database.reading():
        bind_all(stage.ctx, stage.stored, OLENA)
    elsewhere = replace(stage.ctx, settings=replace(stage.ctx.settings, public_url="https://old.example"))
    with database.reading():
        assert bind_anew(elsewhere) == 0
    changed(stage, surfaces_at=to_ms(stage.ctx.now() - CALM) - 1)
    with database.reading():
        assert bind_anew(elsewhere) == 1
