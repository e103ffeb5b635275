"""What each surface shows, for every shape of options Bitrix24 may send (facts: bitrix24.md 18, traps 11 to 13)."""

from __future__ import annotations

import pytest

from placement_handlers import MODULES, codes_of, name_of, path_of
from tests.office import ANNA, BORIS, VERA, Office

SLIDERS = [module for module in MODULES if name_of(module) in ("detail_toolbar", "timeline_menu", "document_menu")]
SHAPES = [
    {"ID": "77"},
    {"ID": 77},
    {"ENTITY_ID": "77"},
    {"ENTITY_ID": "77", "ASSOCIATED_ENTITY_ID": "5", "ASSOCIATED_ENTITY_TYPE_ID": "6"},
    {"ID": "77", "URI": "/crm/lead/details/77/?IFRAME=Y"},
]
UNSAVED = ["", "[]", "null", "{}", '{"ID":"0"}', '{"ID":""}', '{"ID":"-7"}', '{"ID":"x"}', '{"ID":null}']


@pytest.mark.parametrize("module", SLIDERS, ids=name_of)
@pytest.mark.parametrize("options", SHAPES, ids=str)
def test_a_slider_opens_the_composer_for_every_shape_of_options(office: Office, module, options):
    page = office.launch(path_of(module), codes_of(module)[0], options, user=ANNA)
    assert (page.status, page.has("composer")) == (200, True)
    assert "is-slider" in page.text


@pytest.mark.parametrize("options", UNSAVED)
@pytest.mark.parametrize("module", [m for m in MODULES if m.TYPES], ids=name_of)
def test_a_card_without_number_gets_a_friendly_page(office: Office, module, options):
    page = office.launch(path_of(module), codes_of(module)[0], PLACEMENT_OPTIONS=options)
    assert (page.status, page.has("unsaved")) == (200, True)


@pytest.mark.parametrize("options", ["{", "x" * 200_001, '{"ID":' * 1000])
def test_options_that_cannot_be_read_are_a_page_not_a_failure(office: Office, options):
    assert office.launch("/placements/detail-tab", "CRM_LEAD_DETAIL_TAB", PLACEMENT_OPTIONS=options).status == 400


@pytest.mark.parametrize("module", MODULES, ids=name_of)
@pytest.mark.parametrize("method", ["get", "head"])
def test_the_link_check_finds_every_surface(office: Office, module, method):
    assert office.client.open(path_of(module), method=method).status_code == 200


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_a_forged_launch_is_refused(office: Office, module):
    code = codes_of(module)[0]
    assert office.launch(path_of(module), code, {"ID": "77"}, APPLICATION_TOKEN="0" * 32).status == 403
    assert office.launch(path_of(module), code, {"ID": "77"}, AUTH_ID="forged").status in (403, 502)


def test_the_tab_shows_the_composer_while_there_are_no_requests(office: Office):
    page = office.tab(79, user=ANNA)
    assert (page.status, page.has("composer"), page.has("request-line")) == (200, True, False)
    assert "is-tab" in page.text


def test_the_tab_lists_the_requests_of_its_card_only(office: Office):
    request_id = office.send(77, user=ANNA)
    page = office.tab(77, user=ANNA)
    assert f'data-request="{request_id}"' in page.text
    assert (page.has("new-request"), page.has("composer")) == (True, False)
    assert request_id not in office.tab(78, user=ANNA).text
    assert page.post("/composer", plain=True).has("composer")


def test_an_employee_without_right_to_the_card_gets_no_composer(office: Office):
    page = office.composer(77, user=BORIS)
    assert page.status in (404, 409)
    assert "Katrin" not in page.text


@pytest.mark.parametrize("path", ["/", "/placements/deep-link"])
def test_a_link_leads_to_its_request(office: Office, path):
    request_id = office.send(77, user=ANNA)
    page = office.launch(path, "DEFAULT" if path == "/" else "REST_APP_URI", {"request": request_id}, user=ANNA)
    assert page.has("request")
    assert f'data-request="{request_id}"' in page.text


@pytest.mark.parametrize("user", [VERA])
def test_a_link_to_another_portals_request_finds_nothing(office: Office, user):
    request_id = office.send(77, user=ANNA)
    assert office.launch("/", options={"request": request_id}, user=user, portal="globex").status == 404


def test_an_activity_that_is_no_card_of_ours_leads_home(office: Office):
    page = office.launch("/", options={"action": "view_activity", "activity_id": "999"}, user=ANNA)
    assert (page.status, page.has("home")) == (200, True)


def test_home_greets_a_new_portal_and_shows_settings_to_its_administrator(office: Office):
    page = office.launch("/", user=VERA, portal="globex")
    assert (page.has("no-requests"), page.has("settings")) == (True, True)
    assert not office.launch("/", user=ANNA).has("settings")


def test_home_speaks_the_employees_language(office: Office):
    assert '<html lang="uk"' in office.launch("/", user=ANNA, lang="ua").text
