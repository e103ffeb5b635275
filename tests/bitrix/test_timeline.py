from __future__ import annotations

import base64
from dataclasses import replace
from datetime import UTC, datetime
from typing import Any

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.bitrix import timeline
from b24app.bitrix.batch import parse_cmd, to_cmd
from b24app.bitrix.bbcode import link, plain
from b24app.bitrix.client import Portal
from b24app.bitrix.entities import Entity
from b24app.bitrix.live_card import layout_of
from b24app.bitrix.notifications import Link, app_link, notify
from b24app.bitrix.timeline import Button, Line, LiveCard, OpenApp, Redirect, RestEvent, Tag
from b24app.errors import BitrixError
from tests.bitrix.mini_portal import MiniPortal
from tests.bitrix.server import Server

LEAD = Entity(1, 77)
NOON = datetime(2026, 3, 2, 12, tzinfo=UTC)
CARD = LiveCard(
    title="Signature requested",
    lines=(
        Line("Offer 12.pdf", title="Document", action=OpenApp({"request": "r-1"})),
        Line("signed", title="Ann Lee", color="base_70"),
        Line("two\nlines", multiline=True, bold=True),
    ),
    origin_id="r-1",
    originator_id="PARAPH",
    tags=(Tag("1 of 2 signed", "warning"),),
    buttons=(
        Button("Open", OpenApp({"request": "r-1"}, title="Request", width=900), primary=True),
        Button("Remind", RestEvent("remind", {"request": "r-1"}), for_editors=True),
    ),
    deadline=datetime(2026, 12, 1, 18, tzinfo=UTC),
    deadline_title="Until",
    badge_code="paraph_wait",
    responsible_id=6,
    title_action=Redirect("/crm/lead/details/77/"),
)


class TestLiveCard:
    def test_is_written_as_the_docs_show(self) -> None:
        command = timeline.activity_add(LEAD, CARD)
        assert command.method == "crm.activity.configurable.add"
        assert (command.params["ownerTypeId"], command.params["ownerId"]) == (1, 77)
        assert command.params["fields"] == {
            "completed": "N",
            "originId": "r-1",
            "originatorId": "PARAPH",
            "responsibleId": 6,
            "deadline": "2026-12-01T18:00:00+00:00",
            "badgeCode": "paraph_wait",
        }
        layout = command.params["layout"]
        assert layout["header"]["tags"] == {"t0": {"title": "1 of 2 signed", "type": "warning"}}
        assert layout["footer"]["buttons"]["b1"] == {
            "title": "Remind",
            "type": "secondary",
            "hideIfReadonly": True,
            "action": {
                "type": "restEvent",
                "id": "remind",
                "animationType": "disable",
                "actionParams": {"request": "r-1"},
            },
        }
        assert layout["footer"]["buttons"]["b0"]["scope"] == "web"
        assert layout["body"]["blocks"]["l3"]["properties"]["block"]["type"] == "deadline"

    def test_holds_no_key_bitrix24_does_not_know(self) -> None:
        assert_known(layout_of(CARD))

    def test_survives_the_way_through_a_batch(self) -> None:
        sent = parse_cmd(to_cmd(timeline.activity_update(999, CARD))).params
        assert sent["id"] == "999"
        assert sent["layout"]["body"]["blocks"]["l0"]["properties"]["block"]["properties"]["text"] == "Offer 12.pdf"

    def test_more_lines_than_fit_are_counted(self) -> None:
        blocks = layout_of(replace(CARD, lines=[Line(str(n)) for n in range(30)]))["body"]["blocks"]
        assert len(blocks) == 20
        assert blocks["l19"]["properties"]["value"] == "… +12"

    @pytest.mark.parametrize(
        "change",
        [
            {"tags": [Tag("a")] * 3},
            {"buttons": [Button("a", Redirect("/"))] * 3},
            {"lines": [], "deadline": None},
            {"tags": [Tag("a", "lavender")]},
            {"lines": [Line("a", color="red")]},
            {"buttons": [Button("a", RestEvent("x", {"a b": "1"}))]},
        ],
    )
    def test_what_bitrix24_would_refuse_is_refused_before(self, change: dict[str, Any]) -> None:
        with pytest.raises(ValueError):
            layout_of(replace(CARD, **change))

    def test_the_new_id_is_read_from_the_answer(self) -> None:
        assert timeline.activity_id({"activity": {"id": 999}}) == 999
        assert timeline.activity_id([]) == 0


