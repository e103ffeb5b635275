"""Signing by letter and inside the sender's application, and the files that come out."""

from __future__ import annotations

import io
import zipfile
from urllib.parse import parse_qs, urlsplit

import docusign_esign as ds
import pytest
import requests
from playwright.sync_api import Page, expect
from pyhanko.pdf_utils.reader import PdfFileReader
from pyhanko.sign.validation import validate_pdf_signature

from b24app.sandbox.docusign.service import DocuSign
from b24app.sandbox.esign.paper import reading
from b24app.sandbox.world import Sandbox
from tests.sandbox import browser
from tests.sandbox.docusign.conftest import ANN, MARCO, Client, document, link, refusal, sign_here, signer
from tests.sandbox.hosted import TYPED, post, told
from tests.sandbox.seals import signed_by_somebody, trusting

chromium = pytest.fixture(scope="module")(browser.chromium)
page = pytest.fixture(browser.phone)

RETURN = "https://app.example/back?x=1"


def sign(sandbox: Sandbox, person: tuple[str, str], **form: str) -> requests.Response:
    answer = post(link(sandbox, person), **TYPED | form)
    sandbox.docusign.settle()
    return answer


def test_one_signs_after_the_other(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN, MARCO)
    requests.get(link(sandbox, ANN), timeout=10)
    assert client.signers(envelope_id)[0].status == "delivered"
    assert client.get(envelope_id).status == "sent"
    sign(sandbox, ANN)
    assert [one.status for one in client.signers(envelope_id)] == ["completed", "sent"]
    requests.get(link(sandbox, MARCO), timeout=10)
    sign(sandbox, MARCO)
    envelope = client.get(envelope_id)
    assert (envelope.status, envelope.completed_date_time is not None) == ("completed", True)
    copies = {letter.recipients[0] for letter in sandbox.mailbox.letters() if letter.attachments}
    assert copies == {ANN[1], MARCO[1], sandbox.docusign.user.email}


def test_an_envelope_is_delivered_when_everybody_has_opened_it(sandbox: Sandbox, client: Client) -> None:
    people = ds.Recipients(signers=[signer(1, ANN, routing_order="1"), signer(2, MARCO, routing_order="1")])
    envelope_id = client.send(recipients=people)
    requests.get(link(sandbox, ANN), timeout=10)
    assert client.get(envelope_id).status == "sent"
    requests.get(link(sandbox, MARCO), timeout=10)
    assert client.get(envelope_id).status == "delivered"


def test_a_form_is_checked_and_its_values_come_back(sandbox: Sandbox, client: Client) -> None:
    def place(y: str) -> dict[str, str]:
        return {"document_id": "1", "page_number": "1", "x_position": "60", "y_position": y}

    radios = [ds.Radio(page_number="1", x_position=x, y_position="300", value=x) for x in ("60", "90")]
    items = [ds.ListItem(text=text, value=text) for text in ("Basic", "Full")]
    tabs = ds.Tabs(
        sign_here_tabs=[sign_here()],
        date_signed_tabs=[ds.DateSigned(**place("100"))],
        full_name_tabs=[ds.FullName(**place("130"))],
        text_tabs=[ds.Text(**place("160"), tab_label="po", name="Order", validation_pattern="[0-9]+", required="true")],
        checkbox_tabs=[ds.Checkbox(**place("200"), tab_label="terms")],
        list_tabs=[ds.List(**place("240"), tab_label="level", list_items=items, required="true")],
        radio_group_tabs=[ds.RadioGroup(document_id="1", group_name="way", radios=radios)],
    )
    envelope_id = client.send(recipients=ds.Recipients(signers=[signer(1, ANN, tabs=tabs)]))
    (before,) = client.signers(envelope_id)
    names = {
        "po": before.tabs.text_tabs[0].tab_id,
        "terms": before.tabs.checkbox_tabs[0].tab_id,
        "level": before.tabs.list_tabs[0].tab_id,
        "way": before.tabs.radio_group_tabs[0].radios[1].tab_id,
    }
    assert sorted(told(post(link(sandbox, ANN), **TYPED))) == ["Order: please fill in.", "level: please fill in."]
    values = {"po": "77", "terms": "1", "level": "Full"}
    form = {f"field-{names[label]}": value for label, value in values.items()} | {"group-way": names["way"]}
    assert told(sign(sandbox, ANN, **form))[0].startswith("You have finished signing.")
    (after,) = client.signers(envelope_id)
    assert after.tabs.text_tabs[0].value == "77"
    assert after.tabs.checkbox_tabs[0].selected == "true"
    assert after.tabs.list_tabs[0].value == "Full"
    assert [one.selected for one in after.tabs.radio_group_tabs[0].radios] == ["false", "true"]
    assert after.tabs.full_name_tabs[0].value == "Ann Lee"
    assert after.tabs.sign_here_tabs[0].status == "signed"
    assert after.tabs.date_signed_tabs[0].value == sandbox.docusign.clock.moment().strftime("%m/%d/%Y")


