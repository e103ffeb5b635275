"""Ways in: an API key, or a person's consent and tokens that are traded in time; and where events are sent."""

from __future__ import annotations

import json
import threading
from collections.abc import Callable
from urllib.parse import parse_qs, urlsplit

import pytest

from b24app.errors import ProviderError, Trouble
from b24app.providers.base import NO_DRAFT
from b24app.providers.capabilities import Auth, Delivery, LetterKind, Proof, Scope
from b24app.providers.dropbox_sign import listed
from b24app.providers.dropbox_sign.capabilities import capabilities
from b24app.providers.dropbox_sign.connecting import app_url
from b24app.providers.room import CODE, RETURN_TO, STATE
from b24app.services.answer_questions import read_answers
from tests.providers.contract import a_notice
from tests.providers.dropbox_sign.consent import BACK, Drawer, by_consent, came_back
from tests.providers.dropbox_sign.orders import order_for
from tests.providers.dropbox_sign.stage import a_room, embedded
from tests.providers.scene import MovedClock

HOOK = "https://sign.example.com/webhooks/dropbox-sign/s1"


def trouble(call: Callable[[], object]) -> Trouble:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value.kind


def test_two_ways_in_with_the_secrets_marked():
    by_key, by_page = listed("https://api.hellosign.com").ways_in
    assert (by_key.auth, by_page.auth) == (Auth.API_KEY, Auth.OAUTH_CODE)
    assert {question.name for question in by_key.questions if question.is_secret} == {"api_key"}
    assert {question.name for question in by_page.questions if question.is_secret} == {"client_secret", "api_key"}
    assert by_key.begin is None


def test_the_pages_for_people_live_beside_the_api():
    assert app_url("https://api.hellosign.com") == "https://app.hellosign.com"
    assert app_url("http://127.0.0.1:8806") == "http://127.0.0.1:8806"
    room = listed("https://api.hellosign.com")
    assert room.pages({"client_id": "c1", "embedded": True}) == ("https://app.hellosign.com",)
    assert room.pages({"client_id": "c1"}) == ()
    begin = room.ways_in[1].begin
    assert begin is not None
    page = urlsplit(begin({}, {"client_id": "c1"}, "s&1", BACK))
    assert (page.netloc, page.path) == ("app.hellosign.com", "/oauth/authorize")
    assert parse_qs(page.query) == {
        "response_type": ["code"], "client_id": ["c1"], "state": ["s&1"], "redirect_uri": [BACK],
    }  # fmt: skip


@pytest.mark.parametrize(
    ("settings", "expected"),
    [
        ({}, (Delivery.EMAIL, Scope.ACCOUNT, Proof.WEAK_HMAC, False)),
        ({"client_id": "c1"}, (Delivery.EMAIL, Scope.APP, Proof.WEAK_HMAC, False)),
        ({"client_id": "c1", "embedded": True}, (Delivery.EMBEDDED, Scope.APP, Proof.WEAK_HMAC, False)),
        ({"embedded": True}, (Delivery.EMAIL, Scope.ACCOUNT, Proof.WEAK_HMAC, False)),
        ({"test_mode": True}, (Delivery.EMAIL, Scope.ACCOUNT, Proof.WEAK_HMAC, True)),
        ({"auth": "oauth_code", "client_id": "c1"}, (Delivery.EMAIL, Scope.ACCOUNT, Proof.SECRET_ADDRESS, False)),
    ],
)
def test_what_an_account_can_do_follows_its_settings(settings, expected):
    can = listed("https://api.hellosign.com").capabilities(settings)
    assert (next(iter(can.delivery)), can.webhook, can.proof, can.test_mode) == expected


def test_an_employee_signs_there_only_where_everybody_signs_inside_our_pages():
    """A request is embedded for all or for nobody."""
    by_key, by_page = listed("https://api.hellosign.com").ways_in
    asked = {"q-api_key": "k", "q-client_secret": "s", "q-client_id": "c1", "q-embedded": "1", "q-approver_signs": "1"}
    for way in (by_key, by_page):
        settings = read_answers(way, asked).settings
        assert capabilities(settings).approver_signs
        alone = read_answers(way, {name: text for name, text in asked.items() if name != "q-embedded"}).settings
        assert (alone["approver_signs"], capabilities(alone).approver_signs) == (False, False)
    without_app = read_answers(by_key, {**asked, "q-client_id": ""}).settings
    assert (without_app["embedded"], without_app["approver_signs"]) == (False, False)
    assert not capabilities({"approver_signs": True}).approver_signs


def test_letters_are_ours_where_the_service_writes_none(service):
    hosted, inside = (listed(service.url).capabilities(settings) for settings in ({}, embedded(service)))
    assert hosted.letters == {LetterKind.COPY}
    assert inside.letters == set(LetterKind)


def test_inside_our_pages_every_letter_is_handed_on(service):
    room = a_room(service, **embedded(service))
    order = order_for(1)
    notice = a_notice(room.create(order, NO_DRAFT), order.signers[0])
    for write in (room.invite, room.remind, room.tell_over, room.send_copy):
        write(notice)
    assert room._means.letters.kinds == ["invite", "remind", "tell_over", "send_copy"]


def test_the_account_is_told_with_what_is_left_of_its_plan(service):
    service.account.quota = 7
    account = a_room(service, test_mode=True).check_connection()
    assert (account.email, account.plan, account.requests_left) == (service.account.email, "paid", 7)
    assert account.is_test


def test_consent_is_traded_once_with_the_first_call(service):
    drawer = Drawer(came_back(service))
    room = by_consent(service, drawer)
    assert room.check_connection().email == service.account.email
    room.check_connection()
    assert drawer.trades == 1
    assert {CODE, STATE, RETURN_TO} & set(drawer.secrets) == set()
    assert set(drawer.secrets) == {"client_secret", "access_token", "refresh_token", "expires_at"}
    assert [call.method for call in service.calls] == ["oauth_token_generate", "account_get", "account_get"]


