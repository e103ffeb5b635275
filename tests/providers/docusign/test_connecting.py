"""Two ways in, over the stand-in's own account server; tokens traded once, accounts found where they live."""

from __future__ import annotations

import subprocess
import sys
from datetime import timedelta
from threading import Thread
from urllib.parse import parse_qs, urlsplit

import pytest
import requests

from b24app.errors import ProviderError, Trouble
from b24app.providers import docusign
from b24app.providers.base import NO_DRAFT
from b24app.providers.capabilities import Auth
from b24app.providers.docusign.connecting import Hosts
from b24app.providers.docusign.passes import Pass
from b24app.providers.room import CODE, RETURN_TO
from b24app.sandbox.docusign.people import Account
from tests.providers.docusign.orders import order_for
from tests.providers.docusign.stage import bare_room, secrets_of, settings_of

RETURN = "http://localhost:8700/docusign/oauth"


def begin(far, auth: Auth) -> str:
    room = docusign.listed(far.service.url, far.service.auth.url)
    [way] = [one for one in room.ways_in if one.auth is auth]
    return way.begin(secrets_of(far.service), settings_of(far.service, auth), "state-1", RETURN)


def consent(far, auth: Auth, answer: str = "allow") -> dict[str, list[str]]:
    """A person agrees on DocuSign's page; what he brings back."""
    form = {"answer": answer, "user": far.service.user.user_id}
    back = requests.post(begin(far, auth), data=form, timeout=10, allow_redirects=False).headers["Location"]
    assert back.startswith(RETURN)
    return parse_qs(urlsplit(back).query)


def signed_in(far, clock):
    """A room that has just come back from the sign-in page, and its keys."""
    [code] = consent(far, Auth.OAUTH_CODE)["code"]
    return bare_room(far, clock, Auth.OAUTH_CODE, **{CODE: code, RETURN_TO: RETURN})


def trouble(call) -> Trouble:
    with pytest.raises(ProviderError) as caught:
        call()
    return caught.value.kind


def grants(far) -> list[str]:
    return [call.method for call in far.service.auth.calls if call.method.startswith("token")]


def test_the_account_with_its_plan_is_shown(room, far):
    about = room.check_connection()
    assert (about.account_id, about.name) == (far.service.account.account_id, "Acme Consulting")
    assert (about.email, about.plan) == (far.service.user.email, "Business Pro (sandbox)")
    assert (about.requests_left, about.is_test) == (1000, True)


def test_who_may_not_see_the_plan_is_connected_all_the_same(room, far):
    far.service.faults.add("api_error", method="get_account_information", error="ACCOUNT_LACKS_PERMISSIONS")
    about = room.check_connection()
    assert (about.name, about.plan, about.requests_left) == ("Acme Consulting", "", None)


def test_consent_is_asked_for_and_given_on_their_page(far, clock):
    far.service.integration.consents.clear()
    room, _keys = bare_room(far, clock)
    assert trouble(room.check_connection) is Trouble.CONSENT_NEEDED
    assert consent(far, Auth.JWT)["state"] == ["state-1"]
    assert room.check_connection().account_id


def test_the_code_that_comes_back_is_traded_once(far, clock):
    room, keys = signed_in(far, clock)
    room.check_connection()
    room.check_connection()
    assert grants(far) == ["token:authorization_code"]
    assert CODE not in keys.standing
    assert keys.standing["refresh_token"]


def test_signing_in_again_is_asked_for_when_the_code_is_dead(far, clock):
    room, _keys = bare_room(far, clock, Auth.OAUTH_CODE, **{CODE: "used before", RETURN_TO: RETURN})
    assert trouble(room.check_connection) is Trouble.AUTH_FAILED
    nobody, _keys = bare_room(far, clock, Auth.OAUTH_CODE)
    assert trouble(nobody.check_connection) is Trouble.CONSENT_NEEDED


def test_an_old_token_is_refreshed_before_it_is_refused(far, clock):
    room, keys = signed_in(far, clock)
    room.check_connection()
    first = keys.standing["refresh_token"]
    clock.move(hours=9)
    room.check_connection()
    assert grants(far) == ["token:authorization_code", "token:refresh_token"]
    assert keys.standing["refresh_token"] != first


def test_a_token_that_died_early_is_replaced_and_the_envelope_sent_once(room, far):
    room.check_connection()
    far.service.directory.grants[0].revoked = True
    room.create(order_for(1), NO_DRAFT)
    assert len(far.sent()) == 1
    assert len(grants(far)) == 2


def test_a_moved_account_is_found_anew(room, far):
    room.check_connection()
    far.service.faults.add("http_error", status=307)
    room.create(order_for(1), NO_DRAFT)
    assert [call.method for call in far.service.auth.calls].count("userinfo") == 2
    assert len(far.sent()) == 1


def test_a_token_is_carried_to_no_other_address(room, far):
    room.check_connection()
    asked: list[str] = []

    def elsewhere(environ, start_response):
        asked.append(environ["PATH_INFO"])
        start_response("302 Found", [("Location", f"{far.service.auth.url}/oauth/userinfo")])
        return [b""]

    far.serve(elsewhere)
    assert trouble(lambda: room.get("e1")) is Trouble.UNAVAILABLE
    assert len(asked) == 2
    assert [call.method for call in far.service.auth.calls].count("userinfo") == 2


