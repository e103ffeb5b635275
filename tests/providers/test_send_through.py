"""A document that its service did not take goes through another one: once, whole, and never while it may be out."""

from __future__ import annotations

import pytest

from b24app.clock import to_ms
from b24app.domain.events import EventType, Topic
from b24app.domain.signature_request import Status
from b24app.errors import NotAllowed, NotFound
from b24app.services.connect_provider import add_connection, remove_connection
from b24app.services.held_up import may_void
from b24app.services.live_card import live_card, sentence
from b24app.services.record import enqueue
from b24app.services.send_through import other_services, send_through
from b24app.services.words import speaker
from b24app.store import connections, handovers, outbox, requests
from b24app.store.database import writing
from b24app.store.tables import SignerRow
from tests.portal_room import add_portal, add_request
from tests.providers.example.service import KEY
from tests.services.desk import ANN, ANNA, MARCO

ON_ONE = pytest.mark.parametrize("database_url", ["sqlite"], indirect=True)
"""What does not depend on how a database locks its rows."""


def send(scene) -> str:
    """A request as sending leaves it, without its pages being made; the worker hands it over."""
    people = ((ANN.name, ANN.email), (MARCO.name, MARCO.email))
    row = add_request(scene.desk.ctx, scene.desk.portal, Status.SENDING, signers=people, sender=ANNA)
    with writing():
        SignerRow.update(status="waiting_turn", order=SignerRow.position).where(SignerRow.request == row.id).execute()
        requests.move("acme", row.id, scene.connection, "example")
        requests.lock("acme", row.id)
        enqueue(scene.desk.ctx, "acme", row.id, Topic.HAND_OVER, {"event": 0})
    scene.desk.work()
    return str(row.id)


def refused(scene, *, word: str = "no_credit", status: int = 402) -> str:
    """The same, refused for good."""
    scene.service.faults.add("http_error", method="send", status=status, word=word)
    return send(scene)


def second(scene, **settings: object) -> str:
    """Another account, at the same service."""
    secrets = {"key": KEY, "hook_key": scene.service.desk.hook_key}
    connection = add_connection(scene.desk.ctx, scene.desk.portal, "example", "The other one", secrets, settings)
    scene.desk.work()
    return connection


def move(scene, request_id: str, connection: str = "") -> None:
    send_through(scene.desk.ctx, scene.desk.portal, ANNA, request_id, connection)
    scene.desk.work()


def offered(scene, request_id: str) -> list[str]:
    return [other.id for other in other_services(scene.desk.ctx, requests.row("acme", request_id))]


@ON_ONE
@pytest.mark.parametrize(("word", "status"), [("no_consent", 403), ("no_entry", 401), ("forbidden", 403)])
def test_what_only_a_person_could_mend_may_go_elsewhere(scene, word, status):
    assert offered(scene, refused(scene, word=word, status=status)) == [""]


def test_what_was_refused_is_signed_with_paraph_instead(scene):
    scene.service.faults.add("http_error", method="send", status=402, word="no_credit")
    request_id = scene.send()
    assert scene.status(request_id) is Status.FAILED
    assert offered(scene, request_id) == [""]
    before = requests.row("acme", request_id)
    move(scene, request_id)
    after = requests.row("acme", request_id)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    for column in ("title", "document_sha256", "fields", "letter", "checkboxes", "expires_at", "needs_approval"):
        assert getattr(after, column) == getattr(before, column), column
    assert (after.connection, after.provider, handovers.find("acme", request_id)) == ("", "builtin", None)
    assert (scene.service.desk.papers, len(scene.desk.letters_to(ANN.email))) == ({}, 1)
    scene.desk.sign(ANN.email)
    scene.desk.sign(MARCO.email)
    assert scene.status(request_id) is Status.AWAITING_APPROVAL


def test_another_account_gets_it_under_a_reference_of_its_own(scene):
    other = second(scene)
    request_id = refused(scene)
    first = scene.kept(request_id).our_ref
    move(scene, request_id, other)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    assert scene.service.only().tag == scene.kept(request_id).our_ref != first
    assert scene.kept(request_id).connection == other
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.request(request_id).signed_count == 1


@ON_ONE
def test_the_trail_and_the_timeline_say_who_sent_it_through_what(scene):
    request_id = refused(scene)
    move(scene, request_id)
    event = next(event for event in scene.trail(request_id) if event.type is EventType.REQUEST_REROUTED)
    assert (event.actor.id, event.data["former"], event.data["service"]) == (str(ANNA), "Our account", "Paraph")
    assert sentence(scene.request(request_id), event, speaker("en")).endswith("is being sent through Paraph.")
    assert scene.timeline(request_id) == ["request_failed", "request_rerouted"]


def test_pressed_twice_it_moves_once(scene):
    request_id = refused(scene)
    move(scene, request_id)
    move(scene, request_id)
    assert [str(event.type) for event in scene.trail(request_id)].count("request_rerouted") == 1
    assert [str(event.type) for event in scene.trail(request_id)].count("signer_invited") == 1


@ON_ONE
def test_nothing_of_it_is_left_to_be_tried(scene):
    request_id = refused(scene)
    assert outbox.has_dead("acme", request_id)
    move(scene, request_id, second(scene))
    assert not outbox.has_dead("acme", request_id)
    assert scene.unfinished(Topic.HAND_OVER) == []


@ON_ONE
def test_what_broke_at_the_service_after_it_was_taken_may_go_elsewhere(scene):
    scene.service.desk.prepares_late = True
    request_id = send(scene)
    broken = scene.service.only()
    scene.service.desk.break_(broken, "no text")
    scene.deliver()
    move(scene, request_id)
    scene.service.desk.tell(broken, "paper_broken")
    scene.deliver()
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES


