from __future__ import annotations

import json
import socket
import threading
from dataclasses import asdict

import pytest

from b24app.bitrix.exchanges import LogEntry
from b24app.bitrix.transport import Moved, Transport
from b24app.errors import BitrixError, OutcomeUnknown
from tests.bitrix.server import Asked, Reply, Server


def test_posts_json_and_reads_json(server: Server, transport: Transport) -> None:
    server.on("/rest/profile", {"result": {"ID": "1"}})
    answer = transport.post_json(server.rest + "profile", {"name": "Ж", "auth": "at"})
    assert (answer.status, answer.body) == (200, {"result": {"ID": "1"}})
    assert server.asked[0].body == {"name": "Ж", "auth": "at"}
    assert server.asked[0].headers["user-agent"] == "Paraph/1.0"


def test_keeps_the_connection_open(server: Server, transport: Transport) -> None:
    ports: list[int] = []
    server.on("/a", {"result": 1})
    original = server._handle
    server._handle = lambda handler: (ports.append(handler.client_address[1]), original(handler))  # type: ignore[method-assign,assignment]
    for _ in range(3):
        transport.get_json(server.url + "/a")
    assert len(set(ports)) == 1


def test_a_redirect_is_reported_and_not_followed(server: Server, transport: Transport) -> None:
    server.on("/rest/profile", Reply(status=302, headers={"Location": "/elsewhere"}, raw=b""))
    with pytest.raises(Moved) as moved:
        transport.post_json(server.rest + "profile", {})
    assert moved.value.location == server.url + "/elsewhere"
    assert len(server.asked) == 1


@pytest.mark.parametrize("raw", [b"<html>login</html>", b"[1]", b"", b'{"a":' * 50_000])
def test_an_answer_that_is_no_json_object_is_an_error(server: Server, transport: Transport, raw: bytes) -> None:
    server.on("/rest/profile", Reply(raw=raw))
    with pytest.raises(BitrixError) as error:
        transport.post_json(server.rest + "profile", {}, write=False)
    assert error.value.code in ("not_json", "too_large")


def test_an_answer_beyond_the_limit_is_cut_off(server: Server, transport: Transport) -> None:
    server.on("/rest/profile", Reply(raw=b'{"result":"' + b"x" * 200_000 + b'"}'))
    with pytest.raises(BitrixError) as error:
        transport.post_json(server.rest + "profile", {}, write=False)
    assert error.value.code == "too_large"


def test_a_compressed_bomb_is_cut_off_at_its_unpacked_size(server: Server, transport: Transport) -> None:
    import gzip

    bomb = gzip.compress(b'{"result":"' + b"x" * 20_000_000 + b'"}')
    assert len(bomb) < 100_000
    server.on("/rest/profile", Reply(raw=bomb, headers={"Content-Encoding": "gzip"}))
    with pytest.raises(BitrixError) as error:
        transport.post_json(server.rest + "profile", {}, write=False)
    assert error.value.code == "too_large"


def test_a_write_without_an_answer_may_have_happened(server: Server, transport: Transport) -> None:
    server.on("/rest/crm.item.add", Reply({"result": 1}, delay_s=1.0))
    with pytest.raises(OutcomeUnknown):
        transport.post_json(server.rest + "crm.item.add", {}, write=True)
    assert len(server.asked) == 1


def test_a_write_whose_connection_breaks_may_have_happened(server: Server, transport: Transport) -> None:
    server.on("/rest/crm.item.add", Reply(cut=True))
    with pytest.raises(OutcomeUnknown):
        transport.post_json(server.rest + "crm.item.add", {}, write=True)
    assert len(server.asked) == 1


@pytest.mark.parametrize("status", [502, 504])
def test_a_write_a_gateway_gave_up_on_may_have_happened(server: Server, transport: Transport, status: int) -> None:
    server.on("/rest/crm.item.add", Reply(status=status, raw=b"<html>"))
    with pytest.raises(OutcomeUnknown):
        transport.post_json(server.rest + "crm.item.add", {}, write=True)


