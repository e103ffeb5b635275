"""A signer's link: what looking at it shows, and what it never does."""

from __future__ import annotations

import io
from datetime import UTC, datetime

import pytest
from PIL import Image

from b24app.clock import to_ms
from b24app.domain.signature_request import SignerStatus
from b24app.store import database
from b24app.store.tables import Request
from b24app.web.signing_attempts import MISSES, WINDOW_S, Attempts

from ..signing_scene import TITLE, send
from .conftest import TYPED

SCRIPT = {"X-Paraph-Fragment": "1"}


def text(response) -> str:
    return response.get_data(as_text=True)


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
    assert "cannot be edited" in page


def test_review_waits_for_consent(sent, client):
    assert client.get(f"/s/{sent.token}/review").headers["Location"] == f"/s/{sent.token}"


def test_page_images_come_at_the_width_asked_for(agreed, client):
    small, large = (client.get(f"/s/{agreed.token}/page/1?w={w}") for w in (300, 1400))
    assert small.mimetype == "image/png"
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


@pytest.mark.parametrize("path", ["", "/decline"])
def test_a_strangers_link_is_a_friendly_404(client, path):
    answer = client.get(f"/s/not-a-token{path}")
    assert answer.status_code == 404
    assert "This link does not work" in text(answer)


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
    [("declined", "declined"), ("voided", "withdrawn"), ("expired", "has passed"), ("refused", "not approved")],
)
def test_an_ended_document_is_gone(agreed, client, status, words):
    agreed.change(status=status)
    answer = client.get(f"/s/{agreed.token}")
    assert answer.status_code == 410
    assert words in text(answer)
    assert TITLE not in text(answer)
    assert client.get(f"/s/{agreed.token}/page/1").status_code == 409


def test_whoever_is_in_the_middle_of_it_when_the_last_day_ends_is_told_until_when_it_was(agreed, client):
    end = datetime(2026, 3, 6, 5, tzinfo=UTC)  # of the fifth in New York
    with database.writing():
        Request.update(expires_at=to_ms(end), time_zone="America/New_York").where(Request.id == agreed.id).execute()
    answer = client.post(f"/s/{agreed.token}/finish", follow_redirects=True)
    assert answer.status_code == 410
    assert "It could be signed until the end of March 5, 2026" in text(answer)
    assert "nothing has been signed" in text(answer)


def test_the_last_day_is_named_as_people_there_call_it(sent, client):
    end = datetime(2100, 3, 6, 5, tzinfo=UTC)
    with database.writing():
        Request.update(expires_at=to_ms(end), time_zone="America/New_York").where(Request.id == sent.id).execute()
    assert "sign by March 5, 2100" in text(client.get(f"/s/{sent.token}"))


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
