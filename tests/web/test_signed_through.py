"""The account a document goes through: proposed by rule, chosen where allowed, its limits said before sending."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import timedelta

import pytest

from b24app.clock import utc_now
from b24app.domain.choosing import UPLOAD, Rule
from b24app.domain.fields import Field, FieldType
from b24app.services.connect_provider import add_connection
from b24app.store import requests
from b24app.store.database import reading
from b24app.store.tables import Request
from tests.office import ANNA, OLENA, Office, Page, looked_at, usual_form
from tests.web.services_stage import Services, services_stage
from tests.web.test_card_fields import put_on


@pytest.fixture(scope="module")
def stage(office: Office) -> Iterator[Services]:
    with services_stage(office) as made:
        yield made


@pytest.fixture
def services(stage: Services) -> Services:
    stage.forget()
    return stage


def composer(services: Services) -> Page:
    return services.office.composer(77, user=ANNA)


def chosen(page: Page) -> str:
    """The account that the page's form would send."""
    select = re.search(r'<select[^>]*name="connection".*?</select>', page.text, re.DOTALL)
    if select is None:
        return page.value("connection")
    [picked] = re.findall(r'value="([^"]*)" selected', select[0])
    return str(picked)


def sent(services: Services, connection: str) -> str:
    return services.office.send(77, user=ANNA, connection=connection)


def test_without_an_account_there_is_nothing_to_choose(services: Services):
    page = composer(services)
    assert re.search(r'data-testid="service"[^>]* hidden', page.text)
    assert (page.has("connection"), chosen(page)) == (False, "")


def test_the_rule_that_fits_the_card_proposes_and_the_employee_may_choose(services: Services):
    connection = services.connect(is_tried=False)
    services.rule(Rule(connection, template=UPLOAD), Rule(connection, amount_from=14000))
    page = composer(services)
    assert (page.has("connection"), chosen(page)) == (True, connection)
    request_id = sent(services, "")
    with reading():
        assert requests.load(services.portal.member_id, request_id).is_external is False


def test_a_preview_follows_the_rules_of_its_document_until_the_employee_has_chosen(services: Services):
    connection = services.connect(is_tried=False)
    services.rule(Rule(connection, template=UPLOAD))
    page = composer(services)
    form = usual_form(page, connection="", connection_from="")
    upload = {**form, "source": "upload", "template_id": ""}
    assert chosen(page.post("/composer/preview", upload)) == connection
    assert chosen(page.post("/composer/preview", {**form, "connection": connection})) == connection
    assert chosen(page.post("/composer/preview", {**upload, "connection_from": connection})) == ""


def test_where_nobody_may_choose_the_rule_stands(services: Services):
    connection = services.connect(is_tried=False)
    services.rule(default=connection, may_choose=False)
    page = composer(services)
    assert (page.has("connection"), chosen(page)) == (False, connection)
    refused = page.post("/composer/send", looked_at(page, connection=""))
    assert "connection" in refused.response.get_json()["problems"]
    assert chosen(page.post("/composer/preview", usual_form(page, connection=""))) == connection


def test_what_the_service_lacks_is_switched_off_with_the_reason(services: Services):
    connection = services.connect(is_tried=False)
    page = composer(services)
    assert re.search(r'data-testid="lacks-letter" hidden', page.text)
    preview = page.post("/composer/preview", usual_form(page, connection=connection))
    assert "Our account writes to the signatories in its own words" in preview.text
    assert re.search(r'data-testid="lacks-letter">', preview.text)
    assert re.search(r'data-testid="lacks-reminders" hidden', preview.text)


@pytest.fixture
def signs_there(services: Services) -> Iterator[str]:
    """An account whose approver signs there, in a Bitrix24 that tells employees' addresses."""
    app = services.office.sandbox.portal("acme").app
    before, app.scope = app.scope, f"{app.scope},user_basic"
    ctx, settings = services.office.ctx, {"auth": "jwt", "approver_signs": True}
    yield add_connection(ctx, services.portal, "docusign", "Our DocuSign", {}, settings, waits_for_consent=True)
    app.scope = before


def where_approved(page: Page) -> str:
    """What the composer says at the option: where, and whether there is something to read."""
    [found] = re.findall(r'data-testid="approves" data-where="(\w+)"( hidden)?>([^<]*)', page.text)
    assert bool(found[1]) == (found[0] == "here") == (not found[2].strip())
    return str(found[0])


def test_where_the_responsible_employee_signs_is_said_beforehand(services: Services, signs_there: str):
    page = composer(services)
    assert where_approved(page) == "here"
    form = usual_form(page, connection=signs_there)
    preview = page.post("/composer/preview", form)
    assert where_approved(preview) == "there"
    assert "Signs through Our DocuSign as the last signatory" in preview.text
    assert where_approved(page.post("/composer/preview", {**form, "connection": ""})) == "here"
    services.rule(default=signs_there)
    assert where_approved(composer(services)) == "there"


