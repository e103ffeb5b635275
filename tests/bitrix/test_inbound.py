from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.bitrix.entities import Entity, card_path, type_of_placement
from b24app.bitrix.inbound import activity_of, entity_of, locale_of, parse_event, parse_launch, parse_robot
from b24app.errors import InvalidPayload

QUERY = {"DOMAIN": "Acme.bitrix24.com", "PROTOCOL": "1", "LANG": "ua", "APP_SID": "dd8c"}
FORM = {
    "AUTH_ID": "at",
    "AUTH_EXPIRES": "3600",
    "REFRESH_ID": "rt",
    "SERVER_ENDPOINT": "https://evil.example/rest/",
    "APPLICATION_TOKEN": "apt",
    "APPLICATION_SCOPE": "crm,placement",
    "member_id": "0f",
    "status": "L",
    "PLACEMENT": "CRM_LEAD_DETAIL_TAB",
    "PLACEMENT_OPTIONS": '{"ID":"77","URI":"/crm/lead/details/77/"}',
}


def launch(placement: str = "DEFAULT", **options: Any) -> Any:
    return parse_launch(QUERY, {**FORM, "PLACEMENT": placement, "PLACEMENT_OPTIONS": json.dumps(options)})


class TestLaunch:
    def test_reads_everything(self) -> None:
        read = parse_launch(QUERY, FORM)
        assert (read.claimed_domain, read.protocol, read.lang, read.app_sid) == (
            "acme.bitrix24.com",
            "https",
            "ua",
            "dd8c",
        )
        assert (read.access_token, read.refresh_token, read.application_token) == ("at", "rt", "apt")
        assert (read.claimed_member_id, read.expires_in_s, read.scope) == ("0f", 3600, {"crm", "placement"})
        assert read.options["ID"] == "77"

    def test_does_not_even_read_the_server_endpoint(self) -> None:
        assert "evil" not in str(vars(parse_launch(QUERY, FORM)))

    def test_tokens_do_not_show_in_repr(self) -> None:
        shown = repr(parse_launch(QUERY, FORM))
        assert not any(secret in shown for secret in ("'at'", "'rt'", "'apt'"))

    def test_an_older_self_hosted_portal_sends_less(self) -> None:
        few = {
            name: FORM[name] for name in ("AUTH_ID", "AUTH_EXPIRES", "REFRESH_ID", "member_id", "status", "PLACEMENT")
        }
        read = parse_launch(QUERY, few)
        assert read.application_token is None
        assert read.options == {}

    @pytest.mark.parametrize("name", ["AUTH_ID", "member_id"])
    def test_without_token_or_portal_it_is_no_launch(self, name: str) -> None:
        with pytest.raises(InvalidPayload):
            parse_launch(QUERY, {key: value for key, value in FORM.items() if key != name})

    @pytest.mark.parametrize("text", ["", " ", "[]", "null", "{}"])
    def test_options_may_be_empty(self, text: str) -> None:
        assert parse_launch(QUERY, {**FORM, "PLACEMENT_OPTIONS": text}).options == {}

    @pytest.mark.parametrize("text", ["{", "[" * 100_000, '{"a":"' + "x" * 300_000 + '"}'])
    def test_options_that_cannot_be_read_are_refused(self, text: str) -> None:
        with pytest.raises(InvalidPayload):
            parse_launch(QUERY, {**FORM, "PLACEMENT_OPTIONS": text})

    def test_a_field_without_end_is_refused(self) -> None:
        with pytest.raises(InvalidPayload):
            parse_launch(QUERY, {**FORM, "AUTH_ID": "x" * 10_000})


