"""Documents of the composer: files in an order, taken from Bitrix24, waited for; the list of what is wrong."""

from __future__ import annotations

import html
import io
import re
from collections.abc import Iterator
from hashlib import sha256

import pikepdf
import pytest

from b24app.documents.preview import page_texts
from b24app.domain.events import EventType
from b24app.sandbox.examples import pdf
from b24app.services.composing import ComposeForm
from b24app.store import audit
from b24app.store.tables import Composer, Request, Upload
from b24app.web.composer_files import reordered
from tests.office import ANNA, BORIS, Office, Page, usual_form

OFFER = pdf.write("Offer", "No. 1", ["Work for money."])
ANNEX = pdf.write("Annex", "No. 2", ["All the details."])


@pytest.fixture
def world(office: Office) -> Iterator[Office]:
    """The office, whose generator is quick and whose faults are over afterwards."""
    acme = office.sandbox.portal("acme")
    acme.generator.conversion_s = 0.0
    yield office
    acme.faults.clear()


def upload(page: Page, data: bytes = OFFER, name: str = "Offer.pdf") -> Page:
    file = (io.BytesIO(data), name)
    return page.post("/composer/upload", {"composer_id": page.value("composer_id"), "file": file})


def with_files(page: Page, *names: str, **changes: object) -> dict[str, object]:
    return usual_form(page, source="upload", template_id=None, document=list(names)) | changes


def panel(page: Page) -> str:
    return page.post("/composer/bitrix24", {"composer_id": page.value("composer_id")}).text


def pick(page: Page, what: str) -> Page:
    return page.post("/composer/pick", {"composer_id": page.value("composer_id"), "pick": what})


def choices(text: str) -> dict[str, str]:
    """What can be picked: name -> value."""
    rows = re.findall(r'data-pick="([^"]+)".*?choice__name">(.*?)</span>', text, re.DOTALL)
    return {html.unescape(name): value for value, name in rows}


@pytest.fixture(scope="module")
def sent(office: Office) -> Request:
    """Two files, sent in the other order."""
    page = office.composer(77, user=ANNA)
    offer, annex = upload(page).value("document"), upload(page, ANNEX, "Annex.pdf").value("document")
    form = with_files(page, annex, offer, needs_approval=None)
    form = {name: value for name, value in form.items() if value is not None}
    shown = page.post("/composer/preview", form)
    assert re.findall(r'data-testid="part">(.*?)<', shown.text) == ["Annex", "Offer"]
    answer = page.post("/composer/send", {**form, "prepared_id": shown.value("prepared_id")})
    assert answer.status == 200, answer.text
    return Request.get(Request.id == form["composer_id"])


def test_several_files_are_sent_in_the_order_of_the_list(office: Office, sent: Request):
    assert sent.title == "Annex"
    with pikepdf.open(io.BytesIO(office.ctx.blobs.get(sent.document_sha256))) as whole, whole.open_outline() as outline:
        assert [item.title for item in outline.root] == ["Annex", "Offer"]
    assert {place["page"] for place in sent.fields} == {3}


def test_the_trail_names_every_file_by_what_came_in(sent: Request):
    (event,) = [event for event in audit.events(sent.portal, sent.id) if event.type is EventType.REQUEST_SENT]
    assert [(file["title"], file["sha256"]) for file in event.data["files"]] == [
        ("Annex", sha256(ANNEX).hexdigest()),
        ("Offer", sha256(OFFER).hexdigest()),
    ]
    assert sent.parts == event.data["files"]


def test_certificate_and_history_name_the_files_too(office: Office, sent: Request):
    office.sign(sent.id)
    final = office.ctx.blobs.get(Request.get(Request.id == sent.id).final_sha256)
    certificate = page_texts(final)[-1].replace("\u200b", "").replace("\n", "")
    assert sha256(ANNEX).hexdigest() in certificate
    assert "“Offer” begins on page 2" in certificate.replace("  ", " ")
    shown = office.tab(77, user=ANNA).post(f"/requests/{sent.id}")
    assert shown.count("history-file") == 2


def test_a_file_behind_a_template_moves_no_place(page: Page):
    before = page.post("/composer/preview", usual_form(page))
    annex = upload(page, ANNEX, "Annex.pdf").value("document")
    behind = page.post("/composer/preview", usual_form(page, document=["template", annex]))
    ahead = page.post("/composer/preview", usual_form(page, document=[annex, "template"]))
    pages = [shown.count("preview-page") for shown in (before, behind, ahead)]
    assert pages[1] == pages[2] == pages[0] + 1
    assert before.count("place") == behind.count("place") == ahead.count("place")


