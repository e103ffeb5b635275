"""The door behind a signer's link: what each visit and each form does, and what it never does."""

from __future__ import annotations

import base64
import hashlib
import io

import pytest
from PIL import Image, ImageDraw

from b24app.domain.signature_request import SignerStatus, Status
from b24app.web.signing_attempts import MISSES, WINDOW_S, Attempts

from .signing_scene import PLAIN, TITLE, VERA, scene, send

SCRIPT = {"X-Paraph-Fragment": "1"}
TYPED = {"kind": "signature", "signature_kind": "type", "signature_text": VERA}


@pytest.fixture(scope="module")
def app(tmp_path_factory):
    return scene(tmp_path_factory.mktemp("signing")).app


@pytest.fixture
def sent(app):
    return send(app)


@pytest.fixture
def client(app):
    return app.test_client()


@pytest.fixture
def agreed(sent, client):
    """Vera has consented."""
    client.post(f"/s/{sent.token}/consent", data={"agree": "yes"})
    return sent


@pytest.fixture
def filled(agreed, client):
    """Vera has filled in everything but has not finished."""
    for kind, text in (("checkbox", "yes"), ("text", "Kyiv, Khreshchatyk 1")):
        client.post(f"/s/{agreed.token}/value", data={"field": agreed.fields[kind], "text": text})
    client.post(f"/s/{agreed.token}/signature", data=TYPED)
    client.post(f"/s/{agreed.token}/signature", data={**TYPED, "kind": "initials", "signature_text": "VL"})
    return agreed


def drawn(size=(300, 100)) -> str:
    image = Image.new("RGBA", size)
    ImageDraw.Draw(image).line([(10, 80), (90, 20), (280, 70)], fill="black", width=4)
    file = io.BytesIO()
    image.save(file, "PNG")
    return "data:image/png;base64," + base64.b64encode(file.getvalue()).decode()


def text(response) -> str:
    return response.get_data(as_text=True)


# --- looking


def test_looking_at_the_link_changes_nothing(sent, client):
    for path in ("", "/review", "/decline", "/page/1", "/page/1/text"):
        client.get(f"/s/{sent.token}{path}")
        client.head(f"/s/{sent.token}{path}")
    assert sent.signer().status is SignerStatus.INVITED
    assert sent.signer().viewed_at is None


def test_the_page_itself_says_that_it_was_seen(sent, client):
    page = text(client.get(f"/s/{sent.token}"))
    assert f'data-view="/s/{sent.token}/view"' in page
    client.post(f"/s/{sent.token}/view", headers=SCRIPT)
    assert sent.signer().status is SignerStatus.VIEWED


def test_seen_twice_is_recorded_once(sent, client):
    for _ in range(2):
        assert client.post(f"/s/{sent.token}/view", headers=SCRIPT).status_code == 200
    assert sent.events().count("signer_viewed") == 1


def test_consent_comes_before_the_document(sent, client):
    page = text(client.get(f"/s/{sent.token}"))
    assert "Before you sign electronically" in page
    assert "/page/1" not in page
    assert "price table" not in page


def test_the_document_comes_after_consent(agreed, client):
    page = text(client.get(f"/s/{agreed.token}"))
    assert page.count('class="sheet"') == 2
    assert "The Contractor provides the services" in page  # for screen readers
    assert "It cannot be edited" in page


def test_review_waits_for_consent(sent, client):
    assert client.get(f"/s/{sent.token}/review").headers["Location"] == f"/s/{sent.token}"


def test_page_images_come_at_the_width_asked_for(agreed, client):
    small, large = (client.get(f"/s/{agreed.token}/page/1?w={w}") for w in (300, 1400))
    assert small.mimetype == "image/webp"
    assert Image.open(io.BytesIO(small.data)).width < Image.open(io.BytesIO(large.data)).width


def test_a_page_that_is_not_there(agreed, client):
    for path in ("/page/9", "/page/0", "/page/9/text"):
        assert client.get(f"/s/{agreed.token}{path}").status_code == 404


def test_the_page_speaks_the_signers_language(app, client):
    sent = send(app, locale="uk")
    page = text(client.get(f"/s/{sent.token}", headers={"Accept-Language": "en"}))
    assert '<html lang="uk">' in page


def test_hostile_names_stay_text(app, client):
    sent = send(app, title="<img src=x onerror=alert(1)> {{7*7}} 100%", name='<script>alert("x")</script>')
    client.post(f"/s/{sent.token}/consent", data={"agree": "yes"})
    for path in ("", "/review", "/decline"):
        page = text(client.get(f"/s/{sent.token}{path}"))
        assert "<img src=x" not in page
        assert "<script>alert" not in page
        assert "{{7*7}} 100%" in page


# --- links that open nothing


@pytest.mark.parametrize("path", ["", "/decline"])
def test_a_strangers_link_is_a_friendly_404(client, path):
    answer = client.get(f"/s/not-a-token{path}")
    assert answer.status_code == 404
    assert "This link leads nowhere" in text(answer)


