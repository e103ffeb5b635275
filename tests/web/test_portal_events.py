"""Events of a portal: proven or refused, answered at once, harmless when they come twice."""

from __future__ import annotations

import pytest
import requests

from b24app.domain.signature_request import Status
from b24app.manifest import manifest
from b24app.sandbox.examples.acme import ANNA, EMPTY_LEAD, LEAD_77, OLENA
from b24app.services.bind_surfaces import bind_all
from b24app.store import audit, database, portals
from b24app.store import requests as request_rows
from b24app.store.tables import OutboxMessage
from tests.installing import open_stage, silent_host
from tests.portal_room import add_request


@pytest.fixture
def fresh(tmp_path):
    """A portal in which the application is registered, and no more."""
    with open_stage(tmp_path) as opened:
        yield opened


@pytest.fixture
def stage(fresh):
    """The same with the application installed."""
    fresh.install()
    return fresh


@pytest.fixture(scope="module")
def standing(tmp_path_factory):
    """An installation for tests that leave it as it is."""
    with open_stage(tmp_path_factory.mktemp("data")) as opened:
        opened.install()
        yield opened


def sent(stage, status=Status.AWAITING_SIGNATURES, **more):
    with database.reading():
        return add_request(stage.ctx, stage.stored, status, **more)


def status_of(row) -> Status:
    with database.reading():
        return request_rows.load(row.portal, row.id).status


def happened(row) -> list[str]:
    with database.reading():
        return [str(event.type) for event in audit.events(row.portal, row.id)]


def work_for(row) -> list[str]:
    """What the worker was given to do for a request, done or not."""
    with database.reading():
        messages = OutboxMessage.select().where(OutboxMessage.request == row.id).order_by(OutboxMessage.seq)
        return [message.topic for message in messages]


def press(stage, row, button="remind", **data):
    context = {"entityTypeId": "1", "entityId": "77", "activityId": "9", "userId": str(ANNA)}
    answer = stage.send_event("ONCRMTIMELINEITEMACTION", {"id": button, "request": row.id, **context, **data})
    stage.settle()
    return answer


# -- the card in the timeline ---------------------------------------------------------------------------------------


def test_the_remind_button_reminds_and_releases_the_card(standing):
    row = sent(standing)
    assert press(standing, row).status_code == 200
    assert happened(row) == ["signer_reminded"]
    assert work_for(row)[-1] == "relay"


def test_the_same_press_twice_writes_one_letter(standing):
    row = sent(standing)
    press(standing, row)
    press(standing, row)
    assert work_for(row).count("remind") == 1


def test_a_double_click_is_not_answered_with_a_refusal(standing):
    row, before = sent(standing), len(standing.acme.notifications.of(ANNA))
    press(standing, row)
    press(standing, row, click="2")
    assert work_for(row).count("remind") == 1
    assert not any("last reminder" in note.text for note in standing.acme.notifications.of(ANNA)[: -before or None])


def test_a_second_press_on_the_same_day_says_when_the_next_is_possible(standing):
    row = sent(standing)
    press(standing, row)
    press(standing, row, userId=str(OLENA))
    assert work_for(row).count("remind") == 1
    assert "The last reminder to Petra Signer was sent on" in standing.acme.notifications.of(OLENA)[0].text
    assert work_for(row)[-1] == "relay"


def test_a_press_that_comes_too_late_says_why_and_still_releases_the_card(standing):
    row = sent(standing, Status.COMPLETED)
    assert press(standing, row).status_code == 200
    assert work_for(row) == ["relay"]
    assert standing.acme.notifications.of(ANNA)[0].text.startswith("Right now there is nobody")


def test_a_press_for_another_portals_request_changes_nothing(standing):
    row = sent(standing)
    with database.writing():
        type(row).update(portal="globex").where(type(row).id == row.id).execute()
    assert press(standing, row).status_code == 200
    assert happened(row) == []


def test_a_deleted_lead_calls_its_requests_back(standing):
    row = sent(standing)
    standing.acme.delete_item(1, LEAD_77)
    standing.settle()
    assert status_of(row) is Status.VOIDED