KNOWN = {
    "layout": {"icon", "header", "body", "footer"},
    "header": {"title", "titleAction", "tags"},
    "body": {"logo", "blocks"},
    "footer": {"buttons", "menu"},
    "text": {"value", "multiline", "title", "bold", "size", "color", "scope"},
    "link": {"text", "action", "bold", "scope"},
    "withTitle": {"title", "block", "inline", "scope"},
    "deadline": {"readonly", "scope"},
    "button": {"title", "type", "action", "scope", "hideIfReadonly"},
    "redirect": {"type", "uri"},
    "openRestApp": {"type", "actionParams", "sliderParams"},
    "restEvent": {"type", "id", "actionParams", "animationType"},
}


def assert_known(layout: dict[str, Any]) -> None:
    assert set(layout) <= KNOWN["layout"]
    for part in ("header", "body", "footer"):
        assert set(layout[part]) <= KNOWN[part]
    for block in layout["body"]["blocks"].values():
        assert_block(block)
    for button in layout["footer"]["buttons"].values():
        assert set(button) <= KNOWN["button"]
        assert set(button["action"]) <= KNOWN[button["action"]["type"]]


def assert_block(block: dict[str, Any]) -> None:
    assert set(block) == {"type", "properties"}
    assert set(block["properties"]) <= KNOWN[block["type"]]
    if inner := block["properties"].get("block"):
        assert inner["type"] in ("text", "link", "deadline")
        assert_block(inner)


def test_log_lines_and_pins_use_numbers() -> None:
    log = timeline.log_message(LEAD, "Signed", "Ann Lee signed")
    assert log.params["fields"] == {
        "entityTypeId": 1,
        "entityId": 77,
        "title": "Signed",
        "text": "Ann Lee signed",
        "iconCode": "info",
    }
    assert timeline.pin(5, LEAD).params == {"id": 5, "ownerTypeId": 1, "ownerId": 77}


class TestComment:
    @pytest.mark.parametrize(
        ("entity", "name"), [(LEAD, "lead"), (Entity(183, 5), "dynamic_183"), (Entity(31, 5), "smart_invoice")]
    )
    def test_carries_a_file_under_the_name_of_its_type(
        self, server: Server, portal: Portal, entity: Entity, name: str
    ) -> None:
        mini = MiniPortal(server)
        mini.on("crm.timeline.comment.add", 999)
        assert timeline.comment_with_files(portal, entity, "Sealed [B]", {"a.pdf": b"%PDF"}) == 999
        fields = mini.ran[0][1]["fields"]
        assert (fields["ENTITY_TYPE"], fields["ENTITY_ID"]) == (name, entity.id)
        assert base64.b64decode(fields["FILES"][0][1]) == b"%PDF"
        assert "[B]" not in fields["COMMENT"]

    def test_needs_a_text(self, portal: Portal) -> None:
        with pytest.raises(ValueError):
            timeline.comment_with_files(portal, LEAD, " ", {"a.pdf": b"x"})

    def test_without_a_number_it_is_an_error(self, server: Server, portal: Portal) -> None:
        MiniPortal(server).on("crm.timeline.comment.add", False)
        with pytest.raises(BitrixError):
            timeline.comment_with_files(portal, LEAD, "x", {"a.pdf": b"x"})

    def test_is_found_again_by_its_marker(self, server: Server, portal: Portal) -> None:
        row = {"ENTITY_ID": "77", "CREATED": "2026-03-02T15:00:00+03:00", "FILES": {"55": {"name": "offer (1).pdf"}}}
        rows = [
            {**row, "ID": "9", "COMMENT": "x"},
            {**row, "ID": "8", "COMMENT": "What is r-1?", "FILES": []},
            {**row, "ID": "7", "COMMENT": "Sealed \u00b7 r-1"},
            {**row, "ID": "6", "COMMENT": "Sealed \u00b7 r-2", "CREATED": "2026-03-02T14:59:59+03:00"},
        ]
        MiniPortal(server).on("crm.timeline.comment.list", rows)
        assert timeline.find_comment(portal, LEAD, "r-1", "offer.pdf", NOON) == 7
        assert timeline.find_comment(portal, LEAD, "r-1", "other.pdf", NOON) is None
        assert timeline.find_comment(portal, LEAD, "r-2", "offer.pdf", NOON) is None


