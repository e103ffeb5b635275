"""The review and the end: finished or declined."""

from __future__ import annotations

from b24app.domain.signature_request import SignerStatus, Status

from ..signing_scene import PLAIN, TITLE, VERA, send
from .conftest import TYPED

SCRIPT = {"X-Paraph-Fragment": "1"}


def text(response) -> str:
    return response.get_data(as_text=True)


def test_the_review_lists_what_was_entered(filled, client):
    page = text(client.get(f"/s/{filled.token}/review"))
    for words in ("Kyiv, Khreshchatyk 1", "filled in when you finish", VERA, "Lens LLC", 'data-testid="finish"'):
        assert words in page


def test_the_review_says_what_is_missing(agreed, client):
    page = text(client.get(f"/s/{agreed.token}/review"))
    assert "3 fields are still empty." in page
    assert 'data-testid="finish"' not in page


def test_finishing_signs_and_the_server_puts_the_date(filled, client):
    answer = client.post(f"/s/{filled.token}/finish")
    thanks = client.get(answer.headers["Location"])
    assert thanks.status_code == 200
    assert "Thank you, you have signed" in text(thanks)
    assert filled.signer().status is SignerStatus.SIGNED
    assert filled.values()[filled.fields["date"]]
    assert filled.event("signer_signed")["ip"] == "127.0.0.1"


def test_a_name_of_the_card_that_no_font_has_is_asked_for_in_other_letters(app, client):
    known = send(app, PLAIN, name="김철수")
    client.post(f"/s/{known.token}/consent", data={"agree": "yes"})
    client.post(f"/s/{known.token}/signature", data=TYPED)
    refused = client.post(f"/s/{known.token}/finish", headers=SCRIPT)
    assert (refused.status_code, refused.json["field"]) == (400, known.fields["name"])
    assert "김 철 수" in refused.json["error"]
    client.post(f"/s/{known.token}/value", data={"field": known.fields["name"], "text": "Kim Chulsoo"})
    assert client.post(f"/s/{known.token}/finish", headers=SCRIPT).status_code == 200
    assert known.signer().status is SignerStatus.SIGNED


def test_finishing_twice_signs_once_and_thanks_twice(filled, client):
    for _ in range(2):
        answer = client.post(f"/s/{filled.token}/finish")
        assert "Thank you" in text(client.get(answer.headers["Location"]))
    assert filled.events().count("signer_signed") == 1


def test_finishing_too_early_names_the_empty_place(agreed, client):
    answer = client.post(f"/s/{agreed.token}/finish", headers=SCRIPT)
    assert (answer.status_code, answer.json["field"]) == (400, agreed.fields["text"])
    page = client.post(f"/s/{agreed.token}/finish")
    assert page.status_code == 400
    assert "Fill in this field before you finish." in text(page)
    assert agreed.signer().status is not SignerStatus.SIGNED


def test_nobody_signs_without_consent(app, client):
    sent = send(app, PLAIN)
    client.post(f"/s/{sent.token}/signature", data=TYPED)
    client.post(f"/s/{sent.token}/finish")
    assert sent.signer().signed_at is None


def test_after_signing_the_next_signer_has_his_turn_and_sees_the_entries(filled, client):
    client.post(f"/s/{filled.token}/finish")
    client.post(f"/s/{filled.links[2]}/consent", data={"agree": "yes"})
    assert "Khreshchatyk" in text(client.get(f"/s/{filled.links[2]}"))


def test_after_signing_the_document_is_closed_to_its_signer(filled, client):
    client.post(f"/s/{filled.token}/finish")
    assert client.get(f"/s/{filled.token}/page/1").status_code == 409
    assert TITLE not in text(client.get(f"/s/{filled.token}"))


def test_declining_needs_a_reason(sent, client):
    answer = client.post(f"/s/{sent.token}/decline", data={"reason": "  "})
    assert answer.status_code == 400
    assert "Enter a reason" in text(answer)
    assert sent.load().status is Status.AWAITING_SIGNATURES


def test_declining_ends_the_document(sent, client):
    answer = client.post(f"/s/{sent.token}/decline", data={"reason": "The price is wrong"})
    assert client.get(answer.headers["Location"]).status_code == 410
    assert sent.signer().decline_reason == "The price is wrong"
    assert sent.load().status is Status.DECLINED


def test_no_page_frames_or_leaks_the_link(sent, client):
    answer = client.get(f"/s/{sent.token}")
    assert "frame-ancestors 'none'" in answer.headers["Content-Security-Policy"]
    assert answer.headers["Referrer-Policy"] == "no-referrer"
    assert answer.headers["Cache-Control"] == "no-store"
    assert "noindex" in text(answer)
