"""Accounts at providers: tried when they are added, locked at rest, one portal's own, changed and taken away."""

from __future__ import annotations

import json
import subprocess
import sys
from collections.abc import Mapping
from dataclasses import replace
from datetime import timedelta

import pytest

from b24app.clock import from_ms
from b24app.domain.events import Topic
from b24app.domain.reminders import USUAL
from b24app.domain.signature_request import Status
from b24app.errors import NotAllowed, NotFound, ProviderError, Trouble
from b24app.providers.base import BUILTIN
from b24app.providers.registry import Opening, Registry
from b24app.services.ask_provider import asking, capabilities_of
from b24app.services.change_reminders import change_reminders
from b24app.services.connect_provider import (
    add_connection,
    change_secrets,
    remove_connection,
    secrets_of,
    try_connection,
)
from b24app.services.kept_keys import KeptKeys
from b24app.services.remind_signer import remind_signer
from b24app.services.uninstall_portal import uninstall_portal
from b24app.store import connections, handovers, outbox, removal
from b24app.store.database import writing
from b24app.store.tables import Connection, InboxEvent, Request
from b24app.wiring import wire_worker
from tests.portal_room import add_portal
from tests.providers.example.papers import Paper
from tests.providers.example.room import capabilities, listed
from tests.providers.example.service import KEY
from tests.services.desk import ANN, ANNA, MARCO

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on how a database locks its rows."""


def remove_for_good(scene) -> None:
    """What Bitrix24 tells when the application was removed together with its data."""
    payload = {"name": "ONAPPUNINSTALL", "data": {"CLEAN": "1"}}
    with writing():
        removal.delete_tokens("acme")  # they have died with the application
        outbox.enqueue("acme", "event-1", 1, Topic.PORTAL_EVENT, payload, scene.clock())
    scene.desk.work()


def row(scene) -> Connection:
    return Connection.get_by_id(scene.connection)


def secrets(scene, **changes: str) -> dict[str, str]:
    return {"key": KEY, "hook_key": scene.service.desk.hook_key, **changes}


def test_a_new_account_is_tried_and_its_events_come_here(scene):
    assert row(scene).health == "ok"
    assert row(scene).account["plan"] == "Small"
    assert scene.service.desk.hook.startswith("http://localhost:8700/webhooks/example/")


def test_what_was_learnt_of_the_account_is_kept_though_its_events_cannot_be_sent_here(scene):
    scene.service.faults.add("http_error", method="set_hook", status=403, word="forbidden")
    with writing():
        connections.save("acme", scene.connection, account={})
    try_connection(scene.desk.ctx, scene.desk.portal, scene.connection)
    scene.desk.work()
    assert (row(scene).health, row(scene).account["plan"]) == ("limited", "Small")


def test_a_wrong_key_is_told_and_a_right_one_heals_it(scene):
    ctx, portal = scene.desk.ctx, scene.desk.portal
    change_secrets(ctx, portal, scene.connection, secrets(scene, key="wrong"))
    scene.desk.work()
    assert row(scene).health == "reconnect"
    change_secrets(ctx, portal, scene.connection, secrets(scene))
    scene.desk.work()
    assert (row(scene).health, row(scene).health_note) == ("ok", "")


def test_keys_can_be_changed_while_documents_are_out(scene):
    request_id = scene.send(ANN)
    scene.deliver()
    scene.service.keys = {"newer"}
    change_secrets(scene.desk.ctx, scene.desk.portal, scene.connection, secrets(scene, key="newer"))
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_events_under_way_when_keys_are_changed_count_for_a_day(scene):
    request_id = scene.send()
    scene.deliver()
    scene.far.sign(scene.ref(request_id), ANN.email)
    change_secrets(scene.desk.ctx, scene.desk.portal, scene.connection, secrets(scene, hook_key="newer"))
    scene.deliver()
    assert scene.request(request_id).signed_count == 1
    scene.service.desk.hook_key = "newer"
    scene.far.sign(scene.ref(request_id), MARCO.email)
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


@ON_ONE
def test_after_a_day_the_former_keys_prove_nothing_and_are_forgotten(scene):
    request_id = scene.send(ANN)
    scene.deliver()
    change_secrets(scene.desk.ctx, scene.desk.portal, scene.connection, secrets(scene, hook_key="newer"))
    scene.desk.work()
    assert row(scene).former_secrets
    scene.clock.move(hours=24)
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.request(request_id).signed_count == 0
    assert "not sent by" in scene.inbox()[-1].error
    scene.pass_time(minutes=1)
    assert row(scene).former_secrets == ""


@ON_ONE
def test_the_same_keys_entered_again_are_no_change(scene):
    change_secrets(scene.desk.ctx, scene.desk.portal, scene.connection, secrets(scene), {"test": True})
    assert (row(scene).former_secrets, row(scene).settings) == ("", {"test": True})


def test_keys_that_an_administrator_enters_during_a_trade_stay(scene):
    kept = KeptKeys(scene.desk.ctx.vault, "acme", scene.connection)

    def trade(_stale: object) -> dict[str, str]:
        change_secrets(scene.desk.ctx, scene.desk.portal, scene.connection, {"key": "entered"})
        return {"key": "traded"}

    assert kept.renew(secrets(scene), trade) == {"key": "entered"}
    assert secrets_of(scene.desk.ctx, row(scene)) == {"key": "entered"}


def test_a_traded_key_is_kept_though_the_row_was_locked_anew_meanwhile(scene):
    kept = KeptKeys(scene.desk.ctx.vault, "acme", scene.connection)

    def trade(stale: Mapping[str, str]) -> dict[str, str]:
        with writing():
            connections.save("acme", scene.connection, secrets=scene.desk.ctx.vault.lock(json.dumps(dict(stale))))
        return {"key": "traded"}

    assert kept.renew(secrets(scene), trade) == {"key": "traded"}
    assert secrets_of(scene.desk.ctx, row(scene)) == {"key": "traded"}


@ON_ONE
def test_it_is_known_when_an_account_was_last_heard_of(scene):
    first = row(scene).heard_at
    assert from_ms(first) - scene.clock() < timedelta(minutes=1)
    scene.clock.move(hours=1)
    scene.send(ANN)
    assert row(scene).heard_at - first >= 3_600_000


@ON_ONE
def test_an_event_does_not_say_that_a_dead_key_works(scene):
    with writing():
        connections.save("acme", scene.connection, health="reconnect", health_note="dead")
    scene.service.desk.tell(Paper("unknown", "tag", "Not ours", b"", [], []), "paper_opened")
    scene.deliver()
    assert scene.inbox()[-1].processed_at
    assert scene.health() == "reconnect"


@ON_ONE
def test_a_removed_account_whose_key_is_dead_is_forgotten_all_the_same(scene):
    scene.far.forget_key()
    remove_connection(scene.desk.ctx, scene.desk.portal, scene.connection)
    scene.desk.work()
    assert row(scene).secrets == ""
    assert scene.unfinished(Topic.CHECK_CONNECTION) == []


def test_nothing_secret_stands_in_the_row_or_the_messages(scene):
    found = row(scene)
    secret = scene.service.desk.hook.rpartition("/")[2]
    plain = " ".join(str(value) for value in found.__data__.values())
    assert KEY not in plain
    assert secret not in plain
    assert scene.desk.ctx.vault.unlock(found.webhook_secret) == secret


def test_another_portal_does_not_see_it(scene):
    vera = add_portal(scene.desk.ctx, "vera")
    with pytest.raises(NotFound):
        connections.get("vera", scene.connection)
    with pytest.raises(NotFound):
        change_secrets(scene.desk.ctx, vera, scene.connection, {})
    with pytest.raises(NotFound):
        capabilities_of(scene.desk.ctx, "vera", scene.connection)
    assert [found.id for found in connections.of_portal("acme")] == [scene.connection]
    assert connections.of_portal("vera") == []


def test_a_provider_nobody_knows_cannot_be_connected(scene):
    with pytest.raises(NotFound):
        add_connection(scene.desk.ctx, scene.desk.portal, "unheard_of", "x", {})
    with pytest.raises(NotAllowed, match="needs no account"):
        add_connection(scene.desk.ctx, scene.desk.portal, BUILTIN, "x", {})


def test_an_account_in_use_is_not_taken_away(scene):
    request_id = scene.send(ANN)
    with pytest.raises(NotAllowed, match="still being signed"):
        remove_connection(scene.desk.ctx, scene.desk.portal, scene.connection)
    scene.deliver()
    scene.far.decline(scene.ref(request_id), ANN.email, "No")
    scene.deliver()
    remove_connection(scene.desk.ctx, scene.desk.portal, scene.connection)


def test_taking_it_away_ends_its_events_and_forgets_its_keys(scene):
    remove_connection(scene.desk.ctx, scene.desk.portal, scene.connection)
    scene.desk.work()
    assert scene.service.desk.hook == ""
    assert (row(scene).secrets, row(scene).webhook_secret, row(scene).account) == ("", "", {})
    assert connections.of_portal("acme") == []


def test_what_the_account_cannot_do_is_said_before_it_is_tried(scene):
    room = listed(scene.service.url)
    weak = replace(room, capabilities=lambda settings: replace(capabilities(settings), manual_reminders=False))
    scene.desk.ctx = replace(scene.desk.ctx, rooms={**scene.desk.ctx.rooms, "example": weak})
    request_id = scene.send(ANN)
    signer = scene.request(request_id).signers[0]
    with pytest.raises(NotAllowed, match="no reminders"):
        remind_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, signer.id)
    with pytest.raises(NotAllowed, match="no reminders"):
        change_reminders(scene.desk.ctx, scene.desk.portal, ANNA, request_id, USUAL)
    assert scene.request(scene.send(ANN, reminders=USUAL)).reminders.are_off


def test_a_reminder_whose_answer_was_lost_reminds_once(scene):
    request_id = scene.send(ANN)
    scene.deliver()
    scene.service.faults.add("answer_lost", method="nudge")
    remind_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, scene.request(request_id).signers[0].id)
    scene.insist(times=2)
    assert scene.service.only().people[0].nudges == 1
    assert scene.unfinished(Topic.REMIND) == []


def test_the_system_reminds_through_the_provider(scene):
    request_id = scene.send(ANN, reminders=replace(USUAL, first_days=1))
    scene.deliver()
    morning = from_ms(Request.get_by_id(request_id).due_at)
    scene.pass_time(seconds=(morning - scene.clock()).total_seconds())
    assert scene.service.only().people[0].nudges == 1
    assert scene.timeline(request_id) == ["request_sent", "signer_reminded"]


def test_of_letters_only_those_are_written_that_the_provider_leaves_to_us(scene):
    with writing():
        connections.save("acme", scene.connection, settings={"copies_itself": True})
    withdrawn, completed = scene.send(ANN), scene.send(ANN, needs_approval=False)
    scene.deliver()
    scene.void(withdrawn)
    scene.far.sign(scene.ref(completed), ANN.email)
    scene.deliver()
    assert scene.status(completed) is Status.COMPLETED
    assert scene.desk.letters_to(ANN.email) == []


def test_a_busy_account_is_left_alone_and_asked_again(scene):
    scene.far.be_busy(30)
    request_id = scene.send(ANN)
    assert scene.status(request_id) is Status.SENDING
    assert row(scene).tokens_milli < 1000
    [waiting] = scene.unfinished(Topic.HAND_OVER)
    assert from_ms(waiting.next_at) - scene.clock() > timedelta(seconds=25)
    scene.insist()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_uninstalling_calls_documents_back_at_the_provider(scene):
    request_id = scene.send(ANN)
    scene.deliver()
    uninstall_portal(scene.desk.ctx, scene.desk.portal, clean=False)
    scene.desk.work()
    assert scene.status(request_id) is Status.VOIDED
    assert scene.service.only().state == "stopped"


def test_data_is_removed_when_the_provider_has_called_everything_back(scene):
    request_id = scene.send(ANN)
    scene.service.desk.stops_late = True
    remove_for_good(scene)
    assert scene.service.only().state == "stopping"
    assert scene.status(request_id) is Status.CLOSING
    scene.far.finish_cancelling()
    scene.deliver()
    scene.insist(times=1)
    assert Connection.select().count() == Request.select().count() == 0


def test_a_provider_that_never_answers_keeps_no_data_here(scene):
    scene.send(ANN)
    scene.service.down()
    remove_for_good(scene)
    assert Request.select().count() == 1
    scene.insist(times=3)
    assert Connection.select().count() == Request.select().count() == 0


def test_removing_the_data_removes_accounts_events_and_ids(scene):
    scene.send(ANN)
    scene.deliver()
    with writing():
        removal.delete_data("acme")
    assert Connection.select().count() == InboxEvent.select().count() == 0
    assert handovers.silent_connections(10**15) == []


def test_a_room_is_opened_once_and_again_when_its_keys_change(scene):
    opened: list[str] = []
    versions = {"c1": "1"}

    def look_up(_portal: str, connection: str) -> Opening:
        version = versions[connection]
        return Opening(version, lambda: opened.append(version) or object())  # type: ignore[arg-type, return-value]

    registry = Registry("engine", look_up)  # type: ignore[arg-type]
    assert registry.of("acme", "") == "engine"
    assert registry.of("acme", "c1") is registry.of("acme", "c1")
    versions["c1"] = "2"
    registry.of("acme", "c1")
    assert opened == ["1", "2"]


def test_what_a_provider_says_about_one_document_does_not_make_the_account_ill(scene):
    worker = wire_worker(scene.desk.ctx)
    providers = worker._handlers[Topic.LOOK].args[1]  # type: ignore[attr-defined]
    with pytest.raises(ProviderError) as caught, asking(scene.desk.ctx, providers, "acme", scene.connection) as room:
        room.get("nobody-has-this")
    assert caught.value.kind is Trouble.NOT_FOUND
    assert row(scene).health == "ok"


def test_the_web_process_loads_no_room_and_no_client_of_a_provider():
    """Though it lists the rooms, asks what they can do, and makes the address of a consent page."""
    code = """if True:
        import sys
        from types import SimpleNamespace
        from b24app import wiring
        from b24app.settings import Settings
        from b24app.web import doors
        for room in wiring._rooms(Settings(), None, None).values():
            room.capabilities({}), room.pages({}), list(room.problems(SimpleNamespace(fields=[])))
            [way.begin({}, {}, "state", "https://here.example/") for way in room.ways_in if way.begin]
        names = ("dropbox_sign", "docusign_esign", "pyhanko", "b24app.services.hand_over", "b24app.services.fetch_file")
        names += ("pydantic", "b24app.providers.dropbox_sign.client")
        print([name for name in names if name in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