class TestFindActivity:
    def test_believes_no_filter(self, server: Server, portal: Portal) -> None:
        row = {"OWNER_TYPE_ID": "1", "OWNER_ID": "77", "PROVIDER_ID": "CONFIGURABLE_REST_APP", "COMPLETED": "N"}
        rows = [
            {**row, "ID": "1", "ORIGIN_ID": "other"},
            {**row, "ID": "2", "ORIGIN_ID": "r-1", "OWNER_ID": "78"},
            {**row, "ID": "3", "ORIGIN_ID": "r-1", "PROVIDER_ID": "CRM_TODO"},
            {**row, "ID": "4", "ORIGIN_ID": "r-1"},
        ]
        MiniPortal(server).on("crm.activity.list", rows)
        found = timeline.find_activity(portal, LEAD, "r-1")
        assert found is not None
        assert found.id == 4
        assert timeline.find_activity(portal, LEAD, "r-9") is None

    def test_turns_pages(self, server: Server, portal: Portal) -> None:
        row = {
            "OWNER_TYPE_ID": "1",
            "OWNER_ID": "77",
            "PROVIDER_ID": "CONFIGURABLE_REST_APP",
            "ID": "4",
            "ORIGIN_ID": "r-1",
        }
        server.in_turn("/rest/crm.activity.list", {"result": [{"ID": "1"}] * 50, "next": 50}, {"result": [row]})
        assert timeline.find_activity(portal, LEAD, "r-1") is not None
        assert server.asked[1].body["start"] == 50


class TestNotification:
    def test_names_recipient_tag_and_link(self) -> None:
        command = notify(6, "Ann signed", tag="r-1", link=Link("/crm/lead/details/77/", "Lead"))
        assert command.method == "im.notify.system.add"
        assert command.params == {
            "USER_ID": 6,
            "MESSAGE": "Ann signed [URL=/crm/lead/details/77/]Lead[/URL]",
            "TAG": "r-1",
        }

    def test_text_of_people_holds_no_tags(self) -> None:
        message = str(notify(6, "[URL=https://evil.example]Ann[/URL]").params["MESSAGE"])
        assert "[URL" not in message
        assert "[/URL" not in message

    def test_a_deep_link_names_its_parameters(self) -> None:
        assert app_link("app.1", {"request": "r 1"}) == "/marketplace/view/app.1/?params%5Brequest%5D=r%201"
        assert link(app_link("app.1", {"a": "b"}), "Open").startswith("[URL=/marketplace/view/app.1/?params%5Ba%5D=b]")

    @pytest.mark.parametrize("url", ["javascript:alert(1)", "//evil.example", "/a b", "x", ""])
    def test_a_link_leads_to_the_portal_or_the_web(self, url: str) -> None:
        with pytest.raises(ValueError):
            link(url, "x")

    @settings(deadline=None)
    @given(st.text(), st.sampled_from(["B", "URL", "/B", "SEND"]))
    def test_no_text_can_hold_a_tag(self, text: str, tag: str) -> None:
        assert f"[{tag}" not in plain(text + f"[{tag}]")
