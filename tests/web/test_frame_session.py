"""The frame's session: whose it is, where it is read from, what it is worth elsewhere; and what errors give away."""

from __future__ import annotations

import io

import pytest
import structlog
from flask import Flask
from structlog.testing import capture_logs

from b24app import ROOT
from b24app.logs import without_words
from b24app.web import doors, error_pages
from tests.office import ANNA, OLENA, VERA, Office, Page

TOO_LARGE = 27 * 1024 * 1024


@pytest.fixture(scope="module")
def home(office: Office) -> Page:
    return office.launch("/", user=ANNA)


def tokens(page: Page) -> dict[str, str]:
    return {"paraph_session": page.meta("paraph-session"), "csrf_token": page.meta("csrf-token")}


def test_a_post_needs_both_tokens(office: Office, home):
    assert office.client.post("/home", data=tokens(home)).status_code == 200
    for missing in ("paraph_session", "csrf_token"):
        some = {name: value for name, value in tokens(home).items() if name != missing}
        assert office.client.post("/requests/", data=some).status_code == 403


def test_a_session_is_not_read_from_an_address_or_a_cookie(office: Office, home):
    assert office.client.post("/requests/", query_string=tokens(home)).status_code == 403
    cookies = "; ".join(f"{name}={value}" for name, value in tokens(home).items())
    assert office.client.post("/requests/", headers={"Cookie": cookies}).status_code == 403


def test_one_persons_csrf_token_does_not_fit_anothers_session(office: Office, home):
    other = office.launch("/", user=OLENA)
    mixed = tokens(home) | {"csrf_token": other.meta("csrf-token")}
    assert office.client.post("/requests/", data=mixed).status_code == 403


def test_a_launch_never_goes_on_with_a_session_that_came_along(office: Office, home):
    planted = office.launch("/", user=VERA, portal="globex", **tokens(home))
    assert planted.status == 200
    assert planted.meta("csrf-token") != home.meta("csrf-token")
    request_id = office.send(77, user=ANNA)
    assert planted.post(f"/requests/{request_id}").status == 404


def test_a_forged_or_changed_session_opens_nothing(office: Office, home):
    token = home.meta("paraph-session")
    for forged in ("x", token[:-2], "x" + token, token + "x", token.replace(".", "..")):
        assert office.client.post("/requests/", data=tokens(home) | {"paraph_session": forged}).status_code == 403


@pytest.mark.parametrize("path", ["/composer/upload", "/verify"])
def test_what_is_too_large_is_said_without_scripts_as_well(office: Office, home, path):
    file = {"file": (io.BytesIO(bytes(TOO_LARGE)), "a.pdf")}
    answer = office.client.post(path, data={**tokens(home), **file})
    assert answer.status_code == 413
    assert "25 MB" in answer.get_data(as_text=True)
    if path != "/verify":
        assert "frame-ancestors *" in answer.headers["Content-Security-Policy"]


def test_a_bug_is_logged_without_its_words(office: Office, monkeypatch):
    words = "-".join(("ann", "lee", "example"))

    def broken() -> None:
        raise ValueError(words)

    app = Flask("b24app", template_folder=str(ROOT / "templates"), static_folder=str(ROOT / "static"))
    doors.register(app, office.ctx)
    app.add_url_rule("/broken", view_func=broken)
    with monkeypatch.context() as patched, capture_logs([without_words]) as logged:
        patched.setattr(error_pages, "log", structlog.get_logger())  # not the one that keeps its processors
        page = app.test_client().get("/broken")
    assert page.status_code == 500
    assert [entry["error"] for entry in logged if entry["event"] == "bug"] == ["ValueError"]
    assert words not in f"{logged}{page.get_data(as_text=True)}"


@pytest.mark.parametrize("path", ["/s/x", "/s/x/decline", "/verify", "/v/x", "/"])
def test_pages_with_secret_addresses_are_not_kept_and_send_no_referrer(office: Office, path):
    answer = office.client.get(path)
    assert answer.headers["Cache-Control"] == "no-store"
    assert answer.headers["Referrer-Policy"] == "no-referrer"


@pytest.mark.parametrize("anchor", ["x\r\nX-Evil: 1", "//evil.example", "https://evil.example", "@evil.example"])
def test_a_redirect_stays_here_whatever_host_and_anchor_say(office: Office, anchor):
    answer = office.client.post("/s/x/value", data={"field": "f", "anchor": anchor}, headers={"Host": "evil.example"})
    assert answer.headers["Location"].startswith("/s/x")
    assert "X-Evil" not in answer.headers