def test_a_lead_deleted_by_a_robot_comes_without_tokens_and_counts_as_well(standing):
    row = sent(standing, lead=EMPTY_LEAD)
    standing.acme.delete_item(1, EMPTY_LEAD, by_robot=True)
    standing.settle()
    assert status_of(row) is Status.VOIDED


# -- what does not come from the portal -----------------------------------------------------------------------------


@pytest.mark.parametrize("name", ["ONCRMLEADDELETE", "ONAPPUNINSTALL", "ONAPPUPDATE", "ONAPPINSTALL", "ONANYTHING"])
@pytest.mark.parametrize(
    "auth", [{"application_token": "f" * 32}, {"application_token": ""}, {"member_id": "nobody"}], ids=str
)
def test_a_forged_event_is_refused_and_changes_nothing(standing, name, auth):
    row = sent(standing)
    before = standing.stored
    answer = standing.send_event(name, {"FIELDS][ID": "77", "CLEAN": "1"}, **auth)
    assert answer.status_code == 403
    assert (status_of(row), standing.stored.health) == (Status.AWAITING_SIGNATURES, "ok")
    assert standing.stored.application_token == before.application_token


def test_an_employees_token_cannot_change_the_application_token(standing):
    before = standing.stored.application_token
    token = standing.acme.token_for(ANNA).access
    answer = standing.send_event("ONAPPUPDATE", {"VERSION": "2"}, application_token="f" * 32, access_token=token)
    assert answer.status_code == 409
    assert standing.stored.application_token == before


def test_an_unknown_event_is_answered_and_left(standing):
    assert standing.send_event("ONCRMDEALUPDATE", {"FIELDS][ID": "1"}).status_code == 200


@pytest.mark.parametrize("body", [{}, {"event": "ONAPPINSTALL"}, {"event": "X", "auth": "1"}, {"auth[member_id]": "1"}])
def test_what_is_no_event_is_refused_politely(standing, body):
    assert requests.post(f"{standing.url}/events/bitrix24", data=body, timeout=10).status_code == 400


# -- the application's own life -------------------------------------------------------------------------------------


def test_no_host_named_by_an_event_is_called(fresh):
    with silent_host() as (host, asked):
        named = {"client_endpoint": f"http://{host}/rest/", "server_endpoint": f"http://{host}/rest/"}
        token = fresh.acme.token_for(OLENA).access
        fresh.send_event("ONAPPINSTALL", {}, **named, domain=host, access_token="x" * 40)
        fresh.send_event("ONAPPINSTALL", {}, **named, domain="evil.example", access_token=token)
        assert asked == []
    assert fresh.stored is None


def test_an_installation_without_a_page_is_taken_in_and_bound(fresh):
    fresh.acme.lifecycle.install_api_only()
    fresh.settle()
    assert [delivery.status for delivery in fresh.acme.events.deliveries] == [200]
    assert len(fresh.bound()[0]) == len(manifest().placements)
    assert len(fresh.bound()[1]) == len(manifest().events)
    assert fresh.stored.setup_done_at is not None
    with database.reading():
        assert portals.token(fresh.acme.member_id, OLENA) is not None


def test_the_event_after_an_ordinary_installation_changes_nothing(fresh):
    fresh.open().post("/install/step")
    before = fresh.bound()
    fresh.acme.lifecycle.finish_install()
    fresh.settle()
    assert fresh.acme.events.deliveries[-1].status == 200
    assert fresh.bound() == before


def test_an_update_brings_a_new_secret_and_the_handlers_back(stage):
    before = stage.stored.application_token
    stage.acme.lifecycle.update()
    stage.settle()
    assert stage.acme.events.deliveries[-1].status == 200
    assert stage.stored.application_token != before
    assert len(stage.bound()[1]) == len(manifest().events)
    assert stage.send_event("ONANYTHING", {}).status_code == 200


def test_an_update_that_comes_twice_binds_once(stage):
    stage.acme.faults.add("duplicate_event", method="ONAPPUPDATE")
    stage.acme.lifecycle.update()
    stage.settle()
    assert [known[0] for known in stage.bound()[1]] == sorted(manifest().events)


