from __future__ import annotations

import threading
from typing import Any

import pytest

from b24app.bitrix.batch import Command
from b24app.bitrix.client import AppCredentials, Portal, new_endpoint
from b24app.bitrix.oauth import OAuthServer
from b24app.bitrix.transport import Transport
from b24app.errors import BitrixError, OutcomeUnknown, ReconnectNeeded
from tests.bitrix.conftest import NOW, Limiter, Tokens
from tests.bitrix.server import Asked, Reply, Server

EXPIRED = Reply({"error": "expired_token", "error_description": "The access token provided has expired."}, 401)
FRESH = {
    "access_token": "at-2",
    "refresh_token": "rt-2",
    "expires_in": 3600,
    "member_id": "m",
    "scope": "crm",
    "user_id": 6,
}


@pytest.fixture
def fresh(server: Server) -> dict[str, Any]:
    pair = {**FRESH, "client_endpoint": server.rest}
    server.on("/oauth/token/", pair)
    return pair


def only_new_token(asked: Asked) -> Reply:
    return Reply({"result": {"ID": "6"}}) if asked.body["auth"] == "at-2" else EXPIRED


def test_calls_a_method_with_the_token(server: Server, portal: Portal, limiter: Limiter) -> None:
    server.on("/rest/crm.item.list", {"result": {"items": []}, "total": 77, "next": 50, "time": {"duration": 0.1}})
    answer = portal.call("crm.item.list", {"entityTypeId": 1})
    assert (answer.total, answer.next, answer.time["duration"]) == (77, 50, 0.1)
    assert server.asked[0].body == {"entityTypeId": 1, "auth": "at-1"}
    assert limiter.taken == 1


def test_refreshes_an_expired_token_once_and_repeats(
    server: Server, portal: Portal, tokens: Tokens, fresh: dict[str, Any]
) -> None:
    server.on("/rest/profile", only_new_token)
    assert portal.call("profile").result == {"ID": "6"}
    assert server.count("/oauth/token/") == 1
    assert tokens.token.refresh_token() == "rt-2"
    asked = next(one for one in server.asked if one.path == "/oauth/token/")
    assert asked.query == {
        "grant_type": "refresh_token",
        "client_id": "app.1",
        "client_secret": "secret-1",
        "refresh_token": "rt-1",
    }


def test_a_token_known_to_be_over_is_refreshed_before_the_call(
    server: Server, transport: Transport, oauth: OAuthServer, fresh: dict[str, Any]
) -> None:
    tokens = Tokens(server.rest, life_s=-1)
    portal = Portal(transport, oauth, tokens, AppCredentials("a", lambda: "b"), Limiter(), lambda: NOW)
    server.on("/rest/profile", only_new_token)
    portal.call("profile")
    assert [asked.path for asked in server.asked] == ["/oauth/token/", "/rest/profile"]


