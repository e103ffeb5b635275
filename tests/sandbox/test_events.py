"""Events, installing and removing, robots: docs api-reference/events/, settings/app-installation/"""

from __future__ import annotations

import pytest

from b24app.sandbox.portal.portal import Portal
from tests.sandbox.conftest import ANNA, OLENA, Caller
from tests.sandbox.testapp import TestApp


@pytest.fixture
def bound(acme: Portal, olena: Caller, testapp: TestApp) -> Portal:
    """An installed application that listens to a few events."""
    for name in ("ONCRMLEADUPDATE", "ONCRMLEADDELETE", "ONAPPUNINSTALL", "ONAPPUPDATE", "ONAPPINSTALL"):
        olena.ok("event.bind", event=name, handler=f"{testapp.url}/events")
    acme.lifecycle.finish_install()
    acme.settle()
    testapp.posts.clear()
    return acme


def test_an_event_is_a_form_with_bracket_keys(bound: Portal, anna: Caller, testapp: TestApp) -> None:
    anna.ok("crm.item.update", entityTypeId=1, id=77, fields={"title": "New title"})
    bound.settle()
    (post,) = testapp.posts
    assert (post["event"], post["data[FIELDS][ID]"]) == ("ONCRMLEADUPDATE", "77")
    assert post["auth[application_token]"] == bound.app.application_token
    assert post["auth[client_endpoint]"] == f"{bound.url}/rest/"
    assert bound.tokens.by_access(post["auth[access_token]"]).user_id == ANNA
    assert "auth[refresh_token]" not in post


def test_robots_cause_events_without_tokens(bound: Portal, testapp: TestApp) -> None:
    bound.edit_item(1, 77, by_robot=True, title="Renamed by a robot")
    bound.settle()
    (post,) = testapp.posts
    assert not [key for key in post if "token" in key and key != "auth[application_token]"]


def test_nothing_is_sent_before_the_installation_ends(acme: Portal, olena: Caller, testapp: TestApp) -> None:
    olena.ok("event.bind", event="ONAPPTEST", handler=f"{testapp.url}/events")
    olena.ok("event.test")
    acme.settle()
    assert testapp.posts == []
    assert olena.ok("app.info")["INSTALLED"] is False


def test_uninstalling_says_goodbye_and_kills_the_tokens(bound: Portal, anna: Caller, testapp: TestApp) -> None:
    bound.lifecycle.uninstall(clean=True)
    bound.settle()
    (post,) = testapp.posts
    assert (post["event"], post["data[CLEAN]"]) == ("ONAPPUNINSTALL", "1")
    assert "auth[access_token]" not in post
    assert anna.error("profile") == ("APPLICATION_NOT_FOUND", 401)
    assert bound.events.bindings == []
    assert bound.placements == []


def test_an_update_brings_a_new_application_token_and_drops_handlers(bound: Portal, testapp: TestApp) -> None:
    before = bound.app.application_token
    bound.lifecycle.update()
    bound.settle()
    (post,) = testapp.posts
    assert (post["event"], post["data[PREVIOUS_VERSION]"]) == ("ONAPPUPDATE", "1")
    assert post["auth[application_token]"] == bound.app.application_token != before
    assert bound.events.bindings == []


def test_api_only_applications_get_their_tokens_by_post(acme: Portal, testapp: TestApp) -> None:
    acme.lifecycle.install_api_only()
    acme.settle()
    (post,) = testapp.posts
    assert post["event"] == "ONAPPINSTALL"
    assert acme.tokens.by_access(post["auth[access_token]"]).user_id == OLENA
    assert post["auth[refresh_token]"]


def test_binding_rules(olena: Caller, anna: Caller) -> None:
    handler = "https://app.example/events"
    assert olena.error("event.bind", event="ONNOPE", handler=handler) == ("ERROR_EVENT_NOT_FOUND", 400)
    assert anna.error("event.bind", event="ONAPPTEST", event_type="offline") == ("ACCESS_DENIED", 403)
    assert anna.error("event.bind", event="ONAPPTEST", handler=handler, auth_type=1) == ("ACCESS_DENIED", 403)
    anna.ok("event.bind", event="onAppTest", handler=handler)
    olena.ok("event.bind", event="ONAPPTEST", handler=handler)
    assert olena.error("event.bind", event="ONAPPTEST", handler=handler)[0] == "ERROR_CORE"
    assert [row["auth_type"] for row in olena.ok("event.get")] == ["6", "0"]
    assert [row["auth_type"] for row in anna.ok("event.get")] == ["6"]
    assert olena.ok("event.unbind", event="ONAPPTEST", handler=handler, auth_type=0) == {"count": 1}