def test_why_he_does_not_sign_there_is_said_beforehand(services: Services, signs_there: str):
    page = composer(services)
    upload = put_on(page, [Field("s", "1", FieldType.SIGNATURE, 1, 100, 100, 160, 24).to_dict()])
    form = usual_form(page, connection=signs_there, source="upload", document=[upload])
    assert where_approved(page.post("/composer/preview", form)) == "no_place"
    app = services.office.sandbox.portal("acme").app
    app.scope = app.scope.removesuffix(",user_basic")
    page = composer(services)
    preview = page.post("/composer/preview", usual_form(page, connection=signs_there))
    assert (where_approved(preview), "permission user_basic" in preview.text) == ("no_address", True)


def test_what_the_service_will_not_take_is_told_with_the_pages_at_the_option(services: Services):
    connection = services.connect(is_tried=False)
    page = composer(services)
    form = usual_form(page, connection=connection, expires_on=str((utc_now() + timedelta(days=200)).date()))
    preview = page.post("/composer/preview", form)
    assert re.search(r'data-problem="expires_on"[^>]*>The signing service allows at most 90 days', preview.text)
    plain = page.post("/composer/preview", form, plain=True)
    assert re.search(r'data-problem="expires_on"[^>]*>The signing service allows at most 90 days', plain.text)
    fits = page.post("/composer/preview", {**form, "expires_on": ""})
    assert re.search(r'data-problem="expires_on"[^>]* hidden', fits.text)


def test_a_preview_without_signatories_or_with_a_past_day_is_a_preview_all_the_same(services: Services):
    connection = services.connect(is_tried=False)
    page = composer(services)
    names = ("signer_key", "signer_name", "signer_email", "signer_order", "signer_locale")
    form = usual_form(page, connection=connection, expires_on="2001-01-01", **{name: [] for name in names})
    assert page.post("/composer/preview", form).count("preview-page") >= 2


def test_an_account_that_must_be_connected_again_says_so(services: Services):
    services.service.keys = set()
    connection = services.connect()
    page = composer(services)
    assert "(not connected)" in page.text
    preview = page.post("/composer/preview", usual_form(page, connection=connection))
    assert re.search(r'data-problem="connection"[^>]*>This signing service needs to be connected again', preview.text)


def test_a_test_says_so_in_the_composer_the_list_and_on_the_documents_page(services: Services):
    connection = services.connect(test=True)
    services.rule(default=connection)
    assert composer(services).has("service-test")
    request_id = sent(services, connection)
    services.office.work()
    home = services.office.launch("/", user=ANNA)
    line = re.search(rf'data-request="{request_id}".*?</button>', home.text, re.DOTALL)
    assert line
    assert 'data-testid="line-test"' in line[0]
    page = home.post(f"/requests/{request_id}")
    assert (page.has("test-mode"), page.has("test-note"), "Signed through Our account" in page.text) == (
        True,
        True,
        True,
    )
    timeline = services.office.sandbox.portal("acme").timeline
    texts = [str(record.data.get("text")) for record in timeline.of((1, 77))]
    assert any(text.startswith("Test without legal effect: ") for text in texts)


def refused(services: Services) -> str:
    services.service.faults.add("http_error", method="send", status=402, word="no_credit")
    request_id = sent(services, services.connect())
    services.office.work()
    return request_id


def through(services: Services, request_id: str) -> str:
    with reading():
        return str(Request.get_by_id(request_id).connection)


def test_what_was_refused_is_sent_through_another_service_from_its_page(services: Services):
    request_id = refused(services)
    page = services.office.launch("/", options={"request": request_id}, user=ANNA)
    assert "does not allow this now" in page.text
    assert (page.has("retry"), page.has("through"), page.count("through-service")) == (True, True, 1)
    moved = page.post(f"/requests/{request_id}/through", {"connection": ""})
    assert (moved.has("notice"), moved.has("through"), through(services, request_id)) == (True, False, "")
    assert 'data-type="request_rerouted"' in moved.text
    assert "through Paraph instead of Our account" in moved.text


def test_administrators_do_it_in_the_list_of_problems(services: Services):
    request_id = refused(services)
    anna = services.office.launch("/", user=ANNA)
    assert anna.post(f"/troubles/{request_id}/through", {"connection": ""}).status == 409
    page = services.office.launch("/", user=OLENA).post("/troubles/", plain=True)
    assert page.has("through-open")
    assert request_id not in page.post(f"/troubles/{request_id}/through", {"connection": ""}).text


def test_where_employees_may_not_choose_only_administrators_send_it_elsewhere(services: Services):
    request_id = refused(services)
    services.rule(may_choose=False)
    page = services.office.launch("/", options={"request": request_id}, user=ANNA)
    assert (page.has("retry"), page.has("through")) == (True, False)
    assert page.post(f"/requests/{request_id}/through", {"connection": ""}).status == 409
    assert services.office.launch("/", options={"request": request_id}, user=OLENA).has("through")