def test_what_somebody_else_has_renewed_is_taken(far, clock):
    first, keys = bare_room(far, clock)
    second, _own = bare_room(far, clock)
    second._passes._means = first._passes._means
    first.check_connection()
    second.check_connection()
    assert len(grants(far)) == 1
    assert keys.trades == 2  # a token, and which account it opens


def test_two_threads_use_one_token(far, clock):
    room, _keys = bare_room(far, clock)
    room.check_connection()
    threads = [Thread(target=room.check_connection) for _ in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    assert len(grants(far)) == 1


def test_who_was_turned_away_later_takes_the_token_that_another_got(room, far):
    passes = room._passes
    old = passes.present()
    new = passes.another(old)
    assert passes.another(old) == new
    assert len(grants(far)) == 2


def test_new_keys_of_an_administrator_count_at_once(far, clock):
    room, keys = bare_room(far, clock)
    room.check_connection()
    keys.standing = secrets_of(far.service)
    far.service.directory.grants[0].revoked = True
    assert room.check_connection().account_id


@pytest.mark.parametrize(
    "key", ["", "no key at all", "-----BEGIN RSA PRIVATE KEY-----\nAAAA\n-----END RSA PRIVATE KEY-----"]
)
def test_a_key_that_is_none_asks_for_connecting_again(far, clock, key):
    room, _keys = bare_room(far, clock, private_key=key)
    assert trouble(room.check_connection) is Trouble.AUTH_FAILED
    assert grants(far) == []


def test_a_key_they_do_not_know_asks_for_connecting_again(far, clock):
    known, far.service.integration.public_keys = far.service.integration.public_keys, []
    room, _keys = bare_room(far, clock)
    assert trouble(room.check_connection) is Trouble.AUTH_FAILED
    far.service.integration.public_keys = known


def test_one_of_several_accounts_is_used_and_a_strange_one_refused(far, clock):
    other = Account("Second company")
    far.service.user.accounts.append(other)
    room, _keys = bare_room(far, clock)
    try:
        assert room.check_connection().account_id == far.service.account.account_id
        room, _keys = bare_room(far, clock)
        room._passes._settings = {**room._passes._settings, "account_id": other.account_id.upper()}
        assert room.check_connection().name == "Second company"
        room, _keys = bare_room(far, clock)
        room._passes._settings = {**room._passes._settings, "account_id": "somebody-else"}
        assert trouble(room.check_connection) is Trouble.AUTH_FAILED
    finally:
        far.service.user.accounts.remove(other)


def test_demo_and_production_are_kept_apart():
    hosts = Hosts()
    assert hosts.auth({"environment": "demo"}) == "https://account-d.docusign.com"
    assert hosts.auth({"environment": "production"}) == hosts.auth({}) == "https://account.docusign.com"
    room = docusign.listed()
    assert room.capabilities({"environment": "demo"}).test_mode
    assert not room.capabilities({"environment": "production"}).test_mode
    assert not room.capabilities({}).test_mode


@pytest.mark.parametrize(
    ("base_uri", "taken"),
    [
        ("https://eu.docusign.net", "https://eu.docusign.net"),
        ("https://na4.docusign.net/", "https://na4.docusign.net"),
        ("http://eu.docusign.net", ""),
        ("https://docusign.net.evil.example", ""),
        ("https://evil.example/.docusign.net", ""),
        ("https://me@evil.docusign.net", ""),
        ("https://evildocusign.net", ""),
        ("", ""),
    ],
)
def test_only_their_own_hosts_get_a_token(base_uri, taken):
    assert Hosts().api(base_uri) == taken
    assert Hosts(api_url="http://127.0.0.1:1").api(base_uri) == "http://127.0.0.1:1"


def test_a_foreign_host_is_not_asked(far, clock):
    room, _keys = bare_room(far, clock)
    room._passes._api_of = Hosts().api
    assert trouble(room.check_connection) is Trouble.UNAVAILABLE
    assert len(far.service.calls) == 0


def test_every_answer_is_asked_for_with_its_hint():
    for way in docusign.listed().ways_in:
        names = {question.name for question in way.questions}
        assert {"environment", "integration_key", "connect_key"} <= names
        assert all(question.label for question in way.questions)
        secret = {question.name for question in way.questions if question.is_secret}
        assert secret >= names & {"private_key", "secret", "connect_key"}


def test_a_token_does_not_show():
    held = Pass("account", "https://eu.docusign.net", "very-secret", "Acme", "anna@acme.example")
    assert "very-secret" not in repr(held)
    assert "anna@acme.example" not in repr(held)


def test_tokens_outlive_their_margin_only(far, clock):
    room, keys = bare_room(far, clock)
    room.check_connection()
    clock.move(minutes=57)
    room.check_connection()
    assert len(grants(far)) == 1
    clock.move(minutes=2)
    assert float(keys.standing["token_until"]) - clock().timestamp() < timedelta(minutes=2).total_seconds()
    room.check_connection()
    assert len(grants(far)) == 2


def test_listing_it_loads_no_sdk():
    code = """if True:
        import sys
        from b24app.providers import docusign
        room = docusign.listed()
        room.capabilities({"environment": "demo"}), room.ways_in[0].begin({}, {}, "s", "https://back.example")
        print([name for name in ("docusign_esign", "jwt", "urllib3", "requests") if name in sys.modules])"""
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout.strip() == "[]"