@pytest.mark.parametrize("clean", [False, True])
def test_removal_takes_tokens_and_calls_back_what_is_out(stage, clean):
    row = sent(stage)
    stage.acme.lifecycle.uninstall(clean=clean)
    stage.settle()
    assert (stage.stored.health, stage.stored.uninstalled_at is None) == ("uninstalled", False)
    with database.reading():
        assert portals.token(stage.acme.member_id, OLENA) is None
        assert request_rows.exists(row.portal, row.id) is not clean


def test_clean_takes_the_files_along(stage):
    row = sent(stage, Status.COMPLETED, file=b"%PDF sealed")
    stage.acme.lifecycle.uninstall(clean=True)
    stage.settle()
    assert not stage.ctx.blobs.has(row.final_sha256)


def test_removal_twice_is_answered_and_harmless(stage):
    stage.acme.faults.add("duplicate_event", method="ONAPPUNINSTALL")
    stage.acme.lifecycle.uninstall()
    stage.settle()
    assert [d.status for d in stage.acme.events.deliveries if d.event == "ONAPPUNINSTALL"] == [200, 200]


def test_a_removed_portal_can_be_installed_again_and_finds_its_documents(stage):
    row = sent(stage, Status.COMPLETED, file=b"%PDF sealed")
    stage.acme.lifecycle.uninstall()
    stage.settle()
    stage.acme.lifecycle.reinstall()
    stage.install()
    assert (stage.stored.health, stage.stored.uninstalled_at) == ("ok", None)
    assert status_of(row) is Status.COMPLETED


def test_an_old_removal_does_not_touch_the_new_installation(stage):
    old = stage.acme.app.application_token
    stage.acme.lifecycle.uninstall()
    stage.settle()
    stage.acme.lifecycle.reinstall()
    stage.install()
    assert stage.send_event("ONAPPUNINSTALL", {"CLEAN": "1"}, application_token=old).status_code == 403
    assert stage.stored.health == "ok"


def test_a_removal_that_was_never_told_does_not_lock_the_new_installation_out(stage):
    stage.acme.faults.add("lost_event", method="ONAPPUNINSTALL")
    stage.acme.lifecycle.uninstall()
    stage.settle()
    stage.acme.lifecycle.reinstall()
    stage.install()
    assert stage.send_event("ONANYTHING", {}).status_code == 200


def test_binding_again_by_hand_reports_what_is_in_place(stage):
    with database.reading():
        lines = bind_all(stage.ctx, stage.stored, OLENA)
    assert {line.state for line in lines} == {"granted", "kept"}


# -- what an employee can forge, for his browser is given the application token --------------------------------------


@pytest.mark.parametrize("clean", ["0", "1"])
def test_a_removal_is_believed_only_when_the_portals_tokens_have_died(stage, clean):
    row = sent(stage, Status.COMPLETED, file=b"%PDF sealed")
    assert stage.send_event("ONAPPUNINSTALL", {"CLEAN": clean}).status_code == 200
    stage.settle()
    assert (stage.stored.health, stage.stored.uninstalled_at) == ("ok", None)
    assert status_of(row) is Status.COMPLETED
    with database.reading():
        assert portals.token(row.portal, OLENA) is not None


def test_a_removal_is_not_believed_because_the_installer_has_left(stage):
    stage.open(ANNA, path="/")
    with database.writing():
        portals.mark_token_dead(stage.acme.member_id, OLENA, 1)
    assert stage.send_event("ONAPPUNINSTALL", {"CLEAN": "1"}).status_code == 200
    stage.settle()
    assert stage.stored.uninstalled_at is None


def test_a_card_is_deleted_only_when_the_portal_says_so(stage):
    row = sent(stage, lead=78)
    stands = sent(stage, lead=79)
    stage.send_event("ONCRMLEADDELETE", {"FIELDS][ID": "79"})
    stage.settle()
    assert status_of(stands) is Status.AWAITING_SIGNATURES
    assert status_of(row) is Status.AWAITING_SIGNATURES