def test_too_many_wrong_links_are_slowed_down_and_right_ones_are_not(sent, client):
    noisy = {"REMOTE_ADDR": "203.0.113.7"}
    codes = [client.get(f"/s/wrong-{n}", environ_base=noisy).status_code for n in range(MISSES + 1)]
    assert codes == [404] * MISSES + [429]
    assert client.get(f"/s/{sent.token}", environ_base=noisy).status_code == 200


def test_wrong_links_are_forgotten_after_a_while():
    attempts = Attempts()
    assert [attempts.miss("1.2.3.4", 0.0) for _ in range(MISSES + 1)][-1]
    assert not attempts.miss("1.2.3.4", WINDOW_S + 1)


def test_out_of_turn_nothing_of_the_document_is_shown(agreed, client):
    answer = client.get(f"/s/{agreed.links[2]}")
    assert answer.status_code == 200
    assert "It is not your turn yet" in text(answer)
    assert TITLE not in text(answer)


def test_out_of_turn_no_page_is_given(agreed, client):
    assert client.get(f"/s/{agreed.links[2]}/page/1").status_code == 409


@pytest.mark.parametrize(
    ("status", "words"),
    [("declined", "declined"), ("voided", "called back"), ("expired", "has passed"), ("refused", "not approved")],
)
def test_an_ended_document_is_gone(agreed, client, status, words):
    agreed.change(status=status)
    answer = client.get(f"/s/{agreed.token}")
    assert answer.status_code == 410
    assert words in text(answer)
    assert TITLE not in text(answer)
    assert client.get(f"/s/{agreed.token}/page/1").status_code == 409


@pytest.mark.parametrize("deed", ["view", "consent", "correct", "value", "signature", "finish", "decline"])
def test_a_deed_on_an_ended_document_leads_back_to_its_link(agreed, client, deed):
    agreed.change(status="voided")
    data = {"agree": "yes", "reason": "no", "name": "X", **TYPED}
    answer = client.post(f"/s/{agreed.token}/{deed}", data=data)
    assert (answer.status_code, answer.headers["Location"]) == (303, f"/s/{agreed.token}")
    assert client.post(f"/s/{agreed.token}/{deed}", data=data, headers=SCRIPT).json == {"closed": f"/s/{agreed.token}"}
    assert agreed.values() == {}


@pytest.mark.parametrize("deed", ["view", "consent", "correct", "value", "signature", "finish"])
def test_deeds_are_never_done_by_get(agreed, client, deed):
    assert client.get(f"/s/{agreed.token}/{deed}").status_code in (404, 405)


# --- consent and correction


def test_consent_is_recorded_with_its_words_address_and_browser(sent, client):
    client.post(f"/s/{sent.token}/consent", data={"agree": "yes"}, headers={"User-Agent": "Phone " + "x" * 500})
    event = sent.event("signer_consented")
    assert event["ip"] == "127.0.0.1"
    assert len(str(event["user_agent"])) == 300
    with sent.app.test_request_context():
        from b24app.web.signing_consent import consent_text

        assert event["text_sha256"] == hashlib.sha256(consent_text().encode()).hexdigest()


def test_without_the_tick_there_is_no_consent(sent, client):
    answer = client.post(f"/s/{sent.token}/consent")
    assert answer.status_code == 400
    assert "Tick the box" in text(answer)
    assert sent.signer().consented_at is None


def test_a_wrong_name_can_be_corrected(agreed, client):
    answer = client.post(f"/s/{agreed.token}/correct", data={"name": "Vera  Lenz ", "company": ""})
    assert "Corrected." in text(client.get(answer.headers["Location"]))
    assert (agreed.signer().name, agreed.signer().company) == ("Vera Lenz", "")


def test_an_empty_name_is_said_at_its_field(agreed, client):
    answer = client.post(f"/s/{agreed.token}/correct", data={"name": " "})
    assert answer.status_code == 400
    assert "Your name cannot be empty." in text(answer)
    assert agreed.signer().name == VERA


# --- entries


def test_entries_survive_leaving_and_returning(filled, client):
    page = text(client.get(f"/s/{filled.token}"))
    assert 'value="Kyiv, Khreshchatyk 1"' in page
    assert 'value="yes" checked' in page
    assert page.count("data:image/png;base64") == 2
    assert "5 of 5" in page


def test_an_entry_saved_by_a_plain_form_returns_to_its_place(agreed, client):
    data = {"field": agreed.fields["text"], "text": "Kyiv", "anchor": "entry-2"}
    answer = client.post(f"/s/{agreed.token}/value", data=data)
    assert answer.headers["Location"] == f"/s/{agreed.token}?said=saved#entry-2"


def test_a_box_can_be_cleared_again(filled, client):
    client.post(f"/s/{filled.token}/value", data={"field": filled.fields["checkbox"]})
    assert filled.values()[filled.fields["checkbox"]] == ""


@pytest.mark.parametrize("kind", ["date", "signature"])
def test_dates_and_signatures_cannot_be_typed(agreed, client, kind):
    data = {"field": agreed.fields[kind], "text": "1 January 2020"}
    answer = client.post(f"/s/{agreed.token}/value", data=data, headers=SCRIPT)
    assert (answer.status_code, answer.json["field"]) == (400, agreed.fields[kind])
    assert agreed.values() == {}


