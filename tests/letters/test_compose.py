"""Letters as their reader's mail program sees them."""

from __future__ import annotations

from datetime import UTC, datetime
from email import message_from_bytes, policy
from email.message import EmailMessage
from html.parser import HTMLParser

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from b24app.errors import ConfigError, MailError
from b24app.letters.addresses import parse_sender
from b24app.letters.compose import Attachment, Envelope, Person, Wording, compose, default_wording, message_id
from b24app.letters.smtp import WIRE
from b24app.letters.wordings import KINDS, WORDINGS, Kind

LINK = "https://sign.example.com/s/q8Yx0kT3vN5cJ2mWzR7b"
ANNA = {
    "signer_name": "Olena Marchenko",
    "document": "Service agreement",
    "sender_name": "Anna Kovalenko",
    "sender_company": "Northwind",
    "expires_on": "12 December 2026",
    "reason": "The terms have changed.",
}
TO = Person("olena@example.com", "Olena Marchenko")
ENVELOPE = Envelope(TO, "Paraph <signatures@paraph.example>", "r1:5", datetime(2026, 3, 2, 12, tzinfo=UTC))


def received(message: EmailMessage) -> EmailMessage:
    """Read a letter back from the bytes that go over the wire."""
    read = message_from_bytes(message.as_bytes(policy=WIRE), policy=policy.default)
    assert isinstance(read, EmailMessage)
    assert not read.defects
    return read


def write(
    kind: Kind = "invitation",
    wording: Wording | None = None,
    *,
    envelope: Envelope = ENVELOPE,
    locale: str = "en",
    link: str | None = LINK,
    code: str = "",
    attachments: tuple[Attachment, ...] = (),
    **values: str,
) -> EmailMessage:
    words = wording or default_wording(kind, locale)
    letter = compose(
        kind, words, {**ANNA, **values}, envelope, locale=locale, brand_name="Paraph", link=link, code=code,
        attachments=attachments,
    )  # fmt: skip
    return received(letter)


def text_of(message: EmailMessage, subtype: str = "plain") -> str:
    part = message.get_body((subtype,))
    assert part is not None
    return str(part.get_content())


class Page(HTMLParser):
    """Collects the addresses a reader can press, the tags and the visible words."""

    def __init__(self, html: str) -> None:
        super().__init__()
        self.links: list[str] = []
        self.tags: list[str] = []
        self.words = ""
        self.feed(html)

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        self.tags.append(tag)
        self.links += [value or "" for name, value in attrs if name == "href"]

    def handle_data(self, data: str) -> None:
        self.words += data


@pytest.mark.parametrize("locale", ["en", "uk"])
@pytest.mark.parametrize("kind", KINDS)
def test_every_letter_is_whole_in_both_languages(kind: Kind, locale: str) -> None:
    message = write(kind, locale=locale, code="482913")
    words = message["Subject"] + text_of(message) + Page(text_of(message, "html")).words
    assert "{" not in message["Subject"] + text_of(message)
    assert "Olena Marchenko" in words
    assert ("Hello" if locale == "en" else "Вітаємо") in words


def test_both_languages_speak_of_the_same_kinds() -> None:
    assert set(WORDINGS["en"]) == set(WORDINGS["uk"]) == set(KINDS)


@pytest.mark.parametrize(
    ("locale", "greeting"), [("uk_UA", "Вітаємо"), ("uk-UA", "Вітаємо"), ("de", "Hello"), ("", "Hello")]
)
def test_an_unknown_language_is_answered_in_english(locale: str, greeting: str) -> None:
    assert greeting in text_of(write(locale=locale))


def test_the_invitation_has_one_button_and_the_same_address_below() -> None:
    page = Page(text_of(write(), "html"))
    assert page.links == [LINK, LINK]
    assert "img" not in page.tags
    assert "Read and sign" in page.words


def test_the_html_loads_nothing_from_outside() -> None:
    html = text_of(write(), "html")
    assert html.count("https://") == html.count(LINK)
    assert not {"script", "link", "iframe", "form"} & set(Page(html).tags)


def test_a_link_in_an_administrators_words_can_be_pressed() -> None:
    message = write(wording=Wording("Sign", "Here: {link}."))
    assert Page(text_of(message, "html")).links.count(LINK) == 3
    assert f"Here: {LINK}." in text_of(message)


def test_who_has_nothing_to_open_gets_no_button() -> None:
    message = write("over", link=None)
    assert Page(text_of(message, "html")).links == []
    assert "forward" not in text_of(message)


def test_only_a_personal_link_is_called_personal() -> None:
    assert "do not forward" in text_of(write("invitation"))
    assert "do not forward" not in text_of(write("copy"))


@pytest.mark.parametrize("kind", KINDS)
def test_the_code_stands_only_where_it_is_given(kind: Kind) -> None:
    assert "482913" in text_of(write("code", code="482913"), "html")
    assert "Your code" not in text_of(write(kind), "html").replace("Your code for", "")


def test_lines_about_missing_values_are_left_out() -> None:
    text = text_of(write("over", reason="", sender_company=""))
    assert "Reason" not in text
    assert "()" not in text_of(write(sender_company=""))
    assert "Sign by" not in text_of(write(expires_on=""))