def test_what_no_service_has_can_be_called_back(scene):
    request_id = refused(scene)
    assert may_void(requests.row("acme", request_id), scene.request(request_id))
    scene.void(request_id)
    assert (scene.status(request_id), handovers.find("acme", request_id)) == (Status.VOIDED, None)
    assert scene.unfinished(Topic.HAND_OVER) == []
    assert scene.service.desk.papers == {}


def test_while_the_service_is_down_it_can_be_called_back(scene):
    scene.service.down()
    request_id = send(scene)
    assert scene.status(request_id) is Status.SENDING
    scene.void(request_id)
    scene.service.up()
    scene.clock.move(hours=2)
    scene.desk.work()
    assert (scene.status(request_id), scene.service.desk.papers) == (Status.VOIDED, {})


def test_what_may_be_out_cannot_be_called_back_yet(scene):
    scene.service.faults.add("answer_lost", method="send")
    request_id = send(scene)
    assert not may_void(requests.row("acme", request_id), scene.request(request_id))
    with pytest.raises(NotAllowed, match="may be out"):
        scene.void(request_id)


def test_while_the_service_is_down_another_one_may_take_it(scene):
    scene.service.faults.add("http_error", method="send", times=9)
    request_id = send(scene)
    assert scene.status(request_id) is Status.SENDING
    move(scene, request_id)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
    scene.insist(times=1)
    assert scene.service.desk.papers == {}


def stays(scene, request_id: str) -> None:
    assert offered(scene, request_id) == []
    with pytest.raises(NotAllowed, match="may be out"):
        move(scene, request_id)
    assert requests.row("acme", request_id).connection == scene.connection


def test_a_lost_answer_keeps_it_where_it_is(scene):
    scene.service.faults.add("answer_lost", method="send")
    stays(scene, send(scene))


def test_an_answer_that_cannot_be_looked_for_keeps_it_where_it_is(scene):
    with writing():
        connections.save("acme", scene.connection, settings={"finds_by_ref": False})
    scene.service.faults.add("answer_lost", method="send")
    request_id = send(scene)
    scene.insist(times=1)
    assert scene.status(request_id) is Status.FAILED
    assert scene.kept(request_id).asked_at is None
    stays(scene, request_id)


def test_what_is_on_its_way_or_out_stays(scene):
    stays(scene, send(scene))
    with writing():
        handovers.begin("acme", "r2", scene.connection, "ref", 0)
    kept = handovers.find("acme", "r2")
    with writing():
        assert handovers.ask(kept, to_ms(scene.clock()))
        assert not handovers.take_away(kept)


def test_a_call_that_was_about_to_be_made_gives_way(scene):
    """As when a worker has read the row and is slow, while somebody presses the button."""
    other = second(scene)
    request_id = refused(scene)
    as_read = scene.kept(request_id)
    send_through(scene.desk.ctx, scene.desk.portal, ANNA, request_id, other)
    with writing():
        handovers.begin("acme", request_id, other, "the new reference", to_ms(scene.clock()))
        assert not handovers.ask(as_read, to_ms(scene.clock()))
    scene.desk.work()
    assert len(scene.service.desk.papers) == 1


@ON_ONE
def test_a_service_that_would_not_take_it_says_why_before(scene):
    other = second(scene)
    request_id = refused(scene)
    with writing():
        connections.save("acme", other, health="reconnect")
    found = {one.id: one.obstacle for one in other_services(scene.desk.ctx, requests.row("acme", request_id))}
    assert found[""] is None
    assert "connected again" in found[other].message
    with pytest.raises(NotAllowed, match="connected again"):
        move(scene, request_id, other)
    assert scene.status(request_id) is Status.FAILED


@ON_ONE
def test_after_the_last_day_it_goes_nowhere(scene):
    request_id = refused(scene)
    with writing():
        requests.Request.update(expires_at=to_ms(scene.clock()) - 1).execute()
    with pytest.raises(NotAllowed, match="last day"):
        move(scene, request_id)


@ON_ONE
def test_an_account_in_test_mode_marks_it_and_the_trail_keeps_that(scene):
    request_id = refused(scene)
    move(scene, request_id, second(scene, test=True))
    request = scene.request(request_id)
    assert request.is_test
    moved = next(event for event in scene.trail(request_id) if event.type is EventType.REQUEST_REROUTED)
    assert sentence(request, moved, speaker("en")).startswith("Test without legal effect: ")
    assert any("legal effect" in line.text for line in live_card(request, speaker("en")).lines)


@ON_ONE
def test_an_account_of_another_portal_or_none_is_no_way_out(scene):
    vera = add_portal(scene.desk.ctx, "vera")
    theirs = add_connection(scene.desk.ctx, vera, "example", "Theirs", {"key": KEY, "hook_key": "x"})
    request_id = refused(scene)
    for strange in (theirs, "nobody"):
        with pytest.raises(NotAllowed, match="is not connected"):
            move(scene, request_id, strange)
    with pytest.raises(NotFound):
        send_through(scene.desk.ctx, vera, ANNA, request_id, theirs)


@ON_ONE
def test_an_account_that_was_removed_after_it_refused_does_not_hold_it_up(scene):
    request_id = refused(scene)
    remove_connection(scene.desk.ctx, scene.desk.portal, scene.connection)
    scene.desk.work()
    move(scene, request_id)
    assert scene.status(request_id) is Status.AWAITING_SIGNATURES
