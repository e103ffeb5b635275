"""Comments, log entries, pins, notifications."""

from __future__ import annotations

import base64

import pytest

from b24app.sandbox.portal.portal import Portal
from tests.sandbox.conftest import ANNA, BORIS, Caller

PDF = base64.b64encode(b"%PDF-1.7 signed").decode()


def comment(caller: Caller, **fields: object) -> object:
    values = {"ENTITY_ID": 77, "ENTITY_TYPE": "lead", "COMMENT": "Signed"} | fields
    return caller.ok("crm.timeline.comment.add", fields=values)


def test_a_comment_carries_files(anna: Caller) -> None:
    number = comment(anna, FILES=[["signed.pdf", PDF]])
    row = anna.ok("crm.timeline.comment.get", id=number)
    (file,) = row["FILES"].values()
    assert (file["name"], file["size"], row["AUTHOR_ID"]) == ("signed.pdf", 15, "6")


@pytest.mark.parametrize(
    ("fields", "code"),
    [
        ({"ENTITY_TYPE": "lead", "COMMENT": "x"}, "100"),
        ({"ENTITY_ID": 77, "ENTITY_TYPE": "1", "COMMENT": "x"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": 9999, "ENTITY_TYPE": "lead", "COMMENT": "x"}, "OWNER_NOT_FOUND"),
        ({"ENTITY_ID": 77, "ENTITY_TYPE": "lead", "COMMENT": " ", "FILES": [["a.pdf", PDF]]}, "INVALID_ARG_VALUE"),
    ],
)
def test_a_wrong_comment_is_refused(anna: Caller, fields: dict[str, object], code: str) -> None:
    assert anna.error("crm.timeline.comment.add", fields=fields) == (code, 400)


def test_update_with_files_drops_the_old_ones(anna: Caller) -> None:
    number = comment(anna, FILES=[["a.pdf", PDF], ["b.pdf", PDF]])
    anna.ok("crm.timeline.comment.update", id=number, fields={"FILES": [["c.pdf", PDF]]})
    files = anna.ok("crm.timeline.comment.get", id=number)["FILES"]
    assert [file["name"] for file in files.values()] == ["c.pdf"]


def test_comment_errors_have_an_empty_code(boris: Caller, anna: Caller) -> None:
    number = comment(anna)
    assert boris.error("crm.timeline.comment.get", id=number) == ("", 400)
    assert boris.error("crm.timeline.comment.get", id=123456) == ("", 400)


def test_the_fourth_pin_is_refused(anna: Caller) -> None:
    numbers = [comment(anna) for _ in range(4)]
    for number in numbers[:3]:
        assert anna.ok("crm.timeline.item.pin", id=number, ownerTypeId=1, ownerId=77) is None
    assert anna.error("crm.timeline.item.pin", id=numbers[3], ownerTypeId=1, ownerId=77) == ("0", 400)
    anna.ok("crm.timeline.item.unpin", id=numbers[0], ownerTypeId=1, ownerId=77)
    assert anna.ok("crm.timeline.item.pin", id=numbers[3], ownerTypeId=1, ownerId=77) is None


def test_a_log_entry_needs_a_known_icon(anna: Caller) -> None:
    fields = {"entityTypeId": 1, "entityId": 77, "title": "Signed", "text": "by Ann Lee", "iconCode": "document"}
    assert anna.ok("crm.timeline.logmessage.add", fields=fields)["logMessage"]["title"] == "Signed"
    assert anna.error("crm.timeline.logmessage.add", fields=fields | {"iconCode": "unicorn"})[0] == "0"
    assert len(anna.ok("crm.timeline.logmessage.list", entityTypeId=1, entityId=77)) == 1


def test_a_record_can_be_shown_in_another_card(anna: Caller) -> None:
    number = comment(anna)
    anna.ok("crm.timeline.bindings.bind", fields={"OWNER_ID": number, "ENTITY_ID": 12, "ENTITY_TYPE": "company"})
    rows = anna.ok("crm.timeline.bindings.list", filter={"OWNER_ID": number})
    assert [row["ENTITY_TYPE"] for row in rows] == ["lead", "company"]


def test_a_tag_replaces_the_older_notification(anna: Caller, acme: Portal) -> None:
    anna.ok("im.notify.system.add", USER_ID=ANNA, MESSAGE="one signed", TAG="r1")
    anna.ok("im.notify.system.add", USER_ID=ANNA, MESSAGE="other", TAG="r2")
    anna.ok("im.notify.personal.add", USER_ID=ANNA, MESSAGE="two signed", TAG="r1")
    assert [note.text for note in acme.notifications.of(ANNA)] == ["two signed", "other"]


def test_a_tag_is_taken_from_other_recipients_too(anna: Caller, acme: Portal) -> None:
    anna.ok("im.notify.system.add", USER_ID=ANNA, MESSAGE="done", TAG="r1")
    anna.ok("im.notify.system.add", USER_ID=BORIS, MESSAGE="done", TAG="r1")
    assert acme.notifications.of(ANNA) == []


def test_notification_errors_are_named(anna: Caller) -> None:
    assert anna.error("im.notify.system.add", MESSAGE="x")[0] == "USER_ID_EMPTY"
    assert anna.error("im.notify.system.add", USER_ID=6, MESSAGE=" ")[0] == "MESSAGE_EMPTY"
    assert anna.ok("im.notify.system.add", USER_ID=999, MESSAGE="x") is False


def test_employees_read_their_own_notifications(anna: Caller, boris: Caller) -> None:
    anna.ok("im.notify.personal.add", USER_ID=BORIS, MESSAGE="hello", TAG="t")
    (note,) = boris.ok("im.notify.get")["notifications"]
    assert note["text"] == "hello"
    assert note["notify_tag"].startswith("MP|")
    assert anna.ok("im.notify.get") == {"notifications": [], "users": []}