class TestEntity:
    @pytest.mark.parametrize(
        ("placement", "options", "entity"),
        [
            ("CRM_LEAD_DETAIL_TAB", {"ID": "77"}, Entity(1, 77)),
            ("CRM_DEAL_DETAIL_TOOLBAR", {"ID": "5"}, Entity(2, 5)),
            ("CRM_QUOTE_DETAIL_TOOLBAR", {"ENTITY_ID": "5"}, Entity(7, 5)),
            ("CRM_SMART_INVOICE_DETAIL_TOOLBAR", {"ENTITY_ID": "5"}, Entity(31, 5)),
            ("CRM_DYNAMIC_183_DOCUMENTGENERATOR_BUTTON", {"ENTITY_ID": "12"}, Entity(183, 12)),
            ("CRM_LEAD_ACTIVITY_TIMELINE_MENU", {"ENTITY_ID": "77", "ASSOCIATED_ENTITY_ID": "999"}, Entity(1, 77)),
            ("CRM_LEAD_DETAIL_ACTIVITY", {"entityTypeId": "1", "entityId": "77"}, Entity(1, 77)),
            ("CRM_CONTACT_LIST_MENU", {"ID": 9}, Entity(3, 9)),
            ("DEFAULT", {"entityTypeId": "183", "entityId": "12", "activityId": "3"}, Entity(183, 12)),
            ("REST_APP_URI", {"entityTypeId": "1", "entityId": "77"}, Entity(1, 77)),
            ("REST_APP_URI", {"ID": "77"}, None),
            ("DEFAULT", {"action": "view_activity", "activity_id": "999"}, None),
            ("CRM_LEAD_DETAIL_TAB", {"ID": "0"}, None),
            ("CRM_LEAD_DETAIL_TAB", {}, None),
            ("CRM_LEAD_DETAIL_TAB", {"ID": "77; drop"}, None),
            ("CRM_LEAD_DETAIL_TAB", {"ID": ["77"]}, None),
            ("CRM_LEAD_DETAIL_TAB", {"ID": "-5"}, None),
            ("CRM_LEAD_LIST_TOOLBAR", {}, None),
            ("CRM_ACTIVITY_LIST_MENU", {"ID": "5"}, None),
            ("LEFT_MENU", {}, None),
        ],
    )
    def test_is_found_from_placement_and_options(self, placement: str, options: Any, entity: Entity | None) -> None:
        assert entity_of(launch(placement, **options)) == entity

    def test_an_activity_is_found_under_each_of_its_names(self) -> None:
        assert activity_of(launch("X", ASSOCIATED_ENTITY_ID="9", ASSOCIATED_ENTITY_TYPE_ID="6")) == 9
        assert activity_of(launch("DEFAULT", activityId="9")) == 9
        assert activity_of(launch("DEFAULT", action="view_activity", activity_id="9")) == 9
        assert activity_of(launch("DEFAULT")) is None

    def test_types_and_paths(self) -> None:
        assert type_of_placement("crm_dynamic_183_detail_tab") == 183
        assert type_of_placement("CRM_SMART_INVOICE_FUNNELS_TOOLBAR") == 31
        assert type_of_placement("CRM_ANALYTICS_MENU") is None
        assert card_path(1, 77) == "/crm/lead/details/77/"
        assert Entity(183, 12).path == "/crm/type/183/details/12/"


EVENT = {
    "event": "OnCrmLeadUpdate",
    "event_handler_id": "709",
    "data[FIELDS][ID]": "77",
    "ts": "1770000000",
    "auth[domain]": "acme.bitrix24.com",
    "auth[client_endpoint]": "https://acme.bitrix24.com/rest/",
    "auth[member_id]": "0f",
    "auth[application_token]": "apt",
}


