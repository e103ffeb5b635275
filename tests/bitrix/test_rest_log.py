from __future__ import annotations

import json
import subprocess
import sys
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest
from structlog.contextvars import bound_contextvars
from structlog.testing import capture_logs

from b24app.bitrix.client import AppCredentials, Portal
from b24app.bitrix.exchanges import Whose
from b24app.bitrix.oauth import OAuthServer
from b24app.bitrix.rest_log import MAX_LINE, RestLog, Wanted, read
from b24app.bitrix.transport import Transport
from b24app.errors import BitrixError, ReconnectNeeded
from tests.bitrix.conftest import NOW, Limiter, Tokens
from tests.bitrix.server import Reply, Server

ROOT = Path(__file__).parents[2]
EVERYTHING = Wanted(datetime(2000, 1, 1, tzinfo=UTC))


class Clock:
    moment = NOW

    def __call__(self) -> datetime:
        return self.moment


@pytest.fixture
def clock() -> Clock:
    return Clock()


@pytest.fixture
def portal(server: Server, tmp_path: Path, clock: Clock) -> Portal:
    """Anna's client (employee 6 of acme) whose calls are logged into `tmp_path / "log"`."""
    rest_log = RestLog(tmp_path / "log", clock)
    door = Transport(allow_private=True, user_agent="Paraph/1.0", timeout_s=(1.0, 0.5), log=rest_log.write)
    oauth = OAuthServer(door, server.url, now=lambda: NOW)
    return Portal(
        door, oauth, Tokens(server.rest), AppCredentials("a", lambda: "b"), Limiter(), lambda: NOW, Whose("acme", 6)
    )


def lines(directory: Path, wanted: Wanted = EVERYTHING) -> list[dict[str, object]]:
    return [json.loads(text) for text in read(directory / "log", wanted)]


def test_a_call_leaves_one_line_that_says_everything(portal: Portal, server: Server, tmp_path: Path) -> None:
    server.on("/rest/crm.item.get", {"result": {"item": {"id": 7, "title": "Offer for Ann"}}})
    with bound_contextvars(key="r1:3", request_id="abc", unrelated="no"):
        portal.call("crm.item.get", {"entityTypeId": 1, "id": 7})
    [line] = lines(tmp_path)
    assert isinstance(line.pop("duration_ms"), int)
    assert line == {
        "time": "2026-11-23T20:00:00.000+00:00",
        "portal": "acme",
        "user_id": 6,
        "key": "r1:3",
        "request_id": "abc",
        "verb": "POST",
        "url": server.rest + "crm.item.get",
        "method": "crm.item.get",
        "status": 200,
        "error": "",
        "params": {"entityTypeId": 1, "id": 7, "auth": "***"},
        "answer": {"result": {"item": {"id": 7, "title": "<text of 13>"}}},
    }


def test_a_refusal_and_a_silence_leave_their_code(portal: Portal, server: Server, tmp_path: Path) -> None:
    server.on("/rest/crm.item.get", Reply({"error": "NOT_FOUND", "error_description": "Not found"}, 400))
    server.on("/rest/profile", Reply(cut=True))
    for method in ("crm.item.get", "profile"):
        with pytest.raises(BitrixError):
            portal.call(method)
    assert [(line["status"], line["error"]) for line in lines(tmp_path)] == [(400, "not_found"), (0, "no_answer")]


def test_a_step_of_a_batch_that_failed_counts_as_an_error(portal: Portal, server: Server, tmp_path: Path) -> None:
    failed = {"a": {"error": "ACCESS_DENIED", "error_description": "Access denied"}}
    server.on("/rest/batch", {"result": {"result": [], "result_error": failed}})
    portal.call("batch", {"cmd": {"a": "user.get?id=1"}}, write=False)
    assert lines(tmp_path, Wanted(EVERYTHING.since, errors=True))[0]["error"] == "in_batch"


def test_the_oauth_servers_answers_are_logged_for_their_portal(portal: Portal, server: Server, tmp_path: Path) -> None:
    server.on("/oauth/token/", Reply({"error": "invalid_grant"}, 400))
    place = {"member_id": "globex", "client_endpoint": server.rest}
    server.on("/rest/app.info", {"result": {"client_id": "app", "user_id": 3, "install": place}})
    with pytest.raises(ReconnectNeeded):
        portal._renew(portal._tokens.load())
    portal._oauth.prove("at-secret")
    kept = [(line["method"], line["portal"], line["user_id"]) for line in lines(tmp_path)]
    assert kept == [("oauth.token", "acme", 6), ("app.info", "globex", 3)]
    assert not any(secret in str(lines(tmp_path)) for secret in ("at-secret", "at-1", "rt-1"))


