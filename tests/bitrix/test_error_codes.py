from __future__ import annotations

import pytest

from b24app.bitrix.error_codes import CODES, SENTENCES, kind_of, meaning_of, to_error
from b24app.bitrix.methods import is_write
from b24app.errors import ReconnectNeeded


@pytest.mark.parametrize("code", sorted(CODES))
@pytest.mark.parametrize("spelling", [str.lower, str.upper])
def test_every_code_gives_a_whole_sentence(code: str, spelling: object) -> None:
    error = to_error(400, {"error": spelling(code), "error_description": "Because 100%."}, "crm.item.get")  # type: ignore[operator]
    assert str(error).endswith(".")
    assert "crm.item.get" in str(error)
    assert "%(" not in str(error)
    assert error.code == code
    assert kind_of(error) == CODES[code].kind


def test_every_kind_has_a_sentence() -> None:
    assert {meaning.kind for meaning in CODES.values()} <= set(SENTENCES)


@pytest.mark.parametrize(
    "code", ["expired_token", "invalid_grant", "ERROR_OAUTH", "NOT_INSTALLED", "APPLICATION_NOT_FOUND"]
)
def test_dead_connections_ask_to_reconnect(code: str) -> None:
    assert isinstance(to_error(401, {"error": code}, "x"), ReconnectNeeded)


@pytest.mark.parametrize(
    ("status", "body", "kind"),
    [
        (400, {"error": "", "error_description": "Not found"}, "not_found"),
        (400, {"error": "", "error_description": "Access denied."}, "denied"),
        (400, {"error": "", "error_description": "You do not have permissions to view"}, "denied"),
        (401, {"error": ""}, "expired_token"),
        (403, {"error": ""}, "denied"),
        (500, {"error": "SOMETHING"}, "server"),
        (503, {"error": ""}, "rate_limited"),
        (400, {"error": "ERROR_CORE"}, "invalid"),
        (200, {"error": 0, "error_description": "Template not found"}, "not_found"),
    ],
)
def test_unknown_codes_are_judged_by_words_and_status(status: int, body: dict[str, object], kind: str) -> None:
    assert meaning_of(status, body).kind == kind


def test_a_free_plan_is_named() -> None:
    body = {"error": "ACCESS_DENIED", "error_description": "REST API is available only on commercial plans."}
    assert "plan" in str(to_error(403, body, "profile"))


def test_a_description_loses_personal_data() -> None:
    body = {"error": "ERROR_CORE", "error_description": "Duplicate of ann@lee.example"}
    assert "ann@" not in str(to_error(400, body, "crm.item.add"))


@pytest.mark.parametrize(
    "method",
    [
        "crm.item.get",
        "crm.lead.contact.items.get",
        "profile",
        "user.search",
        "crm.item.fields",
        "crm.activity.list",
        "user.admin",
        "placement.list",
        "app.info",
    ],
)
def test_reading_methods_are_known(method: str) -> None:
    assert not is_write(method)


@pytest.mark.parametrize(
    "method",
    [
        "crm.item.add",
        "placement.bind",
        "im.notify.system.add",
        "disk.storage.getForApp",
        "bizproc.event.send",
        "whatever.new",
        "batch",
    ],
)
def test_everything_else_may_write(method: str) -> None:
    assert is_write(method)
