"""Names that are markup, commands or headers: read as text on every page, in every letter, in the portal."""

from __future__ import annotations

import pytest

from tests.office import OLENA, Office

HOSTILE = 79
SCRIPT = "<script>alert(1)</script>"
NAME = f"{SCRIPT}\"'><img src=x onerror=alert(1)> [URL=//evil.example]x[/URL] {{{{7*7}}}} {{link}}"
RAW = ("<script>alert", "<img src=x", "onerror=alert(1)>")


@pytest.fixture(scope="module")
def request_id(office: Office) -> str:
    found = office.send(HOSTILE, user=OLENA, signer_name=[NAME], letter_body=f"Hello {{signer_name}}, {SCRIPT}")
    office.work()
    return found


def harmless(text: str) -> bool:
    return not any(raw in text for raw in RAW) and "49" not in text.split("{{7*7}}")[0][-2:]


def test_the_composer_shows_names_as_text(office: Office):
    page = office.composer(HOSTILE, user=OLENA)
    assert page.status == 200
    assert "&lt;script&gt;" in page.text
    assert harmless(page.text)


@pytest.mark.parametrize("path", ["/home", "/requests/"])
def test_lists_show_names_as_text(office: Office, request_id, path):
    assert harmless(office.launch("/", user=OLENA).post(path, plain=True).text)


def test_the_request_page_shows_names_as_text(office: Office, request_id):
    page = office.launch("/", options={"request": request_id}, user=OLENA)
    assert "&lt;script&gt;" in page.text
    assert harmless(page.text)


def test_the_letter_and_the_signing_pages_show_names_as_text(office: Office, request_id):
    letter = newest_letter(office)
    token = letter.text.partition("/s/")[2].split()[0]
    assert harmless(letter.html)
    for path in ("", "/decline", "/review"):
        assert harmless(office.client.get(f"/s/{token}{path}", follow_redirects=True).get_data(as_text=True))
    office.client.post(f"/s/{token}/consent", data={"agree": "yes"})
    for path in ("", "/review"):
        page = office.client.get(f"/s/{token}{path}").get_data(as_text=True)
        assert "&lt;script&gt;" in page
        assert harmless(page)


def test_a_reason_cannot_speak_bb_code_in_the_portal(office: Office):
    request_id = office.send(HOSTILE, user=OLENA, signer_name=["[URL=//evil.example]Ann[/URL]"])
    office.work()
    token = newest_letter(office).text.partition("/s/")[2].split()[0]
    office.client.post(f"/s/{token}/decline", data={"reason": "[URL=https://evil.example]click[/URL]"})
    office.work()
    told = str([note.__dict__ for note in office.sandbox.portal("acme").notifications.all])
    assert request_id in told
    assert "[URL=https://evil.example" not in told
    assert "[URL=//evil" not in told
    assert "evil.example" in told  # it reads as text


def newest_letter(office: Office):
    return office.sandbox.mailbox.letters()[-1]
