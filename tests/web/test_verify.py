"""The public verification pages: what they say of a file, what they tell of an address, what stays hidden."""

from __future__ import annotations

import io

import pytest
from playwright.sync_api import expect

from .chromium import DESK, PHONE, chromium, faults, overflow
from .signing_scene import TITLE, scene, sealed, send, serving


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return scene(tmp_path_factory.mktemp("verify")).app


@pytest.fixture(scope="module")
def final(app):
    """A sealed document: its request and its bytes."""
    return sealed(app)


@pytest.fixture
def client(app):
    return app.test_client()


def upload(client, data: bytes, path: str = "/verify"):
    return client.post(path, data={"document": (io.BytesIO(data), "agreement.pdf")})


def text(response) -> str:
    return response.get_data(as_text=True)


def test_the_page_asks_for_a_file(client):
    assert 'type="file"' in text(client.get("/verify"))


def test_the_sealed_file_is_genuine(client, final):
    request, pdf = final
    page = text(upload(client, pdf))
    for words in ("Genuine and unchanged", TITLE, "Romashka Trading", "V. L.", f"/verify/root/{request.id}.pem"):
        assert words in page
    assert "Vera" not in page


def test_one_flipped_bit_is_seen(client, final):
    _request, pdf = final
    page = text(upload(client, pdf[:5000] + bytes([pdf[5000] ^ 1]) + pdf[5001:]))
    assert "Genuine and unchanged" not in page
    assert TITLE not in page


def test_something_appended_is_seen(client, final):
    assert "Changed after sealing" in text(upload(client, final[1] + b"\n% more"))


def test_a_pdf_without_a_seal_is_not_ours(client, app):
    assert "Not sealed here" in text(upload(client, send(app).document))


@pytest.mark.parametrize("data", [b"hello", b"%PDF-1.7 broken", b"\x89PNG\r\n"])
def test_something_else_cannot_be_read(client, data):
    answer = upload(client, data)
    assert answer.status_code == 200
    assert "This file cannot be read" in text(answer) or "Not sealed here" in text(answer)


def test_no_file_is_said_at_the_form(client):
    answer = client.post("/verify")
    assert answer.status_code == 400
    assert "Choose a PDF file first." in text(answer)


def test_too_large_a_file_is_said(client):
    answer = upload(client, b"%PDF" + b"x" * (25 * 1024 * 1024))
    assert answer.status_code in (400, 413)
    assert "the limit is 25 MB" in text(answer)


def test_an_address_tells_who_sealed_when_but_no_title_and_no_name(client, final):
    request, _pdf = final
    page = text(client.get(f"/v/{request.id}"))
    assert "Romashka Trading" in page
    assert "V. L." in page
    assert "B. K." in page
    assert TITLE not in page
    assert "Vera" not in page


def test_an_address_alone_does_not_say_genuine(client, final):
    assert "That alone does not prove" in text(client.get(f"/v/{final[0].id}"))


def test_an_unfinished_document_tells_nothing_but_that(client, app):
    page = text(client.get(f"/v/{send(app).id}"))
    assert "Not sealed yet" in page
    assert TITLE not in page
    assert "Romashka" not in page


def test_an_unknown_address(client):
    answer = client.get("/v/nothing-here")
    assert answer.status_code == 404
    assert "No such document here" in text(answer)


def test_the_file_of_an_address_is_checked_against_it(client, app, final):
    request, pdf = final
    other, _other_pdf = sealed(app, "Another agreement")
    assert "Genuine and unchanged" in text(upload(client, pdf, f"/v/{request.id}"))
    page = text(upload(client, pdf, f"/v/{other.id}"))
    assert "Genuine, but another document" in page


def test_the_root_certificate_can_be_downloaded(client, final):
    answer = client.get(f"/verify/root/{final[0].id}.pem")
    assert answer.data.startswith(b"-----BEGIN CERTIFICATE-----")
    assert "attachment" in answer.headers["Content-Disposition"]
    assert b"PRIVATE" not in answer.data
    assert client.get("/verify/root/nothing.pem").status_code == 404


def test_nobody_frames_the_pages(client):
    assert "frame-ancestors 'none'" in client.get("/verify").headers["Content-Security-Policy"]


@pytest.mark.browser
@pytest.mark.parametrize("device", [PHONE, DESK], ids=["375", "1280"])
def test_checking_a_file_in_a_browser_with_the_keyboard(app, final, device):
    request, pdf = final
    with serving(app) as address, chromium() as browser:
        page = browser.new_context(base_url=address, **device).new_page()
        for path in ("/verify", f"/v/{request.id}", "/v/nothing"):
            page.goto(path)
            assert faults(page) == []
            assert overflow(page) == 0
        page.goto("/verify")
        page.get_by_test_id("verify-file").set_input_files(
            {"name": "a very long name of a file.pdf", "mimeType": "application/pdf", "buffer": pdf}
        )
        expect(page.get_by_text("a very long name of a file.pdf")).to_be_visible()
        page.get_by_test_id("verify-send").press("Enter")
        expect(page.get_by_test_id("verdict")).to_have_attribute("data-mood", "good")
        assert faults(page) == []
        assert overflow(page) == 0


@pytest.mark.browser
def test_too_large_a_file_is_stopped_before_it_is_sent(app, tmp_path):
    large = tmp_path / "large.pdf"
    with large.open("wb") as file:
        file.truncate(25 * 1024 * 1024 + 1)
    with serving(app) as address, chromium() as browser:
        page = browser.new_page(base_url=address)
        page.goto("/verify")
        page.get_by_test_id("verify-file").set_input_files(large)
        expect(page.get_by_role("alert")).to_have_text("This file is too large: the limit is 25 MB.")
        assert page.evaluate("document.querySelector('form').checkValidity()") is False
