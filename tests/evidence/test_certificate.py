"""The certificate page."""

from __future__ import annotations

import subprocess
from dataclasses import replace
from datetime import timedelta
from io import BytesIO

import pikepdf
import pytest

from b24app.domain.events import EventType
from b24app.errors import DocumentRefused
from b24app.evidence.certificate import CertificateData, EventEntry, PersonEntry, certificate_page, finish
from b24app.evidence.labels import EVENTS, LABELS, event_text, language_of
from b24app.evidence.seal import Sealer
from b24app.evidence.verify import verify
from b24app.evidence.wording import grouped, printable

from .conftest import NOW, URL, make_pdf

OLENA = PersonEntry(
    "Olena Kovalenko",
    "olena@example.com",
    "Kovalenko LLC",
    "Link by e-mail",
    "203.0.113.7",
    "Firefox",
    NOW - timedelta(hours=2),
    NOW - timedelta(hours=1),
    NOW,
)
MARIA = PersonEntry("Maria Bondar", "maria@example.com", signed_at=NOW)


def certified(events: int = 1, signer: PersonEntry = OLENA, locale: str = "en") -> CertificateData:
    trail = tuple(EventEntry(NOW + timedelta(minutes=n), f"Event number {n}") for n in range(events))
    digests = ("a" * 64, "b" * 64)
    return CertificateData("7c2f1c5e", "Supply agreement", *digests, 2, (signer,), trail, "c" * 64, URL, MARIA, locale)


def read(pdf: bytes) -> str:
    """Everything printed, on one line, without the invisible places to break."""
    done = subprocess.run(["pdftotext", "-layout", "-", "-"], input=pdf, capture_output=True, check=True)
    return " ".join(done.stdout.decode().replace("\u200b", "").split())


def test_one_page_tells_everything():
    page = certificate_page(certified())
    text = read(page.pdf)
    wanted = ["Supply agreement", "Olena Kovalenko", "olena@example.com", "203.0.113.7", "Firefox", "Maria Bondar"]
    wanted += ["2026-07-28 12:03:44 UTC", grouped("a" * 64), grouped("c" * 64), URL, "Event number 0"]
    assert [words for words in wanted if words not in text] == []
    assert page.page_count == 1


@pytest.mark.parametrize(
    ("locale", "words"), [("en", "Copies of this document go to"), ("uk", "Копії цього документа")]
)
def test_who_only_gets_a_copy_stands_between_people_and_trail(locale, words):
    copies = ("Kim Law, kim@law.example", f"{'x' * 64}@{'long.' * 30}example")
    text = read(certificate_page(replace(certified(locale=locale), copies=copies)).pdf)
    assert text.index("Maria Bondar") < text.index(words) < text.index("Kim Law, kim@law.example")
    assert text.index("Kim Law") < text.index("Event number 0")
    assert words not in read(certificate_page(certified(locale=locale)).pdf)


def test_forty_events_go_on_over_the_page_and_none_is_lost():
    page = certificate_page(certified(events=40))
    assert page.page_count == 2
    assert [n for n in range(40) if f"Event number {n}" not in read(page.pdf)] == []


def test_place_of_the_seal_is_free_and_on_the_page():
    page = certificate_page(certified(events=40))
    box = page.seal_box
    assert (page.seal_page_index, box.page) == (0, 1)
    assert 0 < box.x_pt < box.x_pt + box.w_pt < 596
    assert 0 < box.y_pt < box.y_pt + box.h_pt < 842
    assert page.seal_box_behind(2).page == 3


HOSTILE = [
    '#read("/etc/passwd") *bold* $x$ @label <b> \\ " ` ]',
    "W" * 5000,
    "\u202eexe.fdp \u2066hidden\u2069",
    "two\nlines\ttab\x00null\x1b[31m",
    "👩‍👩‍👧 雪 شكرا ﷽ " + "e\u0301" * 300,
    "",
]


@pytest.mark.parametrize("name", HOSTILE)
def test_hostile_names_print_as_text(name):
    signer = replace(OLENA, name=name, email=name, company=name, user_agent=name)
    data = replace(certified(signer=signer), title=name, events=(EventEntry(NOW, name),))
    page = certificate_page(data)
    assert "203.0.113.7" in read(page.pdf)
    assert page.page_count <= 2


def test_markup_in_a_name_stays_markup():
    text = read(certificate_page(certified(signer=replace(OLENA, name='#read("/etc/passwd") *x*'))).pdf)
    assert '#read("/etc/passwd") *x*' in text
    assert "root:" not in text


def test_ukrainian_certificate_is_ukrainian():
    text = read(certificate_page(certified(locale="uk_UA")).pdf)
    assert "Сертифікат завершення" in text
    assert "Certificate" not in text


def test_qr_code_is_vector():
    with pikepdf.open(BytesIO(certificate_page(certified()).pdf)) as pdf:
        assert not any(obj.get("/Subtype") == "/Image" for obj in pdf.objects if isinstance(obj, pikepdf.Stream))


def test_whole_life_ends_in_a_file_that_verifies(nordwind):
    page = certificate_page(certified())
    whole = finish(make_pdf(2), page.pdf)
    box = page.seal_box_behind(2)
    sealed = Sealer(nordwind).seal(whole, reason="Completed", now=NOW, seal_box=box, verification_url=URL)
    assert verify(sealed.pdf, [nordwind.root_pem], NOW).is_ours
    with pikepdf.open(BytesIO(sealed.pdf)) as pdf:
        assert len(pdf.pages) == 3
        assert len(pdf.pages[2].Annots) >= 1


def test_certificate_is_never_added_to_a_signed_file(sealed):
    with pytest.raises(DocumentRefused) as refusal:
        finish(sealed.pdf, certificate_page(certified()).pdf)
    assert refusal.value.reason == "signed"


def test_certificate_is_not_added_to_rubbish():
    with pytest.raises(DocumentRefused) as refusal:
        finish(b"rubbish", certificate_page(certified()).pdf)
    assert refusal.value.reason == "malformed"


def test_both_languages_have_every_word():
    assert LABELS["en"].keys() == LABELS["uk"].keys()
    assert EVENTS["en"].keys() == EVENTS["uk"].keys() == set(EventType)


def test_event_texts_name_the_signer_if_there_is_one():
    assert event_text(EventType.SIGNER_SIGNED, "Olena {0}", "en") == "Signed: Olena {0}"
    assert event_text(EventType.SIGNER_SIGNED, "", "uk") == "Підписано"
    assert [language_of(locale) for locale in ("uk-UA", "de", "")] == ["uk", "en", "en"]


def test_printable_text_has_one_line_and_a_limit():
    assert printable("a\r\nb\u202e c\x07", 20) == "a b c"
    assert printable("word " * 50, 20).endswith("…")
    assert printable("x" * 40, 60).replace("\u200b", "") == "x" * 40