def test_a_strangers_file_is_left_out(world: Office, page: Page):
    other = world.composer(80, user=BORIS)
    strange = upload(other).value("document")
    refused = page.post("/composer/preview", with_files(page, strange))
    assert refused.status == 400
    assert "Choose a file" in refused.response.get_json()["error"]


def test_a_plain_form_adds_a_file_and_moves_it(page: Page):
    offer = upload(page).value("document")
    form = with_files(page, offer, file=(io.BytesIO(ANNEX), "Annex.pdf"))
    annex = re.findall(r'name="document" value="([^"]+)"', page.post("/composer/preview", form, plain=True).text)[-1]
    moved = page.post("/composer/documents", with_files(page, offer, annex, move=f"{annex}:-1"), plain=True)
    assert re.findall(r'data-testid="part">(.*?)<', moved.text) == ["Annex", "Offer"]


def test_a_plain_form_looks_into_bitrix24_and_takes_a_document(page: Page):
    form = with_files(page, source="bitrix24")
    found = choices(page.post("/composer/bitrix24", form, plain=True).text)
    taken = page.post("/composer/pick", form | {"pick": found["Offer 2026-009"]}, plain=True)
    assert (taken.count("upload-result"), taken.has("preview-page")) == (1, True)
    refused = page.post("/composer/pick", form | {"pick": "drive:1"}, plain=True)
    assert (refused.status, refused.has("composer"), "error" in refused.text) == (200, True, True)


@pytest.mark.parametrize(
    ("move", "drop", "order"),
    [
        ("b:-1", "", ("b", "a", "template")),
        ("a:-1", "", ("a", "b", "template")),
        ("template:1", "", ("a", "b", "template")),
        ("x:1", "", ("a", "b", "template")),
        ("a:9", "", ("a", "b", "template")),
        ("", "a", ("b", "template")),
        ("", "template", ("template", "a", "b")),
    ],
)
def test_the_list_is_ordered_by_small_steps(move: str, drop: str, order: tuple[str, ...]):
    form = ComposeForm("c", "template", "t", documents=("a", "b", "template"))
    assert reordered(form, move, drop).chosen == order


def test_a_doubt_must_be_confirmed_before_it_is_sent(page: Page):
    scan = pikepdf.open(io.BytesIO(OFFER))
    scan.Root.OpenAction = pikepdf.Dictionary(S=pikepdf.Name.JavaScript, JS="app.alert(1)")
    target = io.BytesIO()
    scan.save(target)
    form = with_files(page, upload(page, target.getvalue()).value("document"), accept_empties="")
    shown = page.post("/composer/preview", form)
    assert re.findall(r'data-code="(\w+)"', shown.text) == ["removed"]
    assert "removed from the file: scripts" in shown.text
    form["prepared_id"] = shown.value("prepared_id")
    assert "empties" in page.post("/composer/send", form).response.get_json()["problems"]
    assert page.post("/composer/send", {**form, "accept_empties": "1"}).status == 200


def test_a_signed_file_is_sent_as_it_is_once_that_was_seen(page: Page):
    signed = pikepdf.open(io.BytesIO(OFFER))
    value = pikepdf.Dictionary(Type=pikepdf.Name.Sig, ByteRange=[0, 1, 2, 3], Contents=b"\0" * 16)
    field = signed.make_indirect(pikepdf.Dictionary(FT=pikepdf.Name.Sig, T="s", V=value))
    signed.Root.AcroForm = pikepdf.Dictionary(Fields=[field], SigFlags=3)
    target = io.BytesIO()
    signed.save(target)
    form = with_files(page, upload(page, target.getvalue()).value("document"), accept_empties="")
    shown = page.post("/composer/preview", form)
    assert (shown.count("preview-page"), re.findall(r'data-code="(\w+)"', shown.text)) == (1, ["note", "signed"])
    form["prepared_id"] = shown.value("prepared_id")
    assert "empties" in page.post("/composer/send", form).response.get_json()["problems"]
    assert page.post("/composer/send", {**form, "accept_empties": "1"}).status == 200


def test_a_document_of_bitrix24_is_taken_over(page: Page):
    found = choices(panel(page))
    taken = pick(page, found["Service agreement 2026-014"])
    assert (taken.status, 'data-state="ready"' in taken.text) == (200, True)
    assert page.post("/composer/preview", with_files(page, taken.value("document"))).count("preview-page") >= 2


def test_a_new_document_is_made_and_waited_for(world: Office):
    page = world.composer(77)  # an administrator may see templates
    world.sandbox.portal("acme").generator.conversion_s = 3600
    made = pick(page, choices(panel(page))["Offer"])
    form = with_files(page, made.value("document"))
    assert 'data-state="pending"' in made.text
    assert page.post("/composer/preview", form).has("preview-waiting")
    look = {"composer_id": page.value("composer_id"), "look": made.value("document")}
    assert 'data-state="pending"' in page.post("/composer/look", look).text
    for document in world.sandbox.portal("acme").generator.documents.values():
        document.ready_at = 0
    assert 'data-state="ready"' in page.post("/composer/look", look).text
    assert page.post("/composer/preview", form).has("preview-page")