def test_a_file_leaves_its_size_only(portal: Portal, server: Server, tmp_path: Path) -> None:
    server.on("/file", Reply(raw=b"%PDF-1.7 Ann Lee"))
    portal.download(server.url + "/file?token=at-secret", max_bytes=99)
    [line] = lines(tmp_path)
    assert (line["method"], line["answer"]) == ("download", "<file of 16 bytes>")
    assert "at-secret" not in str(line)


def test_a_line_stays_short_whatever_is_answered(portal: Portal, server: Server, tmp_path: Path) -> None:
    rows = [{f"FIELD_{number}_{'x' * 60}": number for number in range(60)} for _ in range(60)]
    server.on("/rest/crm.item.list", {"result": {"items": rows}})
    server.on("/rest/crm.item.get", {"error": "x" * 90_000, "result": {"\ud800": 1}})
    portal.call("crm.item.list", {f"{'y' * 70}{number}": number for number in range(400)})
    with pytest.raises(BitrixError):
        portal.call("crm.item.get")
    texts = list(read(tmp_path / "log", EVERYTHING))
    assert [len(text) <= MAX_LINE for text in texts] == [True, True]
    assert "bytes in all" in texts[0]


def test_what_is_older_than_three_days_goes(portal: Portal, server: Server, tmp_path: Path, clock: Clock) -> None:
    server.on("/rest/profile", {"result": {}})
    for hours in (0, 71, 2):
        clock.moment += timedelta(hours=hours)
        portal.call("profile")
    assert [line["time"][:13] for line in lines(tmp_path)] == ["2026-11-26T19", "2026-11-26T21"]
    clock.moment += timedelta(days=4)
    RestLog(tmp_path / "log", clock).forget_old()
    assert lines(tmp_path) == []


@pytest.mark.parametrize("trouble", ["full", "no directory"])
def test_trouble_with_the_disk_is_said_once_and_disturbs_no_call(
    portal: Portal, server: Server, tmp_path: Path, trouble: str
) -> None:
    server.on("/rest/profile", {"result": {"ID": 6}})
    if trouble == "full":
        (tmp_path / "log").mkdir()
        (tmp_path / "log" / "2026-11-23T20.jsonl").symlink_to("/dev/full")
    else:
        (tmp_path / "log").write_text("in the way")
    with capture_logs() as said:
        assert [portal.call("profile").result for _ in range(3)] == [{"ID": 6}] * 3
    assert [line["event"] for line in said] == ["rest_log_failing"]


def test_lines_are_found_by_portal_time_method_and_error(tmp_path: Path) -> None:
    (tmp_path / "log").mkdir()
    kept = [
        {"time": "2026-11-23T19:00:00.000+00:00", "portal": "acme", "method": "batch",
         "params": {"cmd": {"a": "crm.item.get?id=1"}}, "error": ""},
        {"time": "2026-11-23T20:00:00.000+00:00", "portal": "acme", "method": "crm.item.add", "error": "timeout"},
        {"time": "2026-11-23T20:30:00.000+00:00", "portal": "globex", "method": "user.admin", "error": ""},
    ]  # fmt: skip
    torn = '{"time": "2026-11-23T20:'
    text = "\n".join([*map(json.dumps, kept), torn])
    (tmp_path / "log" / "2026-11-23T20.jsonl").write_text(text)

    def found(**wanted: object) -> list[int]:
        asked = Wanted(**{"since": EVERYTHING.since, **wanted})  # type: ignore[arg-type]
        return [kept.index(line) for line in lines(tmp_path, asked)]

    assert found() == [0, 1, 2]
    assert found(portal="acme") == [0, 1]
    assert found(since=NOW) == [1, 2]
    assert found(method="CRM.*") == [0, 1]
    assert found(errors=True) == [1]


WRITER = """
import sys
from datetime import UTC, datetime
from pathlib import Path
from b24app.bitrix.exchanges import Exchange
from b24app.bitrix.rest_log import RestLog

log = RestLog(Path(sys.argv[1]), lambda: datetime(2026, 11, 23, 20, tzinfo=UTC))
for number in range(200):
    log.write(Exchange("POST", "https://acme.example/rest/profile", {f"p{n}": number for n in range(50)}).entry())
"""


def test_many_processes_write_at_once_and_no_line_is_torn(tmp_path: Path) -> None:
    command = [sys.executable, "-c", WRITER, str(tmp_path / "log")]
    processes = [subprocess.Popen(command, cwd=ROOT) for _ in range(4)]
    assert [process.wait(60) for process in processes] == [0] * 4
    texts = (tmp_path / "log" / "2026-11-23T20.jsonl").read_text().splitlines()
    assert len([json.loads(text) for text in texts]) == 800
