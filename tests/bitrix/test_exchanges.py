from __future__ import annotations

from typing import Any

import pytest

from b24app.bitrix.exchanges import Exchange, Whose, method_of


@pytest.mark.parametrize(
    ("status", "body", "error", "outcome"),
    [
        (200, {"result": []}, "", "ok"),
        (200, {"result": {"result_error": {"a": {"error": "X"}}}}, "", "partly"),
        (400, {"error": "NOT_FOUND"}, "", "refused"),
        (200, {"error": "", "error_description": "Not found"}, "", "refused"),
        (401, {"error": "expired_token"}, "", "expired"),
        (503, {"error": "QUERY_LIMIT_EXCEEDED"}, "", "limited"),
        (503, None, "not_json", "limited"),
        (502, None, "not_json", "unusable"),
        (0, None, "unreachable", "unreachable"),
        (0, None, "moved", "moved"),
        (0, None, "timeout", "no_answer"),
        (0, None, "outcome_unknown", "no_answer"),
        (404, "<file of 9 bytes>", "download_refused", "unusable"),
    ],
)
def test_an_exchange_is_judged(status: int, body: Any, error: str, outcome: str) -> None:
    exchange = Exchange("POST", "https://acme.example/rest/batch", {}, status=status, received=body)
    assert exchange.entry(error).outcome == outcome


@pytest.mark.parametrize(
    ("url", "method", "family"),
    [
        ("https://acme.example/rest/crm.item.get", "crm.item.get", "crm.item"),
        ("https://acme.example/rest/crm.timeline.comment.add.json", "crm.timeline.comment.add", "crm.timeline"),
        ("https://acme.example/rest/user.admin", "user.admin", "user"),
        ("https://acme.example/rest/batch", "batch", "batch"),
        ("https://oauth.example/rest/app.info?auth=x", "app.info", "app"),
        ("https://oauth.example/oauth/token/", "oauth.token", "oauth"),
        ("https://[", "", ""),
    ],
)
def test_the_method_is_read_from_the_address(url: str, method: str, family: str) -> None:
    assert method_of(url) == method
    entry = Exchange("POST", url, {}, Whose("acme", 6)).entry("bad_url")
    assert (entry.method, entry.family, entry.whose) == (method, family, Whose("acme", 6))


def test_a_code_that_is_no_code_is_not_written_down() -> None:
    body = {"error": "Ann Lee has no access", "error_description": "no"}
    assert Exchange("POST", "https://a.example/rest/x", {}, status=400, received=body).entry().error == "invalid"
