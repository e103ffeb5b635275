"""One line a request: who asked for what kind of thing, how it ended, and nothing secret."""

from __future__ import annotations

import re
from typing import Any

import pytest
from structlog.contextvars import merge_contextvars
from structlog.testing import capture_logs

from tests.office import ANNA, Office

MADE = re.compile(r"[0-9a-f]{32}")


def asked(office: Office, path: str, method: str = "GET", **options: Any) -> dict[str, Any]:
    """Ask for something; returns the request's one line."""
    with capture_logs([merge_contextvars]) as lines:
        office.client.open(path, method=method, **options)
    [line] = [line for line in lines if line["event"] == "request"]
    return line


def test_the_line_names_the_routes_template_and_never_the_path_or_the_query(office: Office) -> None:
    line = asked(office, "/s/a-signers-secret/review?said=Ann")
    assert isinstance(line.pop("duration_ms"), float)
    assert MADE.fullmatch(line.pop("request_id"))
    assert line == {
        "event": "request",
        "log_level": "info",
        "route": "/s/<token>/review",
        "method": "GET",
        "status": 303,
    }


@pytest.mark.parametrize(
    ("path", "method", "route", "status"),
    [
        ("/nothing/ann@lee.example", "GET", "unknown", 404),
        ("/composer/send", "POST", "/composer/send", 403),
        ("/healthz", "DELETE", "unknown", 405),
    ],
)
def test_refusals_leave_a_line_too(office: Office, path: str, method: str, route: str, status: int) -> None:
    line = asked(office, path, method)
    assert (line["route"], line["status"]) == (route, status)


def test_a_number_that_the_caller_gives_is_kept_and_answered(office: Office) -> None:
    headers = {"X-Request-Id": "7f3c-proxy.12_A"}
    assert asked(office, "/healthz", headers=headers)["request_id"] == "7f3c-proxy.12_A"
    assert office.client.get("/healthz", headers=headers).headers["X-Request-Id"] == "7f3c-proxy.12_A"


@pytest.mark.parametrize("given", ["", "short", "a b c d e f g h", "x" * 65, '"}injected{"'])
def test_a_number_that_is_not_sane_is_made_anew(office: Office, given: str) -> None:
    line = asked(office, "/healthz", headers={"X-Request-Id": given})
    assert MADE.fullmatch(line["request_id"])
    assert MADE.fullmatch(office.client.get("/healthz").headers["X-Request-Id"])


def test_the_portal_is_named_once_it_is_proven_and_not_before(office: Office) -> None:
    with capture_logs([merge_contextvars]) as lines:
        office.tab(77, user=ANNA)
        office.tab(77, user=ANNA, AUTH_ID="forged")
    proven, forged = [line for line in lines if line["event"] == "request"]
    acme = office.sandbox.portal("acme").member_id
    assert (proven["portal"], proven["user_id"]) == (acme, ANNA)
    assert forged["status"] == 403
    assert "portal" not in forged


def test_a_signers_link_names_portal_and_request(office: Office) -> None:
    request_id = office.send(signer_email=["petra.watched@example.com"])
    office.work()
    line = asked(office, f"/s/{office.link('petra.watched@example.com')}")
    assert (line["portal"], line["signature_request"]) == (office.sandbox.portal("acme").member_id, request_id)


def test_nothing_of_a_request_is_left_for_the_next_one(office: Office) -> None:
    office.tab(77, user=ANNA)
    assert "portal" not in asked(office, "/healthz")