def test_a_read_without_an_answer_is_a_plain_failure(server: Server, transport: Transport) -> None:
    server.on("/rest/profile", Reply({"result": 1}, delay_s=1.0))
    with pytest.raises(BitrixError) as error:
        transport.post_json(server.rest + "profile", {}, write=False)
    assert error.value.code == "timeout"
    assert not error.value.permanent


def test_a_dripping_answer_ends_at_the_total_limit(server: Server, transport: Transport) -> None:
    server.on("/rest/profile", Reply({"result": "x" * 500}, drip=True))
    with pytest.raises(BitrixError) as error:
        transport.post_json(server.rest + "profile", {}, write=False)
    assert error.value.code == "timeout"


def test_a_write_that_could_not_connect_has_not_happened(transport: Transport) -> None:
    with socket.socket() as closed:
        closed.bind(("127.0.0.1", 0))
        port = closed.getsockname()[1]
    with pytest.raises(BitrixError) as error:
        transport.post_json(f"http://127.0.0.1:{port}/rest/crm.item.add", {}, write=True)
    assert error.value.code == "unreachable"


def test_a_write_to_an_unknown_name_has_not_happened(transport: Transport) -> None:
    with pytest.raises(BitrixError) as error:
        transport.post_json("http://portal.invalid/rest/crm.item.add", {}, write=True)
    assert error.value.code == "unreachable"


def test_a_read_on_a_connection_gone_stale_is_repeated_once(server: Server, transport: Transport) -> None:
    server.in_turn("/rest/profile", {"result": 1}, Reply(cut=True), {"result": 2})
    transport.post_json(server.rest + "profile", {}, write=False)
    assert transport.post_json(server.rest + "profile", {}, write=False).body == {"result": 2}
    assert len(server.asked) == 3


def test_a_write_on_a_connection_gone_stale_is_not_repeated(server: Server, transport: Transport) -> None:
    server.in_turn("/rest/crm.item.add", {"result": 1}, Reply(cut=True), {"result": 2})
    transport.post_json(server.rest + "crm.item.add", {}, write=True)
    with pytest.raises(OutcomeUnknown):
        transport.post_json(server.rest + "crm.item.add", {}, write=True)
    assert len(server.asked) == 2


@pytest.mark.parametrize(
    "url",
    ["ftp://a/", "https://", "https://user:pw@a.example/", "file:///etc/passwd", "/x", "https://[", "https://a:99999/"],
)
def test_refuses_what_is_no_plain_web_address(transport: Transport, url: str) -> None:
    with pytest.raises(BitrixError) as error:
        transport.get_json(url)
    assert error.value.code == "bad_url"
    assert "pw" not in str(error.value)


@pytest.mark.parametrize("location", ["https://[", "//", "javascript:alert(1)"])
def test_a_redirect_to_nowhere_is_refused(server: Server, transport: Transport, location: str) -> None:
    server.on("/file", Reply(status=302, raw=b"", headers={"Location": location}))
    with pytest.raises(BitrixError):
        transport.download(server.url + "/file", referer="r", max_bytes=10)


@pytest.mark.parametrize("url", ["http://a b/x", "http://" + "a" * 300 + ".example/", "http://.../"])
def test_a_write_to_an_impossible_name_has_not_happened(transport: Transport, url: str) -> None:
    with pytest.raises(BitrixError):
        transport.post_json(url, {}, write=True)


def test_plain_http_needs_permission() -> None:
    with pytest.raises(BitrixError) as error:
        Transport(allow_private=False, user_agent="x").get_json("http://93.184.216.34/")
    assert error.value.code == "bad_url"


def test_cookies_of_a_portal_are_not_kept(server: Server, transport: Transport) -> None:
    server.on("/a", Reply({"result": 1}, headers={"Set-Cookie": "PHPSESSID=1; Path=/"}))
    transport.get_json(server.url + "/a")
    transport.get_json(server.url + "/a")
    assert "cookie" not in server.asked[1].headers


