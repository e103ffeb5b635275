"""docs: api-reference/widgets/placement-bind.md, -get, -unbind, -list"""

from __future__ import annotations

import requests

from tests.sandbox.conftest import Caller

TAB = "CRM_LEAD_DETAIL_TAB"
HANDLER = "https://app.example/placements/detail-tab"


def test_binding_is_for_administrators(anna: Caller) -> None:
    assert anna.error("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER) == ("ACCESS_DENIED", 403)


def test_binding_needs_application_context(olena: Caller) -> None:
    portal = olena.portal
    url = f"{portal.url}/rest/1/{portal.webhook_secret}/placement.bind.json"
    response = requests.post(url, json={"PLACEMENT": TAB, "HANDLER": HANDLER}, timeout=10)
    assert (response.json()["error"], response.status_code) == ("WRONG_AUTH_TYPE", 403)


def test_some_refusals_come_with_status_200(olena: Caller) -> None:
    assert olena.error("placement.bind", HANDLER=HANDLER) == ("ERROR_ARGUMENT", 200)
    assert olena.error("placement.bind", PLACEMENT="CRM_NOPE", HANDLER=HANDLER) == ("ERROR_PLACEMENT_NOT_FOUND", 200)
    single = {"PLACEMENT": TAB, "HANDLER": HANDLER, "USER_ID": 6}
    assert olena.error("placement.bind", **single) == ("ERROR_PLACEMENT_USER_MODE", 200)


def test_a_missing_argument_is_named(olena: Caller) -> None:
    assert olena.call("placement.bind", PLACEMENT=TAB)["argument"] == "HANDLER"


def test_the_same_handler_twice_is_an_error(olena: Caller) -> None:
    assert olena.ok("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER) is True
    answer = olena.call("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER)
    assert answer["error"] == "ERROR_CORE"
    assert answer["error_description"] == "Unable to set placement handler: Handler already binded"


def test_rest_app_uri_takes_one_handler(olena: Caller) -> None:
    olena.ok("placement.bind", PLACEMENT="REST_APP_URI", HANDLER=HANDLER)
    again = olena.error("placement.bind", PLACEMENT="REST_APP_URI", HANDLER=f"{HANDLER}2")
    assert again == ("ERROR_PLACEMENT_MAX_COUNT", 200)


def test_handlers_need_a_scheme_and_a_real_domain(olena: Caller) -> None:
    assert olena.error("placement.bind", PLACEMENT=TAB, HANDLER="ftp://a.b")[0] == "ERROR_UNSUPPORTED_PROTOCOL"
    assert olena.error("placement.bind", PLACEMENT=TAB, HANDLER="https://intranet/x")[0] == "ERROR_WRONG_HANDLER_URL"


def test_options_are_dropped_where_they_mean_nothing(olena: Caller) -> None:
    olena.ok("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER, OPTIONS={"iconName": "x"})
    olena.ok("placement.bind", PLACEMENT="CRM_LEAD_DETAIL_ACTIVITY", HANDLER=HANDLER, OPTIONS={"a": "b"})
    options = {row["placement"]: row["options"] for row in olena.ok("placement.get")}
    assert options == {TAB: [], "CRM_LEAD_DETAIL_ACTIVITY": {"a": "b"}}


def test_unbind_counts_each_handler_twice(olena: Caller) -> None:
    for number in range(3):
        olena.ok("placement.bind", PLACEMENT=TAB, HANDLER=f"{HANDLER}{number}")
    assert olena.ok("placement.unbind", PLACEMENT=TAB, HANDLER=f"{HANDLER}0") == {"count": 2}
    assert olena.ok("placement.unbind", PLACEMENT=TAB) == {"count": 4}


def test_codes_outside_the_scope_are_neither_listed_nor_bindable(olena: Caller) -> None:
    olena.portal.app.scope = "placement"
    assert TAB not in olena.ok("placement.list")
    assert TAB in olena.ok("placement.list", FULL=True)
    assert olena.error("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER)[0] == "ERROR_PLACEMENT_NOT_FOUND"


def test_a_stranger_portal_sees_nothing(olena: Caller, vera: Caller) -> None:
    olena.ok("placement.bind", PLACEMENT=TAB, HANDLER=HANDLER)
    assert vera.ok("placement.get") == []