def robot(olena: Caller, testapp: TestApp, **changes: object) -> dict[str, object]:
    params: dict[str, object] = {
        "CODE": "paraph_send",
        "HANDLER": f"{testapp.url}/events",
        "NAME": {"en": "Send for signature"},
        "PROPERTIES": {"template": {"Name": "Template", "Type": "string"}},
        "RETURN_PROPERTIES": {"status": {"Name": "Status", "Type": "string"}},
    }
    return params | changes


def test_a_robot_is_added_once(olena: Caller, anna: Caller, testapp: TestApp) -> None:
    assert anna.error("bizproc.robot.add", **robot(olena, testapp)) == ("ACCESS_DENIED", 403)
    assert olena.ok("bizproc.robot.add", **robot(olena, testapp)) is True
    assert olena.error("bizproc.robot.add", **robot(olena, testapp))[0] == "ERROR_ACTIVITY_ALREADY_INSTALLED"
    assert olena.ok("bizproc.robot.update", CODE="paraph_send", FIELDS={"NAME": "Sign"}) is True
    assert olena.ok("bizproc.robot.list") == ["paraph_send"]


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"CODE": "a b"}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ({"NAME": ""}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ({"PROPERTIES": {"1x": {"Name": "x"}}}, "ERROR_ACTIVITY_VALIDATION_FAILURE"),
        ({"HANDLER": "https://elsewhere.example/"}, "ERROR_WRONG_HANDLER_URL"),
        ({"HANDLER": "mailto:x"}, "ERROR_UNSUPPORTED_PROTOCOL"),
    ],
)
def test_a_wrong_robot_is_refused(olena: Caller, testapp: TestApp, changes: dict[str, object], code: str) -> None:
    assert olena.error("bizproc.robot.add", **robot(olena, testapp, **changes))[0] == code


def test_a_waiting_robot_is_released_once(acme: Portal, olena: Caller, anna: Caller, testapp: TestApp) -> None:
    acme.lifecycle.finish_install()
    olena.ok("bizproc.robot.add", **robot(olena, testapp))
    run = acme.run_robot("paraph_send", 77, {"template": "Service agreement"})
    acme.settle()
    (post,) = testapp.posts
    assert (post["document_id[2]"], post["properties[template]"]) == ("LEAD_77", "Service agreement")
    assert (post["use_subscription"], post["event_token"]) == ("Y", run.event_token)
    assert post["auth[refresh_token]"]
    anna.ok("bizproc.activity.log", event_token=run.event_token, log_message="sent")
    anna.ok("bizproc.event.send", event_token=run.event_token, return_values={"status": "signed"})
    assert (run.returned, run.waiting, run.log) == ({"status": "signed"}, False, ["sent"])
    assert anna.error("bizproc.event.send", event_token=run.event_token) == ("ACCESS_DENIED", 403)


def test_only_an_explicit_no_does_not_wait(acme: Portal, olena: Caller, testapp: TestApp) -> None:
    olena.ok("bizproc.robot.add", **robot(olena, testapp, USE_SUBSCRIPTION="N"))
    assert acme.run_robot("paraph_send", 77).waiting is False


def test_triggers_are_for_administrators(acme: Portal, olena: Caller, anna: Caller) -> None:
    assert anna.error("crm.automation.trigger.add", CODE="paraph_signed", NAME="Signed") == ("ACCESS_DENIED", 403)
    olena.ok("crm.automation.trigger.add", CODE="paraph_signed", NAME="Signed")
    olena.ok("crm.automation.trigger.execute", CODE="paraph_signed", OWNER_TYPE_ID=1, OWNER_ID=77)
    assert acme.automation.executed == [{"code": "paraph_signed", "owner": (1, 77), "user_id": OLENA}]
    assert olena.error("crm.automation.trigger.execute", CODE="paraph_signed", OWNER_TYPE_ID=3, OWNER_ID=41)[0] == ""