def test_declining_wants_a_reason_and_ends_the_envelope(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN, MARCO)
    assert told(post(link(sandbox, ANN), "/decline")) == ["Please say why you decline."]
    post(link(sandbox, ANN), "/decline", reason="Wrong price")
    envelope = client.get(envelope_id)
    assert (envelope.status, envelope.recipients.signers[0].declined_reason) == ("declined", "Wrong price")
    assert sandbox.mailbox.letters(MARCO[1]) == []


def test_a_signer_hands_over(sandbox: Sandbox, client: Client) -> None:
    envelope_id = client.send(ANN)
    old = link(sandbox, ANN)
    post(old, "/reassign", name=MARCO[0], email=MARCO[1])
    assert client.signers(envelope_id)[0].email == MARCO[1]
    assert requests.get(old, timeout=10).status_code == 404
    sign(sandbox, MARCO)
    assert client.get(envelope_id).status == "completed"


def test_an_access_code_comes_first(sandbox: Sandbox, client: Client) -> None:
    client.send(recipients=ds.Recipients(signers=[signer(1, ANN, access_code="4711")]))
    url, visitor = link(sandbox, ANN), requests.Session()
    assert "Service agreement" not in visitor.get(url, timeout=10).text
    assert told(visitor.post(f"{url}/code", data={"code": "1"}, timeout=10)) == ["This code is wrong."]
    assert "Service agreement" in visitor.post(f"{url}/code", data={"code": "4711"}, timeout=10).text


def embedded(client: Client, **changes: str) -> str:
    people = ds.Recipients(
        signers=[signer(1, ANN, client_user_id="s1", **changes), signer(2, MARCO, client_user_id="s2")]
    )
    return client.send(recipients=people)


def view(client: Client, envelope_id: str, person: tuple[str, str] = ANN, **changes: str) -> str:
    number = "s1" if person is ANN else "s2"
    given = {
        "return_url": RETURN,
        "authentication_method": "none",
        "email": person[1],
        "user_name": person[0],
        "client_user_id": number,
    }
    body = ds.RecipientViewRequest(**given | changes)
    return client.envelopes.create_recipient_view(client.account, envelope_id, recipient_view_request=body).url


def event(answer: requests.Response) -> str:
    """The event a redirect to returnUrl carries."""
    location = answer.headers["Location"]
    assert location.startswith(RETURN)
    return parse_qs(urlsplit(location).query)["event"][0]


def opened(url: str) -> str:
    """Open a view; the address of its session."""
    return requests.get(url, timeout=10).url


def test_an_embedded_signer_gets_no_letter_unless_asked_for(sandbox: Sandbox, client: Client) -> None:
    embedded(client)
    assert sandbox.mailbox.letters(ANN[1]) == []
    embedded(client, embedded_recipient_start_url="https://app.example/start")
    assert "https://app.example/start" in sandbox.mailbox.letters(ANN[1])[0].text


def test_a_view_signs_and_leads_back(client: Client, service: DocuSign) -> None:
    envelope_id = embedded(client)
    session = opened(view(client, envelope_id))
    assert told(post(session, **{"agree": "1"})) == [f"{tab_name(client, envelope_id)}: please sign."]
    assert event(post(session, **TYPED)) == "signing_complete"
    assert client.signers(envelope_id)[0].status == "completed"
    again = opened(view(client, envelope_id))
    assert event(post(again, "/close")) == "viewing_complete"


def tab_name(client: Client, envelope_id: str) -> str:
    return client.signers(envelope_id)[0].tabs.sign_here_tabs[0].tab_id


def test_a_view_is_declined_or_put_off(client: Client) -> None:
    envelope_id = embedded(client)
    assert event(post(opened(view(client, envelope_id)), "/later")) == "cancel"
    session = opened(view(client, envelope_id))
    assert event(post(session, "/decline", reason="No")) == "decline"
    assert event(requests.get(session, timeout=10, allow_redirects=False)) == "exception"


