"""What an administrator decides is kept, and what cannot be is named at its field."""

from __future__ import annotations

from dataclasses import replace

import pytest

from b24app.domain.reminders import Reminders
from b24app.domain.signature_request import Status
from b24app.evidence.authority import Authority
from b24app.services.composing import FormRefused
from b24app.services.install_portal import ensure_authority
from b24app.services.portal_options import Letter, options_of
from b24app.services.save_settings import save_settings
from b24app.store import authorities, database
from tests.portal_room import add_portal, add_request, open_room


@pytest.fixture
def ctx(tmp_path, database_url):
    context = open_room(tmp_path, database_url=database_url)
    with database.reading():
        yield context


def organisation(member_id: str) -> str:
    kept = authorities.find(member_id)
    return Authority(kept.root_pem.encode(), kept.leaf_pem.encode(), b"").organisation


def with_letter(options, locale, subject, body):
    return replace(options, letters={**options.letters, locale: Letter(subject, body)})


def test_answers_are_kept_and_end_the_set_up(ctx):
    portal = add_portal(ctx)
    options = replace(
        options_of(portal),
        sender_name="Lumen",
        needs_approval=False,
        deadline_days=30,
        reminders=Reminders(every_days=9),
    )
    saved = save_settings(ctx, portal, with_letter(options, "uk", "Тема", "Привіт {signer_name}"))
    assert options_of(saved) == with_letter(options, "uk", "Тема", "Привіт {signer_name}")
    assert saved.setup_done_at is not None


def test_only_own_words_are_stored(ctx):
    portal = add_portal(ctx)
    saved = save_settings(ctx, portal, with_letter(options_of(portal), "en", "Please sign", "Hello"))
    assert saved.settings["letters"] == {"en": {"subject": "Please sign", "body": "Hello"}}


@pytest.mark.parametrize(
    ("changes", "field"),
    [
        ({"sender_name": ""}, "sender_name"),
        ({"sender_name": "x" * 101}, "sender_name"),
        ({"deadline_days": 0}, "deadline_days"),
        ({"deadline_days": 366}, "deadline_days"),
        ({"reminders": Reminders(first_days=0)}, "remind_first"),
        ({"reminders": Reminders(most=21)}, "remind_most"),
        ({"letters": {"en": Letter("", "Hello")}}, "subject-en"),
        ({"letters": {"en": Letter("Sign", "")}}, "body-en"),
        ({"letters": {"uk": Letter("Sign", "Hello {name}")}}, "body-uk"),
        ({"letters": {"uk": Letter("x" * 201, "Hello")}}, "subject-uk"),
    ],
)
def test_a_wrong_answer_is_named_and_nothing_is_kept(ctx, changes, field):
    portal = add_portal(ctx)
    with pytest.raises(FormRefused) as refused:
        save_settings(ctx, portal, replace(options_of(portal), **changes))
    assert list(refused.value.problems) == [field]
    assert options_of(portal).sender_name == "Acme"


def test_the_seal_follows_the_name_until_something_was_sent(ctx):
    portal = add_portal(ctx)
    ensure_authority(ctx, portal.member_id, "Acme")
    save_settings(ctx, portal, replace(options_of(portal), sender_name="Lumen"))
    assert organisation("acme") == "Lumen"
    add_request(ctx, portal, Status.AWAITING_SIGNATURES)
    save_settings(ctx, portal, replace(options_of(portal), sender_name="Other"))
    assert organisation("acme") == "Lumen"


def test_the_sealing_key_is_stored_locked(ctx):
    add_portal(ctx)
    ensure_authority(ctx, "acme", "Acme")
    kept = authorities.find("acme")
    assert "PRIVATE KEY" not in kept.key_pem
    assert "PRIVATE KEY" in ctx.vault.unlock(kept.key_pem)