def test_nobody_waits_longer_than_five_minutes(world: Office):
    page = world.composer(77)
    world.sandbox.portal("acme").generator.conversion_s = 3600
    made = pick(page, choices(panel(page))["Offer"])
    Upload.update(created_at=Upload.created_at - 301_000).where(Upload.id == made.value("document")).execute()
    look = {"composer_id": page.value("composer_id"), "look": made.value("document")}
    failed = page.post("/composer/look", look)
    assert 'data-state="failed"' in failed.text
    assert "five minutes" in failed.text
    assert "could not be taken over" in page.post("/composer/preview", with_files(page, made.value("document"))).text


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (("DOCGEN_LIMIT_ERROR", "Limit"), "does not allow any more documents"),
        (("", "Module documentgenerator is not installed"), "has no document generator"),
        (("DOCGEN_ACCESS_ERROR", "Access denied"), "to those only who may change them"),
    ],
)
def test_what_the_generator_refuses_is_said_in_words(world: Office, error: tuple[str, str], words: str):
    page = world.composer(77)
    found = choices(panel(page))
    world.sandbox.portal("acme").faults.add(
        "method_error", method="crm.documentgenerator.document.add", error=error[0], description=error[1], status=400
    )
    refused = pick(page, found["Offer"])
    assert refused.status == 502
    assert words in refused.response.get_json()["error"]


def test_who_may_not_see_templates_is_told_why(page: Page):
    assert "to those only who may change them" in panel(page)


def test_a_file_of_the_card_is_taken_over(world: Office):
    acme = world.sandbox.portal("acme")
    stored = acme.files.add("act.pdf", OFFER, ANNA)
    acme.edit_item(1, 77, UF_CRM_SIGNED_CONTRACT=stored.id)
    page = world.composer(77, user=ANNA)
    taken = pick(page, choices(panel(page))["Signed contract"])
    assert 'data-state="ready"' in taken.text
    assert "Signed contract" in taken.text
    kept = Composer.get(Composer.id == page.value("composer_id")).snapshot
    assert "urlMachine" not in str(kept)


def test_a_file_on_the_drive_is_found_and_taken_over(world: Office):
    acme = world.sandbox.portal("acme")
    common = next(storage for storage in acme.drive.storages.values() if storage.entity_type == "common")
    folder = acme.drive.add_folder(acme.drive.folders[common.root], "Contracts")
    acme.files.add_to_disk(acme.files.add("Frame contract.pdf", OFFER, 1), common.id, folder.id)
    acme.files.add_to_disk(acme.files.add("Price list.pdf", ANNEX, 1), common.id, folder.id)
    page = world.composer(77, user=ANNA)
    opened = {"composer_id": page.value("composer_id")}
    assert "Company drive" in panel(page)
    assert f'data-folder="{folder.id}"' in page.post("/composer/drive", opened | {"folder": common.root}).text
    found = choices(page.post("/composer/drive", opened | {"folder": folder.id, "drive_search": "frame"}).text)
    assert list(found) == ["Frame contract.pdf"]
    assert "Only this folder is searched" in page.post("/composer/drive", opened | {"folder": folder.id}).text
    assert "Frame contract" in pick(page, found["Frame contract.pdf"]).text


def test_colleagues_drives_are_not_offered(page: Page):
    text = panel(page)
    assert ("Anna Schmidt" in text, "Boris Lange" in text) == (True, False)


@pytest.mark.parametrize(
    "what", ["", "document:0", "document:999", "property:UF_CRM_X:1", "drive:1", "nonsense:1", "template:77"]
)
def test_what_is_not_offered_cannot_be_picked(page: Page, what: str):
    refused = pick(page, what)
    assert refused.status in (400, 404, 502)
    assert refused.response.get_json()["error"].endswith(".")


def test_a_document_of_another_card_is_refused(world: Office, page: Page):
    acme = world.sandbox.portal("acme")
    other = acme.add_document((1, 79), "Secret", "1", OFFER)
    assert "another card" in pick(page, f"document:{other.id}").response.get_json()["error"]


@pytest.mark.parametrize("path", ["/composer/pick", "/composer/look", "/composer/bitrix24", "/composer/drive"])
def test_a_colleagues_composer_gives_nothing(world: Office, page: Page, path: str):
    other = world.composer(80, user=BORIS)
    form = {"composer_id": page.value("composer_id"), "pick": "document:61", "look": "x", "folder": "8910"}
    assert other.post(path, form).status == 404