def test_a_view_opens_once_and_for_five_minutes(client: Client, service: DocuSign) -> None:
    envelope_id = embedded(client)
    url = view(client, envelope_id)
    opened(url)
    assert event(requests.get(url, timeout=10, allow_redirects=False)) == "ttl_expired"
    late = view(client, envelope_id)
    service.advance(300)
    assert event(requests.get(late, timeout=10, allow_redirects=False)) == "ttl_expired"


def test_a_session_times_out(client: Client, service: DocuSign) -> None:
    session = opened(view(client, embedded(client)))
    service.advance(1201)
    assert event(requests.get(session, timeout=10, allow_redirects=False)) == "session_timeout"


@pytest.mark.parametrize(
    ("changes", "code"),
    [
        ({"email": MARCO[1]}, "UNKNOWN_ENVELOPE_RECIPIENT"),
        ({"user_name": "Ann"}, "UNKNOWN_ENVELOPE_RECIPIENT"),
        ({"client_user_id": ""}, "UNKNOWN_ENVELOPE_RECIPIENT"),
        ({"recipient_id": "2"}, "UNKNOWN_ENVELOPE_RECIPIENT"),
        ({"return_url": ""}, "INVALID_REQUEST_PARAMETER"),
        ({"return_url": "https://x.example/" + "x" * 460}, "INVALID_REQUEST_PARAMETER"),
    ],
)
def test_a_view_must_match_the_recipient(client: Client, changes: dict[str, str], code: str) -> None:
    envelope_id = embedded(client)
    with pytest.raises(ds.ApiException) as refused:
        view(client, envelope_id, **changes)
    assert refusal(refused.value) == (400, code)


def test_a_view_out_of_sequence_is_refused(client: Client) -> None:
    with pytest.raises(ds.ApiException) as refused:
        view(client, embedded(client), MARCO)
    assert refusal(refused.value) == (400, "RECIPIENT_NOT_IN_SEQUENCE")


def test_a_view_for_somebody_asked_by_letter_is_refused(client: Client) -> None:
    with pytest.raises(ds.ApiException) as refused:
        view(client, client.send(ANN))
    assert refusal(refused.value) == (400, "UNKNOWN_ENVELOPE_RECIPIENT")


def test_a_view_may_be_framed_where_it_says_so(client: Client) -> None:
    url = view(client, embedded(client), frame_ancestors=["https://app.example"])
    page = requests.get(url, timeout=10)
    assert page.headers["Content-Security-Policy"] == "frame-ancestors https://app.example"


def completed(sandbox: Sandbox, client: Client) -> str:
    documents = [document(), document(document_id="2", name="Annex")]
    envelope_id = client.send(ANN, documents=documents)
    sign(sandbox, ANN)
    return envelope_id


def test_finished_files_are_signed_by_the_service_and_take_further_signatures(sandbox: Sandbox, client: Client) -> None:
    content = client.file(completed(sandbox, client))
    first, _ = PdfFileReader(io.BytesIO(signed_by_somebody(content))).embedded_signatures
    status = validate_pdf_signature(first, trusting("DocuSign"))
    assert (status.intact, status.valid, status.trusted, status.docmdp_ok) == (True, True, True, True)
    assert "Ann Lee" in reading.texts(content)[0].text


def test_the_certificate_comes_apart_or_behind_the_documents(sandbox: Sandbox, client: Client) -> None:
    envelope_id = completed(sandbox, client)
    title = "Certificate Of Completion"
    assert title in reading.texts(client.file(envelope_id, "certificate"))[0].text
    pages = [page.text for page in reading.texts(client.file(envelope_id, certificate="true"))]
    assert (len(pages), title in pages[-1]) == (3, True)
    assert len(reading.texts(client.file(envelope_id, certificate="false"))) == 2


def test_everything_comes_in_a_zip(sandbox: Sandbox, client: Client) -> None:
    box = client.file(completed(sandbox, client), "archive")
    assert zipfile.ZipFile(io.BytesIO(box)).namelist() == ["Договір.pdf", "Annex.pdf", "Summary.pdf"]


@pytest.mark.browser
def test_a_letters_link_is_signed_on_a_phone(sandbox: Sandbox, client: Client, page: Page) -> None:
    envelope_id = client.send(ANN)
    page.goto(link(sandbox, ANN))
    expect(page.get_by_test_id("page-picture")).to_be_visible()
    assert page.evaluate("document.documentElement.scrollWidth <= window.innerWidth")
    page.get_by_test_id("signature-typed").fill("Ann Lee")
    page.get_by_test_id("agree").check()
    page.get_by_test_id("sign").click()
    expect(page.get_by_test_id("notice")).to_contain_text("You have finished signing.")
    assert client.get(envelope_id).status == "completed"
