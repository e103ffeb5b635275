"""Configurable activities: docs api-reference/crm/timeline/activities/configurable/"""

from __future__ import annotations

import copy
from typing import Any

import pytest
import requests

from b24app.sandbox.portal.portal import Portal
from tests.sandbox.conftest import ANNA, Caller
from tests.sandbox.testapp import TestApp

LAYOUT: dict[str, Any] = {
    "icon": {"code": "document"},
    "header": {"title": {"en": "Signature requested"}, "tags": {"st": {"type": "warning", "title": "1 of 2"}}},
    "body": {
        "logo": {"code": "document"},
        "blocks": {"t": {"type": "text", "properties": {"value": "Ann Lee has signed"}}},
    },
    "footer": {
        "buttons": {
            "remind": {
                "title": "Remind",
                "type": "secondary",
                "action": {"type": "restEvent", "id": "remind", "actionParams": {"x": "1", "entityId": "lie"}},
            }
        }
    },
}


def changed(**places: Any) -> dict[str, Any]:
    """LAYOUT with other values at dotted places (__ for a dot)."""
    layout = copy.deepcopy(LAYOUT)
    for place, value in places.items():
        *path, last = place.split("__")
        node = layout
        for step in path:
            node = node[step]
        node[last] = value
    return layout


def add(caller: Caller, layout: Any = None, **fields: Any) -> Any:
    return caller.call(
        "crm.activity.configurable.add", ownerTypeId=1, ownerId=77, fields=fields, layout=layout or LAYOUT
    )


def test_an_activity_is_added_and_read_back(anna: Caller) -> None:
    number = add(anna, originId="req-1", originatorId="PARAPH")["result"]["activity"]["id"]
    known = anna.ok("crm.activity.configurable.get", id=number)["activity"]
    assert known["fields"]["originId"] == "req-1"
    assert known["layout"] == LAYOUT
    rows = anna.ok("crm.activity.list", filter={"PROVIDER_ID": "CONFIGURABLE_REST_APP", "OWNER_ID": 77})
    assert [row["SUBJECT"] for row in rows] == ["Signature requested"]


TAG = {"type": "warning", "title": "x"}
BUTTON = {"title": "x", "type": "primary", "action": {"type": "redirect", "uri": "/"}}


@pytest.mark.parametrize(
    ("layout", "code"),
    [
        (changed(extra=1), "FIELD_IS_REDUNDANT"),
        (changed(header__color="red"), "FIELD_IS_REDUNDANT"),
        (changed(body__blocks__t__properties__href="/"), "FIELD_IS_REDUNDANT"),
        (changed(header__title=None), "FIELD_IS_REQUIRED"),
        (changed(body__blocks={}), "FIELD_IS_REQUIRED"),
        (changed(body__logo={}), "FIELD_IS_REQUIRED"),
        (changed(header__tags={"a": TAG, "b": TAG, "c": TAG}), "TOO_MANY_ITEMS"),
        (changed(footer__buttons={"a": BUTTON, "b": BUTTON, "c": BUTTON}), "TOO_MANY_ITEMS"),
        (changed(body__blocks={f"b{n}": LAYOUT["body"]["blocks"]["t"] for n in range(21)}), "TOO_MANY_ITEMS"),
        (changed(header__tags={"a": {"type": "lavender", "title": "x"}}), "ENUM_FIELD"),
        (changed(body__blocks__t={"type": "video", "properties": {}}), "ENUM_FIELD"),
        (changed(body__blocks={"my block": LAYOUT["body"]["blocks"]["t"]}), "KEY_CONTAIN_WRONG_SYMBOLS"),
        (changed(header__title={"zz": "Signature"}), "WRONG_LANG"),
        (changed(icon__code="unicorn"), "WRONG_FIELD_VALUE"),
        ({"icon": {"code": "document"}, "header": {}}, "FIELD_IS_REQUIRED"),
        ([], "ERROR_EMPTY_LAYOUT"),
    ],
)
def test_a_layout_is_checked_to_the_last_key(anna: Caller, layout: Any, code: str) -> None:
    answer = anna.response(
        "crm.activity.configurable.add", ownerTypeId=1, ownerId=77, fields={"completed": "N"}, layout=layout
    )
    assert (answer.json()["error"], answer.status_code) == (code, 400)


def test_fields_are_checked_too(anna: Caller) -> None:
    assert add(anna, badgeCode="unknown")["error"] == "WRONG_FIELD_VALUE"
    assert add(anna, deadline="tomorrow")["error"] == "WRONG_FIELD_VALUE"
    incoming = add(anna, isIncomingChannel="Y", deadline="2026-12-01T10:00:00+03:00")
    assert incoming["error"] == "INCOMING_ACTIVITY_CAN_NOT_BE_WITH_DEADLINE"


def test_a_webhook_is_the_wrong_context(acme: Portal) -> None:
    url = f"{acme.url}/rest/1/{acme.webhook_secret}/crm.activity.configurable.add"
    response = requests.post(url, json={"ownerTypeId": 1, "ownerId": 77, "fields": {}, "layout": LAYOUT}, timeout=10)
    assert response.json()["error"] == "ERROR_WRONG_CONTEXT"


def test_only_the_adding_application_may_update(anna: Caller) -> None:
    number = add(anna)["result"]["activity"]["id"]
    other = anna.portal.register_app("http://localhost:1", title="Other")
    anna.access = anna.portal.token_for(ANNA, other).access
    answer = anna.error("crm.activity.configurable.update", id=number, fields={}, layout=LAYOUT)
    assert answer == ("ERROR_WRONG_APPLICATION", 400)


def test_a_colleague_without_rights_is_refused(boris: Caller) -> None:
    assert add(boris)["error"] == "ACCESS_DENIED"


def test_a_badge_needs_an_administrator(anna: Caller, olena: Caller) -> None:
    badge = {"code": "paraph_wait", "title": "Signature", "value": "Waiting", "type": "warning"}
    assert anna.error("crm.activity.badge.add", **badge)[0] == "ACCESS_DENIED"
    assert olena.ok("crm.activity.badge.add", **badge) == {"badge": badge}
    assert "result" in add(anna, badgeCode="paraph_wait")


def test_an_animated_action_blocks_the_record_until_the_update(acme: Portal, anna: Caller, testapp: TestApp) -> None:
    acme.lifecycle.finish_install()
    anna.ok("event.bind", event="onCrmTimelineItemAction", handler=f"{testapp.url}/events")
    number = add(anna)["result"]["activity"]["id"]
    action = LAYOUT["footer"]["buttons"]["remind"]["action"] | {"animationType": "disable"}
    click = {"activityId": number, "action": action}
    assert requests.post(f"{acme.url}/-/action?as=6", json=click, timeout=10).json() == {"sent": True}
    assert requests.post(f"{acme.url}/-/action?as=6", json=click, timeout=10).json() == {"sent": False}
    anna.ok("crm.activity.configurable.update", id=number, fields={}, layout=LAYOUT)
    assert acme.timeline.activities[number].waiting is None
    acme.settle()
    (post,) = testapp.posts
    sent = {key: post[f"data[{key}]"] for key in ("id", "x", "entityTypeId", "entityId", "activityId", "userId")}
    expected = {"id": "remind", "x": "1", "entityTypeId": "1", "entityId": "77", "activityId": str(number)}
    assert sent == expected | {"userId": "6"}