def test_another_signers_place_cannot_be_filled(agreed, client):
    answer = client.post(f"/s/{agreed.token}/value", data={"field": "name-2-1", "text": "x"}, headers=SCRIPT)
    assert answer.status_code == 400
    assert agreed.values() == {}


def test_too_long_an_entry_is_said_at_its_place(agreed, client):
    answer = client.post(f"/s/{agreed.token}/value", data={"field": agreed.fields["text"], "text": "x" * 501})
    assert answer.status_code == 400
    assert "This is too long: 500 characters at most." in text(answer)


def test_errors_come_in_the_forms_language_or_english(agreed, client):
    data = {"field": agreed.fields["text"], "text": "x" * 501, "lang": "xx"}
    answer = client.post(f"/s/{agreed.token}/value", data=data, headers=SCRIPT)
    assert answer.json["error"].startswith("This is too long")


# --- signatures


def test_one_signature_goes_to_its_places_only(agreed, client):
    answer = client.post(f"/s/{agreed.token}/signature", data=TYPED, headers=SCRIPT).json
    assert answer["places"] == [agreed.fields["signature"]]
    assert answer["ink"].startswith("data:image/png;base64,")
    assert agreed.fields["initials"] not in agreed.values()


def test_a_drawn_signature_is_kept(agreed, client):
    data = {"kind": "signature", "signature_kind": "draw", "signature_image": drawn()}
    assert client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT).status_code == 200
    assert agreed.values()[agreed.fields["signature"]]


def test_an_uploaded_signature_is_kept(agreed, client):
    picture = (io.BytesIO(base64.b64decode(drawn().split(",")[1])), "me.png")
    data = {"kind": "signature", "signature_kind": "upload", "signature_file": picture}
    assert client.post(f"/s/{agreed.token}/signature", data=data).status_code == 303
    assert agreed.values()[agreed.fields["signature"]]


def test_a_signature_can_be_given_anew(filled, client):
    before = filled.values()[filled.fields["signature"]]
    data = {**TYPED, "signature_text": "V. Lens", "field": filled.fields["signature"]}
    client.post(f"/s/{filled.token}/signature", data=data)
    assert filled.values()[filled.fields["signature"]] != before


@pytest.mark.parametrize(
    ("given", "words"),
    [
        ({}, "Draw, type or upload"),
        ({"signature_kind": "draw"}, "Draw, type or upload"),
        ({"signature_kind": "draw", "signature_image": "data:image/png;base64,!!"}, "not a picture"),
        ({"signature_kind": "draw", "signature_image": "https://elsewhere.example/x.png"}, "not a picture"),
        ({"signature_kind": "type", "signature_text": "  "}, "Type your name"),
        ({"signature_kind": "type", "signature_text": "x" * 81}, "80 characters at most"),
        ({"signature_kind": "upload"}, "Draw, type or upload"),
        ({"signature_kind": "saved"}, "Draw, type or upload"),
    ],
)
def test_an_unusable_signature_is_said_in_words(agreed, client, given, words):
    answer = client.post(f"/s/{agreed.token}/signature", data=given, headers=SCRIPT)
    assert (answer.status_code, answer.json["field"]) == (400, "signature")
    assert words in answer.json["error"]
    assert words in text(client.post(f"/s/{agreed.token}/signature", data=given))


def test_a_file_that_is_no_picture_is_refused(agreed, client):
    data = {"signature_kind": "upload", "signature_file": (io.BytesIO(b"%PDF-1.7"), "x.png")}
    assert client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT).status_code == 400
    assert agreed.values() == {}


def test_too_large_a_picture_is_refused(agreed, client):
    data = {"signature_kind": "upload", "signature_file": (io.BytesIO(b"x" * (2 * 1024 * 1024 + 1)), "x.png")}
    answer = client.post(f"/s/{agreed.token}/signature", data=data, headers=SCRIPT)
    assert "larger than 2 MB" in answer.json["error"]


# --- the end


def test_the_review_lists_what_was_entered(filled, client):
    page = text(client.get(f"/s/{filled.token}/review"))
    for words in ("Kyiv, Khreshchatyk 1", "put in when you finish", VERA, "Lens LLC", 'data-testid="finish"'):
        assert words in page


def test_the_review_says_what_is_missing(agreed, client):
    page = text(client.get(f"/s/{agreed.token}/review"))
    assert "3 places are still empty." in page
    assert 'data-testid="finish"' not in page


def test_finishing_signs_and_the_server_puts_the_date(filled, client):
    answer = client.post(f"/s/{filled.token}/finish")
    thanks = client.get(answer.headers["Location"])
    assert thanks.status_code == 200
    assert "Thank you, you have signed" in text(thanks)
    assert filled.signer().status is SignerStatus.SIGNED
    assert filled.values()[filled.fields["date"]]
    assert filled.event("signer_signed")["ip"] == "127.0.0.1"


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
    assert "Fill in this place before you finish." in text(page)
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
    assert "Give a reason" in text(answer)
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