class TestEvent:
    def test_reads_name_data_and_source(self) -> None:
        event = parse_event(EVENT)
        assert event.name == "ONCRMLEADUPDATE"
        assert event.data == {"FIELDS": {"ID": "77"}}
        assert event.ts == datetime.fromtimestamp(1770000000, UTC)
        assert (event.auth.member_id, event.auth.application_token) == ("0f", "apt")
        assert (event.auth.access_token, event.auth.refresh_token, event.auth.user_id) == (None, None, None)

    def test_an_installation_brings_tokens(self) -> None:
        form = {
            **EVENT,
            "event": "ONAPPINSTALL",
            "data[VERSION]": "3",
            "auth[access_token]": "at",
            "auth[refresh_token]": "rt",
            "auth[expires_in]": "3600",
            "auth[scope]": "crm placement",
        }
        event = parse_event(form)
        assert (event.auth.access_token, event.auth.expires_in_s) == ("at", 3600)
        assert event.auth.scope == {"crm", "placement"}
        assert "'at'" not in repr(event)

    def test_a_payment_event_has_no_application_token(self) -> None:
        form = {key: value for key, value in EVENT.items() if "application_token" not in key}
        assert parse_event(form).auth.application_token is None

    @pytest.mark.parametrize("name", ["event", "auth[member_id]"])
    def test_without_name_or_portal_it_is_no_event(self, name: str) -> None:
        with pytest.raises(InvalidPayload):
            parse_event({key: value for key, value in EVENT.items() if key != name})

    def test_a_button_in_the_timeline_sends_flat_data(self) -> None:
        event = parse_event({**EVENT, "data[id]": "remind", "data[request]": "r1", "data[userId]": "6"})
        assert event.data["id"] == "remind"
        assert event.data["userId"] == "6"


ROBOT = {
    "workflow_id": "5f",
    "code": "sign",
    "document_id[0]": "crm",
    "document_id[1]": "CCrmDocumentLead",
    "document_id[2]": "LEAD_77",
    "document_type[0]": "crm",
    "event_token": "et",
    "properties[template]": "12",
    "properties[signers][0]": "a",
    "properties[signers][1]": "b",
    "use_subscription": "Y",
    "timeout_duration": "0",
    "ts": "1770000000",
    "auth[member_id]": "0f",
    "auth[user_id]": "6",
}


class TestRobot:
    def test_reads_the_call(self) -> None:
        call = parse_robot(ROBOT)
        assert (call.code, call.event_token, call.entity, call.waits) == ("sign", "et", Entity(1, 77), True)
        assert call.properties == {"template": "12", "signers": ["a", "b"]}
        assert call.auth.user_id == 6

    @pytest.mark.parametrize(("value", "waits"), [("Y", True), ("", True), ("N", False)])
    def test_an_empty_subscription_means_wait(self, value: str, waits: bool) -> None:
        assert parse_robot({**ROBOT, "use_subscription": value}).waits is waits

    @pytest.mark.parametrize(
        ("text", "entity"),
        [
            ("DYNAMIC_183_12", Entity(183, 12)),
            ("SMART_INVOICE_4", Entity(31, 4)),
            ("QUOTE_4", Entity(7, 4)),
            ("TASK_4", None),
            ("LEAD_0", None),
            ("LEAD", None),
        ],
    )
    def test_finds_the_record(self, text: str, entity: Entity | None) -> None:
        assert parse_robot({**ROBOT, "document_id[2]": text}).entity == entity

    @pytest.mark.parametrize("name", ["code", "event_token", "auth[member_id]"])
    def test_a_call_that_cannot_be_answered_is_refused(self, name: str) -> None:
        with pytest.raises(InvalidPayload):
            parse_robot({key: value for key, value in ROBOT.items() if key != name})


@settings(deadline=None)
@given(st.dictionaries(st.sampled_from([*FORM, *EVENT, *ROBOT, "x"]), st.text(max_size=40)))
def test_whatever_is_posted_is_parsed_or_refused(form: dict[str, str]) -> None:
    for parse in (lambda: parse_launch({}, form), lambda: parse_event(form), lambda: parse_robot(form)):
        try:
            parse()
        except InvalidPayload:
            continue


@pytest.mark.parametrize(
    ("lang", "locale"),
    [("en", "en"), ("ua", "uk"), ("la", "es"), ("br", "pt_BR"), ("sc", "zh_Hans"), ("tc", "zh_Hant"), ("vn", "vi"),
     ("kz", "kk"), ("in", "hi"), ("DE", "de"), ("", "en"), ("klingon", "en"), ("../x", "en")],
)  # fmt: skip
def test_languages_are_not_iso(lang: str, locale: str) -> None:
    assert locale_of(lang) == locale
