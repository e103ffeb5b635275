"""The installation page: who may, what is bound, what is kept, and what a forged opening gets."""

from __future__ import annotations

import json
from dataclasses import replace

import pytest
import requests

from b24app.manifest import manifest
from b24app.sandbox.examples.acme import ANNA, OLENA
from b24app.services.register_application import register_application
from b24app.store import authorities, composers, database, portals
from b24app.store.tables import Portal, PortalToken
from tests.installing import answers, open_stage, silent_host


@pytest.fixture
def stage(tmp_path):
    with open_stage(tmp_path) as opened:
        yield opened


def lines_of(page) -> list[dict]:
    return [json.loads(line) for line in page.text.splitlines()]


def nothing_is_stored() -> bool:
    with database.reading():
        return not Portal.select().exists() and not PortalToken.select().exists()


# -- the way it goes ----------------------------------------------------------------------------------------------


def test_the_address_explains_itself_to_a_link_check(stage):
    assert requests.head(f"{stage.url}/install", timeout=10).status_code == 200
    assert "Open it there" in requests.get(f"{stage.url}/install", timeout=10).text


def test_an_administrator_sees_everything_that_will_be_connected(stage):
    page = stage.open()
    assert page.status == 200
    assert all(f'data-what="{p.code}" data-mark="waiting"' in page.text for p in manifest().placements)
    assert f"frame-ancestors {stage.acme.url}" in page.response.headers["Content-Security-Policy"]


def test_the_portal_is_kept_with_its_secrets_locked(stage):
    page = stage.open()
    fields = stage.fields()
    with database.reading():
        portal = portals.get(stage.acme.member_id)
        token = portals.token(portal.member_id, OLENA)
    assert page.status == 200
    assert (portal.client_endpoint, portal.installer_id) == (f"{stage.acme.url}/rest/", OLENA)
    assert portal.application_token not in ("", fields["APPLICATION_TOKEN"])
    assert stage.ctx.vault.unlock(token.refresh_token)
    assert stage.acme.tokens.by_access(stage.ctx.vault.unlock(token.access_token)).user_id == OLENA


def test_the_seal_and_the_example_templates_are_made_once(stage):
    stage.open()
    with database.reading():
        first = authorities.find(stage.acme.member_id)
    stage.open()
    with database.reading():
        assert authorities.find(stage.acme.member_id).leaf_pem == first.leaf_pem
        assert [t.locale for t in composers.templates(stage.acme.member_id)] == ["en"] * 3 + ["uk"] * 3


def test_the_portals_own_company_is_proposed_as_sender(stage):
    assert 'value="Acme Consulting GmbH"' in stage.open().text


def test_each_step_is_told_as_a_line_and_the_last_line_sums_up(stage):
    lines = lines_of(stage.open().post("/install/step"))
    assert lines[-1] == {"end": True, "good": True, "summary": "Paraph is connected to this Bitrix24."}
    assert {line["what"] for line in lines[:-1] if line["state"] == "bound"} == {
        *(placement.code for placement in manifest().placements),
        *manifest().events,
    }


def test_exactly_the_manifest_is_bound(stage):
    stage.install()
    placements, events = stage.bound()
    assert placements == sorted((p.code, stage.url + p.handler) for p in manifest().placements)
    assert events == sorted((event, stage.url + manifest().event_handler) for event in manifest().events)


def test_installing_twice_leaves_the_same_binds(stage):
    stage.install()
    before = stage.bound()
    lines = lines_of(stage.open().post("/install/connect").post("/install/step"))
    assert {line["state"] for line in lines[:-1]} == {"granted", "kept"}
    assert stage.bound() == before


def test_the_answers_are_kept_and_installation_is_finished(stage):
    finished = stage.install()
    settings = stage.stored.settings
    assert "data-finished" in finished.text
    assert (settings["sender_name"], settings["deadline_days"]) == ("Acme Consulting", 21)
    assert stage.stored.setup_done_at is not None


def test_an_installation_that_is_finished_leads_home(stage):
    stage.install()
    page = stage.open()
    assert "already set up" in page.text
    assert page.post("/home").status == 200


def test_wrong_answers_are_named_and_kept_in_the_form(stage):
    page = stage.open().post("/install/finish", **answers(sender_name="", deadline_days="soon"))
    assert page.status == 400
    assert "Enter the name the letters are sent in." in page.text
    assert "Choose a number of days from 1 to 365." in page.text
    assert "this is for you" in page.text
    assert stage.stored.setup_done_at is None


def test_a_browser_without_scripts_connects_by_a_plain_form(stage):
    page = stage.open().post("/install/connect")
    assert "Paraph is connected to this Bitrix24." in page.text
    assert page.text.count('data-mark="good"') == len(manifest().placements) + len(manifest().events) + 1


def test_a_test_letter_is_the_letter_signers_get(stage):
    page = stage.open().post("/install/test-letter", **answers(test_email="olena@acme.example"))
    [letter] = stage.sandbox.mailbox.letters("olena@acme.example")
    assert "on its way to olena@acme.example" in page.text
    assert letter.subject == "Please sign Services agreement 12"
    assert "Hello Olena Kovalenko, this is for you." in letter.text