def test_a_sender_without_name_is_called_by_his_company() -> None:
    message = write(sender_name="")
    assert message["Subject"] == "Northwind asks you to sign: Service agreement"
    assert message["From"].addresses[0].display_name == "Northwind via Paraph"
    nameless = write(sender_name="", sender_company="")
    assert nameless["From"].addresses[0].display_name == "Paraph"


def test_headers_tell_mail_programs_what_this_is() -> None:
    reply_to = Person("anna@northwind.example", "Анна Коваленко")
    message = write(envelope=Envelope(TO, ENVELOPE.mail_from, "r1:5", ENVELOPE.at, reply_to))
    assert message["From"].addresses[0].addr_spec == "signatures@paraph.example"
    assert message["From"].addresses[0].display_name == "Anna Kovalenko via Paraph"
    assert message["Reply-To"].addresses[0].addr_spec == "anna@northwind.example"
    assert message["Reply-To"].addresses[0].display_name == "Анна Коваленко"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["Date"].datetime == ENVELOPE.at
    assert message["List-Unsubscribe"] is None


def test_a_useless_reply_address_is_left_out() -> None:
    message = write(envelope=Envelope(TO, ENVELOPE.mail_from, "r1:5", ENVELOPE.at, Person("nobody", "Nobody")))
    assert message["Reply-To"] is None


def test_a_letter_sent_again_has_the_same_message_id() -> None:
    assert write()["Message-ID"] == write()["Message-ID"] == message_id("r1:5", ENVELOPE.mail_from)
    assert message_id("r1:5", ENVELOPE.mail_from) != message_id("r1:6", ENVELOPE.mail_from)
    assert message_id("r1:5", "Paraph <a@почта.example>").endswith("@xn--80a1acny.example>")


def test_the_address_of_an_international_domain_is_written_in_ascii() -> None:
    message = write(envelope=Envelope(Person("olena@пошта.укр"), ENVELOPE.mail_from, "k", ENVELOPE.at))
    assert message["To"].addresses[0].addr_spec == "olena@xn--80a1acn3a.xn--j1amh"


@pytest.mark.parametrize("email", ["no address", "a@b.example\r\nBcc: c@d.example", "@example.com"])
def test_a_letter_to_nowhere_bounces_at_once(email: str) -> None:
    with pytest.raises(MailError) as caught:
        write(envelope=Envelope(Person(email), ENVELOPE.mail_from, "k", ENVELOPE.at))
    assert (caught.value.code, caught.value.permanent) == ("rejected_recipient", True)


def test_a_sender_address_nobody_can_use_is_a_wrong_setting() -> None:
    assert parse_sender("signatures@localhost") == Person("signatures@localhost")
    with pytest.raises(ConfigError, match="PARAPH_MAIL_FROM"):
        parse_sender("Paraph")


def test_the_attachment_keeps_its_name_and_bytes() -> None:
    message = write("copy", attachments=(Attachment("../Договір\r\n№ 1.pdf", b"%PDF-1.7 \x00\xff"),))
    (part,) = message.iter_attachments()
    assert part.get_filename() == "..-Договір № 1.pdf"
    assert part.get_content_type() == "application/pdf"
    assert part.get_content() == b"%PDF-1.7 \x00\xff"


def test_no_value_becomes_markup() -> None:
    message = write(signer_name='<img src=x onerror="alert(1)">', document="</title><script>", sender_company="{{7*7}}")
    page = Page(text_of(message, "html"))
    assert "img" not in page.tags
    assert "script" not in page.tags
    assert '<img src=x onerror="alert(1)">' in page.words
    assert "{{7*7}}" in page.words


names = st.text(max_size=200)


@given(name=names, document=names, sender=names, company=names)
@settings(max_examples=60, deadline=None)
def test_no_name_breaks_out_of_a_header(name: str, document: str, sender: str, company: str) -> None:
    envelope = Envelope(
        Person("olena@example.com", name), ENVELOPE.mail_from, "k", ENVELOPE.at, Person("a@b.example", name)
    )
    message = write(envelope=envelope, signer_name=name, document=document, sender_name=sender, sender_company=company)
    assert [address.addr_spec for address in message["To"].addresses] == ["olena@example.com"]
    assert [address.addr_spec for address in message["From"].addresses] == ["signatures@paraph.example"]
    assert [address.addr_spec for address in message["Reply-To"].addresses] == ["a@b.example"]
    expected = {"From", "To", "Reply-To", "Subject", "Date", "Message-ID", "MIME-Version", "Content-Type"}
    assert set(message.keys()) == expected | {"Auto-Submitted", "X-Auto-Response-Suppress"}


@pytest.mark.parametrize(
    "name", ['Anna, "Boss" <x@y.example>', "Коваленко, Анна (відділ)", "O'Neil; a@b", "Ann\r\nBcc: x@y.example"]
)
def test_difficult_names_arrive_as_they_are(name: str) -> None:
    message = write(envelope=Envelope(Person("olena@example.com", name), ENVELOPE.mail_from, "k", ENVELOPE.at))
    assert message["To"].addresses[0].display_name == " ".join(name.split())