def test_proxies_of_the_environment_are_not_used(
    server: Server, transport: Transport, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("HTTP_PROXY", "http://127.0.0.1:9")
    monkeypatch.setenv("http_proxy", "http://127.0.0.1:9")
    server.on("/a", {"result": 1})
    assert transport.get_json(server.url + "/a").body == {"result": 1}


def test_many_threads_share_the_door(server: Server, transport: Transport) -> None:
    server.on("/echo", lambda asked: Reply({"result": asked.body["n"]}))
    seen: dict[int, int] = {}

    def run(n: int) -> None:
        seen[n] = transport.post_json(server.url + "/echo", {"n": n}).body["result"]

    threads = [threading.Thread(target=run, args=(n,)) for n in range(24)]
    [thread.start() for thread in threads]
    [thread.join() for thread in threads]
    assert seen == {n: n for n in range(24)}


class TestDownload:
    def test_sends_what_the_portals_web_server_wants(self, server: Server, transport: Transport) -> None:
        server.on("/file", Reply(raw=b"%PDF-1.7"))
        assert transport.download(server.url + "/file?token=t", referer="https://acme/", max_bytes=100) == b"%PDF-1.7"
        headers = server.asked[0].headers
        assert headers["referer"] == "https://acme/"
        assert headers["user-agent"].startswith("Mozilla/5.0")
        assert headers["accept-language"]
        assert server.asked[0].query == {"token": "t"}

    def test_follows_a_redirect_a_few_times_only(self, server: Server, transport: Transport) -> None:
        server.on("/a", Reply(status=302, raw=b"", headers={"Location": "/b"}))
        server.on("/b", Reply(raw=b"data"))
        server.on("/loop", Reply(status=302, raw=b"", headers={"Location": "/loop"}))
        assert transport.download(server.url + "/a", referer="r", max_bytes=10) == b"data"
        with pytest.raises(BitrixError) as error:
            transport.download(server.url + "/loop", referer="r", max_bytes=10)
        assert error.value.code == "too_many_redirects"

    def test_stops_at_the_limit(self, server: Server, transport: Transport) -> None:
        server.on("/file", Reply(raw=b"x" * 1000))
        with pytest.raises(BitrixError) as error:
            transport.download(server.url + "/file", referer="r", max_bytes=999)
        assert error.value.code == "too_large"

    def test_a_refusal_is_an_error(self, server: Server, transport: Transport) -> None:
        server.on("/file", Reply(status=404, raw=b"nginx"))
        with pytest.raises(BitrixError) as error:
            transport.download(server.url + "/file", referer="r", max_bytes=999)
        assert error.value.code == "download_refused"


class TestLog:
    def test_holds_no_token_and_no_person(self, server: Server, transport: Transport, log: list[LogEntry]) -> None:
        server.on("/rest/crm.item.get", {"result": {"item": {"id": 7, "name": "Ann", "email": "ann@lee.example"}}})
        transport.post_json(server.rest + "crm.item.get", {"id": 7, "auth": "at-secret"})
        text = json.dumps([asdict(entry) for entry in log])
        assert log[0].status == 200
        assert '"id": 7' in text
        assert not any(word in text for word in ("at-secret", "Ann", "ann@"))

    def test_names_the_failure(self, server: Server, transport: Transport, log: list[LogEntry]) -> None:
        server.on("/rest/crm.item.add", Reply(cut=True))
        with pytest.raises(OutcomeUnknown):
            transport.post_json(server.rest + "crm.item.add", {})
        assert (log[0].status, log[0].error) == (0, "outcome_unknown")

    def test_hides_the_query_of_an_address(self, server: Server, transport: Transport, log: list[LogEntry]) -> None:
        def answer(asked: Asked) -> Reply:
            return Reply({"result": asked.query["auth"]})

        server.on("/rest/app.info", answer)
        transport.get_json(server.rest + "app.info", {"auth": "at-secret"})
        assert "at-secret" not in repr(log)
