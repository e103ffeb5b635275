from __future__ import annotations

from datetime import UTC, datetime, timedelta
from typing import Any

import pytest

from b24app.bitrix.oauth import OAuthServer, TokenPair, scopes
from b24app.errors import BitrixError, ReconnectNeeded, Unauthentic
from tests.bitrix.conftest import NOW
from tests.bitrix.server import Reply, Server

INFO: dict[str, Any] = {
    "client_id": "app.5a",
    "scope": "crm,placement",
    "expires": "2026-11-23T21:00:00+00:00",
    "install": {
        "installed": True,
        "version": 4,
        "status": "F",
        "scope": "crm,placement",
        "domain": "acme.bitrix24.com",
        "uri": "https://acme.bitrix24.com",
        "client_endpoint": "https://acme.bitrix24.com/rest/",
        "member_id": "0f",
        "member_type": "x",
    },
    "user_id": 67,
}
PAIR = {
    "access_token": "at-2",
    "refresh_token": "rt-2",
    "expires": 1780319382,
    "expires_in": 3600,
    "client_endpoint": "https://acme.bitrix24.com/rest/",
    "server_endpoint": "https://oauth.bitrix.info/rest/",
    "domain": "oauth.bitrix.info",
    "member_id": "0f",
    "scope": "crm,im",
    "status": "F",
    "user_id": 67,
}


class TestProve:
    def test_reads_whose_token_it_is(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/rest/app.info", {"result": INFO})
        proof = oauth.prove("at-1")
        assert server.asked[0].query == {"auth": "at-1"}
        assert (proof.client_id, proof.member_id, proof.user_id) == ("app.5a", "0f", 67)
        assert (proof.domain, proof.client_endpoint) == ("acme.bitrix24.com", "https://acme.bitrix24.com/rest/")
        assert proof.scope == {"crm", "placement"}
        assert proof.installed
        assert proof.expires_at == datetime(2026, 11, 23, 21, tzinfo=UTC)

    def test_an_expired_token_asks_to_reconnect(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/rest/app.info", Reply({"error": "expired_token"}, 401))
        with pytest.raises(ReconnectNeeded):
            oauth.prove("at-1")

    @pytest.mark.parametrize("code", ["invalid_token", "NO_AUTH_FOUND", "NOT_INSTALLED", "something_new"])
    def test_a_bad_token_proves_nothing(self, server: Server, oauth: OAuthServer, code: str) -> None:
        server.on("/rest/app.info", Reply({"error": code}, 401))
        with pytest.raises(Unauthentic):
            oauth.prove("at-1")

    def test_no_token_proves_nothing_and_asks_nobody(self, server: Server, oauth: OAuthServer) -> None:
        with pytest.raises(Unauthentic):
            oauth.prove("")
        assert server.asked == []

    @pytest.mark.parametrize("status", [500, 503])
    def test_a_server_out_of_order_is_no_verdict(self, server: Server, oauth: OAuthServer, status: int) -> None:
        server.on("/rest/app.info", Reply({"error": "INTERNAL_SERVER_ERROR"}, status))
        with pytest.raises(BitrixError) as error:
            oauth.prove("at-1")
        assert not isinstance(error.value, ReconnectNeeded)
        assert not error.value.permanent

    @pytest.mark.parametrize("gap", ["client_id", "user_id", "install"])
    def test_an_answer_with_a_gap_proves_nothing(self, server: Server, oauth: OAuthServer, gap: str) -> None:
        server.on("/rest/app.info", {"result": {key: value for key, value in INFO.items() if key != gap}})
        with pytest.raises(Unauthentic):
            oauth.prove("at-1")


class TestRefresh:
    def test_brings_a_new_pair(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/oauth/token/", PAIR)
        pair = oauth.refresh("app.1", "secret", "rt-1")
        assert pair == TokenPair(
            access_token="at-2",
            refresh_token="rt-2",
            expires_at=NOW + timedelta(seconds=3600),
            client_endpoint="https://acme.bitrix24.com/rest/",
            member_id="0f",
            user_id=67,
            scope=frozenset({"crm", "im"}),
        )

    def test_a_code_is_exchanged_the_same_way(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/oauth/token/", {key: value for key, value in PAIR.items() if key not in ("user_id", "expires")})
        assert oauth.exchange_code("app.1", "secret", "c0de").user_id is None
        assert server.asked[0].query["grant_type"] == "authorization_code"
        assert server.asked[0].query["code"] == "c0de"

    @pytest.mark.parametrize(
        ("code", "status"), [("invalid_grant", 400), ("NOT_INSTALLED", 401), ("NO_AUTH_FOUND", 401)]
    )
    def test_a_dead_token_asks_to_reconnect(self, server: Server, oauth: OAuthServer, code: str, status: int) -> None:
        server.on("/oauth/token/", Reply({"error": code}, status))
        with pytest.raises(ReconnectNeeded):
            oauth.refresh("app.1", "secret", "rt-1")

    def test_a_wrong_client_comes_with_status_200(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/oauth/token/", {"error": "wrong_client"})
        with pytest.raises(BitrixError) as error:
            oauth.refresh("app.1", "secret", "rt-1")
        assert (error.value.code, error.value.permanent) == ("wrong_client", True)
        assert not isinstance(error.value, ReconnectNeeded)

    def test_a_lost_answer_is_tried_again_later(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/oauth/token/", Reply(cut=True))
        with pytest.raises(BitrixError) as error:
            oauth.refresh("app.1", "secret", "rt-1")
        assert not error.value.permanent
        assert server.count("/oauth/token/") == 1

    def test_a_redirecting_oauth_server_gets_no_second_request(self, server: Server, oauth: OAuthServer) -> None:
        server.on("/oauth/token/", Reply(status=302, raw=b"", headers={"Location": "/steal"}))
        with pytest.raises(BitrixError):
            oauth.refresh("app.1", "secret", "rt-1")
        assert len(server.asked) == 1

    def test_the_secret_stays_out_of_the_log_and_of_errors(
        self, server: Server, oauth: OAuthServer, log: list[Any]
    ) -> None:
        server.on("/oauth/token/", Reply({"error": "invalid_grant", "error_description": "x"}, 400))
        with pytest.raises(ReconnectNeeded) as error:
            oauth.refresh("app.1", "s3cr3t", "rt-1")
        shown = repr(log) + str(error.value) + repr(error.value)
        assert "s3cr3t" not in shown
        assert "rt-1" not in shown


@pytest.mark.parametrize("value", ["crm,im", "crm im", "CRM, im", ["crm", "im"]])
def test_scopes_come_in_several_spellings(value: Any) -> None:
    assert scopes(value) == {"crm", "im"}