def test_a_request_is_sent_with_a_token(service):
    room = by_consent(service, Drawer(came_back(service)))
    created = room.create(order_for(2), NO_DRAFT)
    assert list(service.requests) == [created.provider_ref]


def test_a_token_is_refreshed_before_it_runs_out(service):
    drawer, clock = Drawer(came_back(service)), MovedClock()
    by_consent(service, drawer, clock).check_connection()
    before = drawer.secrets["access_token"]
    clock.move(minutes=59)
    by_consent(service, drawer, clock).check_connection()
    assert drawer.secrets["access_token"] != before
    assert drawer.trades == 2


def test_a_token_that_died_early_is_refreshed_and_the_call_made_again(service):
    drawer = Drawer(came_back(service))
    room = by_consent(service, drawer)
    room.check_connection()
    service.directory.grants[-1].access = "another token"
    room.create(order_for(1), NO_DRAFT)
    assert len(service.requests) == 1
    assert drawer.trades == 2


def test_two_processes_trade_once(service):
    drawer, clock = Drawer(came_back(service)), MovedClock()
    rooms = [by_consent(service, drawer, clock) for _ in range(4)]
    threads = [threading.Thread(target=room.check_connection) for room in rooms]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert drawer.trades == 1
    assert [call.method for call in service.calls].count("oauth_token_generate") == 1


def test_a_code_that_is_worth_nothing_asks_for_consent(service):
    drawer = Drawer({**came_back(service), STATE: "other"})
    assert trouble(by_consent(service, drawer).check_connection) is Trouble.CONSENT_NEEDED
    assert "access_token" not in drawer.secrets


def test_a_bad_code_leaves_the_older_consent_alone(service):
    drawer = Drawer(came_back(service))
    by_consent(service, drawer).check_connection()
    drawer.secrets |= {CODE: "guess", STATE: "s", RETURN_TO: BACK}
    assert by_consent(service, drawer).check_connection().account_id
    assert CODE not in drawer.secrets


def test_withdrawn_consent_asks_for_it_again(service):
    drawer = Drawer(came_back(service))
    room = by_consent(service, drawer)
    room.check_connection()
    for grant in service.directory.grants:
        grant.revoked = True
    assert trouble(room.check_connection) is Trouble.CONSENT_NEEDED
    assert trouble(lambda: room.create(order_for(1), NO_DRAFT)) is Trouble.CONSENT_NEEDED
    assert service.requests == {}


def test_without_any_consent_it_is_asked_for(service):
    drawer = Drawer({"client_secret": service.app.secret})
    assert trouble(by_consent(service, drawer).check_connection) is Trouble.CONSENT_NEEDED
    assert list(service.calls) == []


def test_a_wrong_client_secret_is_a_dead_key(service):
    drawer = Drawer({**came_back(service), "client_secret": "guess"})
    assert trouble(by_consent(service, drawer).check_connection) is Trouble.AUTH_FAILED


def test_a_lost_answer_to_a_refresh_is_no_more_than_a_call_that_failed(service):
    drawer, clock = Drawer(came_back(service)), MovedClock()
    by_consent(service, drawer, clock).check_connection()
    clock.move(hours=2)
    service.faults.add("answer_lost", method="oauth_token_refresh")
    room = by_consent(service, drawer, clock)
    assert trouble(lambda: room.create(order_for(1), NO_DRAFT)) is Trouble.UNAVAILABLE
    assert room.create(order_for(1), NO_DRAFT).provider_ref


@pytest.mark.parametrize("with_app", [False, True])
def test_events_are_sent_here_and_no_longer(service, with_app):
    room = a_room(service, **({"client_id": service.app.client_id} if with_app else {}))
    told = service.app if with_app else service.account
    room.ensure_webhook(HOOK)
    room.ensure_webhook(HOOK)
    assert told.callback_url == HOOK
    assert [call.method for call in service.calls].count("api_app_update" if with_app else "account_update") == 1
    room.remove_webhook("https://sign.example.com/webhooks/dropbox-sign/other")
    assert told.callback_url == HOOK
    room.remove_webhook(HOOK)
    assert told.callback_url is None


def test_an_address_of_ours_from_earlier_is_replaced(service):
    service.account.callback_url = "https://old.example.com/webhooks/dropbox-sign/former"
    a_room(service).ensure_webhook(HOOK)
    assert service.account.callback_url == HOOK


def test_another_programs_address_is_left_alone_and_a_person_is_told(service):
    service.account.callback_url = "https://crm.example.com/hellosign"
    with pytest.raises(ProviderError, match=r"another program \(crm\.example\.com\)") as caught:
        a_room(service).ensure_webhook(HOOK)
    assert caught.value.permanent
    assert service.account.callback_url == "https://crm.example.com/hellosign"
    a_room(service, client_id=service.app.client_id).ensure_webhook(HOOK)
    assert service.app.callback_url == HOOK


def test_a_client_id_nobody_knows_is_named(service):
    with pytest.raises(ProviderError, match="no API app with this client ID"):
        a_room(service, client_id="guess").ensure_webhook(HOOK)


def test_tokens_and_keys_show_in_no_text(service):
    drawer = Drawer(came_back(service))
    room = by_consent(service, drawer)
    room.check_connection()
    service.faults.add("api_error", error="forbidden", message=drawer.secrets["access_token"])
    with pytest.raises(ProviderError) as caught:
        room.check_connection()
    assert drawer.secrets["access_token"] not in json.dumps([str(caught.value), repr(caught.value), repr(vars(room))])