def test_eight_threads_refresh_once(server: Server, portal: Portal, tokens: Tokens, fresh: dict[str, Any]) -> None:
    together = threading.Barrier(8)

    def expire_together(asked: Asked) -> Reply:
        if asked.body["auth"] == "at-1":
            together.wait(timeout=2)
        return only_new_token(asked)

    server.on("/rest/profile", expire_together)
    results: list[Any] = []
    threads = [threading.Thread(target=lambda: results.append(portal.call("profile").result)) for _ in range(8)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert results == [{"ID": "6"}] * 8
    assert server.count("/oauth/token/") == 1


def test_a_dead_refresh_token_asks_to_reconnect(server: Server, portal: Portal, tokens: Tokens) -> None:
    server.on("/rest/profile", EXPIRED)
    server.on("/oauth/token/", Reply({"error": "invalid_grant"}, 400))
    with pytest.raises(ReconnectNeeded) as error:
        portal.call("profile")
    assert error.value.permanent
    assert tokens.buried == ["invalid_grant"]


def test_a_missing_refresh_token_asks_to_reconnect(server: Server, transport: Transport, oauth: OAuthServer) -> None:
    tokens = Tokens(server.rest, refresh="")
    server.on("/rest/profile", EXPIRED)
    with pytest.raises(ReconnectNeeded):
        Portal(transport, oauth, tokens, AppCredentials("a", lambda: "b"), Limiter(), lambda: NOW).call("profile")
    assert tokens.buried == ["no_refresh_token"]


def test_a_token_refused_even_when_fresh_is_dead(
    server: Server, portal: Portal, tokens: Tokens, fresh: dict[str, Any]
) -> None:
    server.on("/rest/profile", EXPIRED)
    with pytest.raises(ReconnectNeeded):
        portal.call("profile")
    assert tokens.buried == ["expired_token"]
    assert server.count("/oauth/token/") == 1


@pytest.mark.parametrize("code", ["APPLICATION_NOT_FOUND", "ERROR_OAUTH"])
def test_an_application_that_was_removed_is_dead_at_once(
    server: Server, portal: Portal, tokens: Tokens, code: str
) -> None:
    server.on("/rest/profile", Reply({"error": code}, 401))
    with pytest.raises(ReconnectNeeded):
        portal.call("profile")
    assert tokens.buried == [code.lower()]
    assert server.count("/oauth/token/") == 0


def test_a_refresh_that_names_no_address_keeps_the_old_one(server: Server, portal: Portal, tokens: Tokens) -> None:
    server.on("/oauth/token/", FRESH)
    server.on("/rest/profile", only_new_token)
    portal.call("profile")
    assert tokens.token.client_endpoint == server.rest


def test_text_that_is_no_unicode_is_sent_all_the_same(server: Server, portal: Portal) -> None:
    server.on("/rest/profile", {"result": 1})
    server.on("/rest/batch", {"result": {"result": {"a": 1}, "result_error": []}})
    assert portal.call("profile", {"x": "\ud800"}).result == 1
    assert portal.batch({"a": Command("profile", {"x": "\ud800"})})["a"] == 1


def test_an_oauth_server_out_of_order_does_not_bury_the_token(server: Server, portal: Portal, tokens: Tokens) -> None:
    server.on("/rest/profile", EXPIRED)
    server.on("/oauth/token/", Reply(status=502, raw=b"<html>"))
    with pytest.raises(BitrixError) as error:
        portal.call("profile")
    assert not error.value.permanent
    assert tokens.buried == []


def test_an_unregistered_application_secret_is_no_dead_token(server: Server, portal: Portal, tokens: Tokens) -> None:
    server.on("/rest/profile", EXPIRED)
    server.on("/oauth/token/", {"error": "wrong_client", "error_description": "x"})
    with pytest.raises(BitrixError) as error:
        portal.call("profile")
    assert error.value.code == "wrong_client"
    assert tokens.buried == []


class TestMovedPortal:
    def test_repeats_the_post_at_the_new_address_and_keeps_it(
        self, server: Server, portal: Portal, tokens: Tokens
    ) -> None:
        renamed = Server()
        renamed.on("/rest/crm.item.update", {"result": {"item": {"id": 7}}})
        location = {"Location": renamed.rest + "crm.item.update"}
        server.on("/rest/crm.item.update", Reply(status=302, raw=b"", headers=location))
        assert portal.call("crm.item.update", {"id": 7}).result == {"item": {"id": 7}}
        assert renamed.asked[0].verb == "POST"
        assert renamed.asked[0].body == {"id": 7, "auth": "at-1"}
        assert tokens.token.client_endpoint == renamed.rest
        renamed.close()

    def test_does_not_follow_to_a_page(self, server: Server, portal: Portal, tokens: Tokens) -> None:
        server.on("/rest/profile", Reply(status=302, raw=b"", headers={"Location": "/auth/?login=yes"}))
        with pytest.raises(BitrixError) as error:
            portal.call("profile")
        assert error.value.code == "moved_elsewhere"
        assert tokens.token.client_endpoint == server.rest

    def test_does_not_follow_for_ever(self, server: Server, portal: Portal, tokens: Tokens) -> None:
        other = Server()
        server.on("/rest/profile", Reply(status=302, raw=b"", headers={"Location": other.rest + "profile"}))
        other.on("/rest/profile", Reply(status=302, raw=b"", headers={"Location": server.rest + "profile"}))
        with pytest.raises(BitrixError) as error:
            portal.call("profile")
        assert error.value.code == "moved"
        assert tokens.token.client_endpoint == server.rest
        other.close()

    @pytest.mark.parametrize(
        ("location", "endpoint"),
        [
            ("https://new.example/rest/profile", "https://new.example/rest/"),
            ("https://new.example/rest/profile.json", "https://new.example/rest/"),
            ("https://new.example:8443/rest/profile?x=1", "https://new.example:8443/rest/"),
        ],
    )
    def test_reads_the_new_rest_base(self, location: str, endpoint: str) -> None:
        assert new_endpoint("https://old.example/rest/", location, "profile") == endpoint

    @pytest.mark.parametrize(
        "location",
        [
            "http://new.example/rest/profile",
            "https://old.example/rest/profile",
            "https://u@new.example/rest/profile",
            "https://new.example/rest/profile/../../x",
            "https://new.example/",
        ],
    )
    def test_refuses_other_redirects(self, location: str) -> None:
        with pytest.raises(BitrixError):
            new_endpoint("https://old.example/rest/", location, "profile")


class TestLimits:
    def test_a_full_bucket_says_how_long_to_wait(self, server: Server, portal: Portal, limiter: Limiter) -> None:
        server.on("/rest/profile", Reply({"error": "QUERY_LIMIT_EXCEEDED", "error_description": "Too many"}, 503))
        with pytest.raises(BitrixError) as error:
            portal.call("profile")
        assert (error.value.code, error.value.permanent, error.value.retry_after_s) == (
            "query_limit_exceeded",
            False,
            2,
        )
        assert limiter.emptied == 1

    def test_a_time_limit_waits_until_its_reset(self, server: Server, portal: Portal) -> None:
        reset_at = int(NOW.timestamp()) + 90
        body = {"error": "OPERATION_TIME_LIMIT", "time": {"operating_reset_at": reset_at}}
        server.on("/rest/profile", Reply(body, 429))
        with pytest.raises(BitrixError) as error:
            portal.call("profile")
        assert error.value.retry_after_s == 90

    def test_nothing_is_sent_when_the_limiter_says_wait(
        self, server: Server, transport: Transport, oauth: OAuthServer
    ) -> None:
        class Full(Limiter):
            def take(self) -> None:
                raise BitrixError("wait", code="rate_wait", retry_after_s=3)

        with pytest.raises(BitrixError) as error:
            Portal(transport, oauth, Tokens(server.rest), AppCredentials("a", lambda: "b"), Full(), lambda: NOW).call(
                "profile"
            )
        assert error.value.code == "rate_wait"
        assert server.asked == []

    def test_a_limit_inside_a_batch_empties_the_bucket_too(
        self, server: Server, portal: Portal, limiter: Limiter
    ) -> None:
        error = {"error": "QUERY_LIMIT_EXCEEDED", "error_description": ""}
        server.on("/rest/batch", {"result": {"result": [], "result_error": {"a": error}}})
        assert portal.batch({"a": Command("profile")}).error("a") is not None
        assert limiter.emptied == 1


class TestErrors:
    @pytest.mark.parametrize("status", [200, 400])
    def test_an_error_key_is_an_error_whatever_the_status(self, server: Server, portal: Portal, status: int) -> None:
        server.on("/rest/placement.bind", Reply({"error": "ERROR_ARGUMENT", "error_description": "Bad"}, status))
        with pytest.raises(BitrixError) as error:
            portal.call("placement.bind")
        assert error.value.code == "error_argument"
        assert "placement.bind" in str(error.value)

    def test_an_empty_code_is_an_error_too(self, server: Server, portal: Portal) -> None:
        server.on("/rest/crm.lead.get", Reply({"error": "", "error_description": "Not found"}, 400))
        with pytest.raises(BitrixError) as error:
            portal.call("crm.lead.get")
        assert (error.value.code, error.value.permanent) == ("not_found", True)

    def test_an_answer_without_a_result_is_an_error(self, server: Server, portal: Portal) -> None:
        server.on("/rest/profile", {"time": {}})
        with pytest.raises(BitrixError):
            portal.call("profile")

    def test_writes_and_reads_lose_answers_differently(self, server: Server, portal: Portal) -> None:
        server.on("/rest/crm.item.add", Reply(cut=True))
        server.on("/rest/crm.item.get", Reply(cut=True))
        with pytest.raises(OutcomeUnknown):
            portal.call("crm.item.add")
        with pytest.raises(BitrixError):
            portal.call("crm.item.get")


class TestBatch:
    def test_reads_results_and_errors_by_key(self, server: Server, portal: Portal) -> None:
        server.on(
            "/rest/batch",
            {
                "result": {
                    "result": {"me": {"ID": "6"}, "list": []},
                    "result_error": {"card": {"error": "NOT_FOUND", "error_description": "x"}},
                    "result_total": {"list": 3},
                    "result_next": [],
                }
            },
        )
        commands = {"me": Command("profile"), "card": Command("crm.item.get", {"id": 7}), "list": Command("scope")}
        batch = portal.batch(commands)
        assert batch["me"] == {"ID": "6"}
        assert batch.get("card", "nothing") == "nothing"
        assert batch.error("me") is None
        assert batch.totals == {"list": 3}
        with pytest.raises(BitrixError) as error:
            batch["card"]
        assert error.value.code == "not_found"
        assert server.asked[0].body == {
            "halt": 0,
            "cmd": {"me": "profile", "card": "crm.item.get?id=7", "list": "scope"},
            "auth": "at-1",
        }

    def test_empty_maps_may_be_lists(self, server: Server, portal: Portal) -> None:
        server.on("/rest/batch", {"result": {"result": [], "result_error": [], "result_total": []}})
        batch = portal.batch({"me": Command("profile")})
        assert batch.get("me") is None
        with pytest.raises(BitrixError) as error:
            batch["me"]
        assert error.value.code == "not_run"

    def test_numbered_commands_may_come_back_as_lists(self, server: Server, portal: Portal) -> None:
        server.on("/rest/batch", {"result": {"result": ["a", "b"], "result_error": []}})
        batch = portal.batch({"0": Command("profile"), "1": Command("scope")})
        assert (batch["0"], batch["1"]) == ("a", "b")

    def test_more_than_fifty_commands_are_refused_before_sending(self, server: Server, portal: Portal) -> None:
        with pytest.raises(ValueError):
            portal.batch({str(n): Command("profile") for n in range(51)})
        assert server.asked == []

    def test_a_batch_that_writes_may_have_happened(self, server: Server, portal: Portal) -> None:
        server.on("/rest/batch", Reply(cut=True))
        with pytest.raises(OutcomeUnknown):
            portal.batch({"a": Command("crm.item.get"), "b": Command("crm.item.update")})
        with pytest.raises(BitrixError):
            portal.batch({"a": Command("crm.item.get"), "b": Command("profile")})


def test_tokens_and_secrets_do_not_show_in_repr(tokens: Tokens) -> None:
    shown = repr(tokens.token) + repr(AppCredentials("app.1", lambda: "secret-1"))
    assert not any(word in shown for word in ("at-1", "rt-1", "secret-1"))