def test_a_mail_server_that_refuses_is_quoted_at_the_field(stage):
    stage.sandbox.troubled("mailbox").add("smtp_reject", method="olena@acme.example")
    page = stage.open().post("/install/test-letter", **answers(test_email="olena@acme.example"))
    assert page.status == 200
    assert 'id="problem-test_email-1"' in page.text


# -- troubles -----------------------------------------------------------------------------------------------------


def test_a_missing_permission_is_named_with_what_to_do(stage):
    stage.acme.app.scope = "crm,placement,user_brief"
    lines = lines_of(stage.open().post("/install/step"))
    [missing] = [line for line in lines if line.get("what") == "im"]
    assert (missing["mark"], lines[-1]["good"]) == ("bad", False)
    assert "Grant it" in missing["message"]


def test_a_portal_that_fails_in_between_is_a_line_not_a_crash(stage):
    page = stage.open()
    stage.acme.faults.add("http_error", method="event.get", status=502)
    lines = lines_of(page.post("/install/step"))
    assert [line["state"] for line in lines if line.get("what") == "event.get"] == ["failed"]
    assert lines[-1]["good"] is False
    assert lines_of(page.post("/install/step"))[-1]["good"] is True


def test_a_place_this_portal_does_not_have_is_said(stage):
    stage.acme.app.scope = "placement,user_brief,im"
    lines = lines_of(stage.open().post("/install/step"))
    assert {line["state"] for line in lines if line.get("what") == "CRM_LEAD_DETAIL_TAB"} == {"unavailable"}


def test_another_registration_in_the_same_portal_takes_over(stage):
    stage.install()
    stage.acme.lifecycle.uninstall()
    stage.sandbox.settle()
    stage.acme.app = stage.acme.register_app(stage.url)
    register_application(stage.ctx, stage.acme.app.client_id, stage.acme.app.client_secret)
    stage.install()
    assert stage.stored.client_id == stage.acme.app.client_id


# -- who may ------------------------------------------------------------------------------------------------------


def test_a_second_administrator_may_install_as_well(stage):
    stage.install()
    stage.acme.employees[20] = replace(stage.acme.employees[OLENA], id=20, name="Second")
    before = stage.bound()
    stage.acme.app.installed = False  # a new version asks for its installation again
    stage.install(20)
    assert stage.bound() == before
    assert stage.stored.installer_id == 20
    with database.reading():
        assert portals.token(stage.acme.member_id, OLENA) is not None


def test_an_employee_is_sent_to_an_administrator(stage):
    page = stage.open(ANNA)
    assert page.status == 409
    assert "Only an administrator" in page.text
    assert stage.acme.url in page.response.headers["Content-Security-Policy"]
    assert nothing_is_stored()


def test_an_employee_cannot_press_the_buttons(stage):
    stage.install()
    home = stage.open(ANNA, path="/")
    for path in ("/install/step", "/install/finish", "/settings/", "/settings/export", "/settings/connect"):
        assert home.post(path, **answers()).status == 409, path


def test_buttons_without_a_session_are_refused(stage):
    for path in ("/install/step", "/install/connect", "/install/finish", "/install/test-letter"):
        assert requests.post(stage.url + path, data=answers(), timeout=10).status_code == 403, path


# -- forged openings ----------------------------------------------------------------------------------------------


def test_a_token_of_another_application_is_refused(stage):
    stranger = stage.acme.register_app("http://localhost:1")
    page = stage.open(AUTH_ID=stage.acme.token_for(OLENA, stranger).access)
    assert (page.status, nothing_is_stored()) == (403, True)


def test_an_invented_token_is_refused(stage):
    assert (stage.open(AUTH_ID="x" * 40).status, nothing_is_stored()) == (403, True)


def test_another_portals_member_id_is_refused(stage):
    page = stage.open(member_id=stage.sandbox.portal("globex").member_id)
    assert (page.status, nothing_is_stored()) == (403, True)


@pytest.mark.parametrize("user_id", [OLENA, ANNA])
def test_a_host_named_by_the_request_is_never_called(stage, user_id):
    with silent_host() as (host, asked):
        forged = {"DOMAIN": host, "SERVER_ENDPOINT": f"http://{host}/rest/", "PROTOCOL": "0"}
        stage.open(user_id, **forged, AUTH_ID="x" * 40)
        stage.open(user_id, **forged | {"DOMAIN": f"evil.{host}"})
        assert asked == []
    assert nothing_is_stored()


def test_another_application_token_is_refused_while_the_installation_stands(stage):
    stage.install()
    before = stage.stored.application_token
    assert stage.open(APPLICATION_TOKEN="f" * 32).status == 403
    assert stage.stored.application_token == before


@pytest.mark.parametrize("missing", ["AUTH_ID", "member_id"])
def test_an_opening_without_its_proof_is_refused(stage, missing):
    assert stage.open(**{missing: ""}).status == 400
    assert nothing_is_stored()


def test_an_older_portal_that_sends_no_application_token_installs(stage):
    page = stage.open(APPLICATION_TOKEN="", APPLICATION_SCOPE="", SERVER_ENDPOINT="")
    assert page.status == 200
    assert stage.stored.application_token == ""
