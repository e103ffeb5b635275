"""Log lines as a process writes them."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from typing import Any

ROOT = Path(__file__).parent.parent
SECRET = "kJ3v0Yp9sT_5mQx-8Zr2WbN4aLcE7dHgUfVi1oMnPqR"


def lines(code: str, level: str = "DEBUG") -> list[dict[str, Any]]:
    """Run code in a process that has configured its logs, and read its standard error."""
    begin = f"import logging, structlog\nfrom b24app.logs import configure_logs\nconfigure_logs({level!r})\n"
    command = [sys.executable, "-c", begin + code]
    written = subprocess.run(command, cwd=ROOT, capture_output=True, text=True, check=True, timeout=60).stderr
    return [json.loads(line) for line in written.splitlines()]


def test_a_line_begins_with_when_how_grave_and_what():
    [line] = lines("structlog.get_logger().info('hint_lost', portal='acme')")
    assert list(line) == ["timestamp", "level", "event", "portal"]
    assert (line["level"], line["event"]) == ("info", "hint_lost")


def test_libraries_speak_through_the_same_lines():
    [line] = lines("logging.getLogger('huey').warning('Task %s was revoked', 7)")
    assert list(line) == ["timestamp", "level", "event", "logger"]
    assert (line["level"], line["event"], line["logger"]) == ("warning", "Task 7 was revoked", "huey")


def test_finer_words_of_libraries_stay_out_at_any_level():
    code = """
for name in ("urllib3.connectionpool", "peewee", "huey", "botocore.auth"):
    logging.getLogger(name).debug("SELECT ann@lee.example")
    logging.getLogger(name).info("Executing")
"""
    assert lines(code) == []


def test_what_may_be_a_secret_in_a_librarys_sentence_is_hidden():
    code = f"""
logging.getLogger("gunicorn.error").error("Error handling request %s", "/s/{SECRET}/view?said=x")
logging.getLogger("urllib3").warning("Failed to parse headers (url=%s)", "https://o.example/oauth/token?secret={SECRET}")
logging.getLogger("mail").warning("no such mailbox: %s", "<ann@lee.example>")
"""
    assert [line["event"] for line in lines(code)] == [
        "Error handling request /s/***/view?***",
        "Failed to parse headers (url=https://o.example/oauth/token?***",
        "no such mailbox: <***>",
    ]


def test_an_error_is_told_by_its_kind_and_place_and_not_by_its_words():
    code = """
def read(value):
    raise KeyError(value)
try:
    try:
        read("ann@lee.example")
    except KeyError as error:
        raise ValueError("of Ann Lee") from error
except ValueError as error:
    logging.getLogger("huey").exception("Unhandled exception in task 7.")
    structlog.get_logger().error("bug", exc_info=error)
    structlog.get_logger().exception("bug")
"""
    found = lines(code)
    assert [line["error"] for line in found] == ["ValueError"] * 3
    assert all("in read" in line["frames"] and "KeyError, and then" in line["frames"] for line in found)
    assert "lee.example" not in str(found)
    assert "of Ann" not in str(found)


def test_lines_below_the_level_are_left_out():
    assert lines("structlog.get_logger().info('request'); logging.getLogger('huey').warning('x')", "ERROR") == []


def test_a_bug_in_a_page_leaves_its_place_and_the_requests_line(tmp_path):
    code = f"""
from b24app import create_app
from b24app.settings import Settings

def read_name():
    raise KeyError("ann@lee.example")

app = create_app(Settings(data_dir={str(tmp_path)!r}))
app.add_url_rule("/broken/<name>", "broken", lambda name: read_name())
app.test_client().get("/broken/ann", headers={{"X-Request-Id": "number-12"}})
"""
    bug, request = lines(code)
    assert (bug["event"], bug["error"], bug["route"], bug["request_id"]) == (
        "bug", "KeyError", "/broken/<name>", "number-12",
    )  # fmt: skip
    assert "in read_name" in bug["frames"]
    assert (request["event"], request["status"]) == ("request", 500)
    assert "ann" not in str((bug | {"frames": ""}, request))
