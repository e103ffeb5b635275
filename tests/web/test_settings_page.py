"""Settings inside the frame: administrators only, saved plainly, the letter as it will be sent, export, health."""

from __future__ import annotations

import io
import zipfile

import pytest
import requests

from b24app.domain.signature_request import Status
from b24app.manifest import manifest
from b24app.sandbox.examples.acme import OLENA
from b24app.store import database, portals
from tests.installing import answers, open_stage
from tests.portal_room import add_request


@pytest.fixture(scope="module")
def stage(tmp_path_factory):
    with open_stage(tmp_path_factory.mktemp("data")) as opened:
        opened.install()
        yield opened


@pytest.fixture
def home(stage):
    return stage.open(path="/")


def test_the_page_is_reached_from_home(home):
    page = home.post("/settings/")
    assert page.status == 200
    assert 'data-health="ok"' in page.text
    assert "Services agreement" in page.text


def test_without_a_session_there_is_no_page(stage):
    assert requests.post(f"{stage.url}/settings/", timeout=10).status_code == 403
    assert requests.get(f"{stage.url}/settings/", timeout=10).status_code == 405


def test_a_session_without_the_forms_own_token_is_refused(stage, home):
    session = {"paraph_session": home.session["paraph_session"]}
    assert requests.post(f"{stage.url}/settings/save", data=session | answers(), timeout=10).status_code == 403


def test_saving_says_so_and_keeps_what_was_typed(stage, home):
    page = home.post("/settings/save", **answers(sender_name="Acme GmbH", deadline_days="7"))
    assert 'data-testid="done"' in page.text
    assert stage.stored.settings["deadline_days"] == 7
    assert 'value="Acme GmbH"' in home.post("/settings/").text


def test_reminders_are_kept_and_shown(stage, home):
    typed = {"remind": "1", "remind_first": "2", "remind_every": "5", "remind_most": "4", "remind_working": "1"}
    page = home.post("/settings/save", **answers(**typed))
    assert 'name="remind_every" value="5"' in page.text
    kept = {
        "is_on": True,
        "first_days": 2,
        "every_days": 5,
        "most": 4,
        "before_deadline": False,
        "working_days_only": True,
    }
    assert stage.stored.settings["reminders"] == kept
    wrong = home.post("/settings/save", **answers(**typed | {"remind_most": "21"}))
    assert (wrong.status, stage.stored.settings["reminders"]) == (400, kept)
    assert 'id="remind_most-problem" data-problem="remind_most" role="alert">Choose' in wrong.text


def test_an_unticked_box_is_a_no(stage, home):
    home.post("/settings/save", **{k: v for k, v in answers().items() if k != "needs_approval"})
    assert stage.stored.settings["needs_approval"] is False


def test_a_mistake_is_shown_in_its_language_and_nothing_is_saved(stage, home):
    before = stage.stored.settings
    page = home.post("/settings/save", **answers(**{"body-uk": "Вітаємо, {name}!"}))
    assert page.status == 400
    assert 'id="problem-body-uk-1"' in page.text
    assert 'value="uk" checked' in page.text
    assert stage.stored.settings == before


def test_typed_text_cannot_break_out_of_the_page(home):
    page = home.post("/settings/save", **answers(sender_name='"><script>alert(1)</script>'))
    assert "<script>alert" not in page.text


def test_the_preview_is_the_letter_with_its_headers(home):
    page = home.post("/settings/letter-preview", **answers())
    assert "Please sign Services agreement 12" in page.text
    assert "Hello Alex Example, this is for you." in page.text


def test_the_preview_may_show_styles_and_do_nothing(stage, home):
    policy = home.post("/settings/letter-preview", **answers()).response.headers["Content-Security-Policy"]
    assert "default-src 'none'" in policy
    assert "sandbox" in policy
    assert policy.endswith(f"frame-ancestors 'self' {stage.acme.url}")


def test_the_preview_shows_unfinished_words_as_they_are(home):
    page = home.post(
        "/settings/letter-preview", **answers(**{"subject-en": "", "body-en": "Hello {", "deadline_days": ""})
    )
    assert page.status == 200
    assert "Hello {" in page.text


def test_the_set_up_can_be_run_again(stage, home):
    stage.acme.placements.clear()
    page = home.post("/settings/connect")
    assert page.text.count('data-mark="good"') == len(manifest().placements) + len(manifest().events) + 1
    assert len(stage.acme.placements) == len(manifest().placements)


def test_nothing_to_export_is_said(home):
    assert 'data-testid="no-documents"' in home.post("/settings/").text
    assert home.post("/settings/export").status == 404


def test_finished_documents_come_as_one_archive(stage, home):
    with database.reading():
        add_request(stage.ctx, stage.stored, Status.COMPLETED, file=b"%PDF sealed")
    answer = home.post("/settings/export").response
    assert answer.headers["Content-Disposition"].startswith("attachment")
    with zipfile.ZipFile(io.BytesIO(answer.content)) as archive:
        assert len(archive.namelist()) == 2


def test_another_administrator_stands_in_for_a_dead_connection(stage, home):
    with database.writing():
        portals.save(stage.acme.member_id, installer_id=99)
    home.post("/settings/")
    assert stage.stored.installer_id == OLENA
    assert stage.stored.settings["installer_name"] == "Olena Kovalenko"


def test_a_lost_connection_is_shown_with_who_can_mend_it(stage, home):
    with database.writing():
        portals.save(stage.acme.member_id, health="reconnect")
    page = home.post("/settings/")
    assert 'data-health="reconnect"' in page.text
    assert "needs to open Paraph once" in page.text


def test_the_button_of_a_test_letter_leads_to_a_friendly_page(stage):
    assert "This was a test letter" in requests.get(f"{stage.url}/settings/test-letter", timeout=10).text


def test_health_is_told_without_secrets(stage):
    alive = requests.get(f"{stage.url}/healthz", timeout=10)
    ready = requests.get(f"{stage.url}/readyz", timeout=10)
    assert alive.json()["status"] == "alive"
    assert ready.json() == {
        "status": "ready",
        "parts": {"database": "ok", "migrations": "ok", "documents": "ok", "queue": "ok"},
        "worker": "not seen lately",
    }


def test_a_part_that_fails_is_named(stage, tmp_path):
    blobs = stage.ctx.settings.data_path / "blobs"
    blobs.rename(tmp_path / "away")
    blobs.write_text("a file where the directory was")
    try:
        answer = requests.get(f"{stage.url}/readyz", timeout=10)
    finally:
        blobs.unlink()
        (tmp_path / "away").rename(blobs)
    assert (answer.status_code, answer.json()["parts"]["documents"]) == (503, "failing")
