"""What is written down while a document is sent, signed, approved and sealed: no secret and no person is in it."""

from __future__ import annotations

import json
import re
from dataclasses import dataclass

import pytest

from tests.bench.calls import ANN, MARCO
from tests.running import MAIL_PASSWORD, Running, open_running
from tests.whole_life import TYPED, live

METRICS_TOKEN = "figures-for-me-only"
KINDS = 12


@dataclass
class Lived:
    """A finished life; `secrets` are what must not be written down: what it is, by the text."""

    running: Running
    secrets: dict[str, str]

    def found_in(self, text: str) -> set[str]:
        return {what for secret, what in self.secrets.items() if secret in text}


@pytest.fixture(scope="module")
def lived(tmp_path_factory: pytest.TempPathFactory) -> Lived:
    """At DEBUG, with a mail server that asks for a password; everything has ended."""
    settings = {"PARAPH_LOG_LEVEL": "DEBUG", "PARAPH_METRICS_TOKEN": METRICS_TOKEN}
    with open_running(tmp_path_factory.mktemp("life"), settings) as running:
        composer = live(running)
    return Lived(running, secrets_of(running, composer))


def secrets_of(running: Running, composer: str) -> dict[str, str]:
    letters, tokens = running.sandbox.mailbox.letters(), running.sandbox.tokens
    known = dict.fromkeys(tokens._access, "an access token") | dict.fromkeys(tokens._refresh, "a refresh token")
    for portal in running.sandbox.portals.values():
        known |= {app.application_token: "an application token" for app in portal.apps.values()}
        known |= {app.client_secret: "a client secret" for app in portal.apps.values()}
        known |= {person.full_name: "an employee" for person in portal.employees.values()}
    known |= {found: "a signer's link" for one in letters for found in re.findall(r"/s/([\w-]+)", one.text)}
    known |= dict.fromkeys((ANN, MARCO, "Ann Lee", "Marco Rossi", *TYPED), "a signer")
    known |= {one.subject: "a letter" for one in letters}
    frames = re.findall(r'<meta name="(?:paraph-session|csrf-token)" content="([^"]{20,})"', composer)
    known |= dict.fromkeys(frames, "a frame's session")
    known |= {(running.directory / "data" / "secret.key").read_text().strip(): "the key of all keys"}
    return known | {MAIL_PASSWORD: "the mail password", METRICS_TOKEN: "the metrics token"}


def test_the_secrets_are_real_and_would_be_found(lived: Lived) -> None:
    """Every kind is there, and a text that holds one is noticed: the letters do."""
    assert len(set(lived.secrets.values())) == KINDS
    assert len(lived.found_in(" ".join(lived.secrets))) == KINDS
    letters = " ".join(one.text for one in lived.running.sandbox.mailbox.letters())
    assert {"a signer", "a signer's link"} <= lived.found_in(letters)


@pytest.mark.parametrize("process", ["serve", "worker"])
def test_no_line_holds_a_secret_or_a_person(lived: Lived, process: str) -> None:
    assert lived.running.lines(process)
    assert lived.found_in(lived.running.text(process)) == set()


def test_the_rest_log_holds_no_secret_and_no_person(lived: Lived) -> None:
    kept = "".join(path.read_text() for path in (lived.running.directory / "data" / "rest-log").iterdir())
    assert {"batch", "app.info", "scope"} <= set(re.findall(r'"method":"([\w.]+)"', kept))
    assert lived.found_in(kept) == set()


def test_every_line_of_the_rest_log_says_what_the_call_was_made_for(lived: Lived) -> None:
    directory = lived.running.directory / "data" / "rest-log"
    lines = [json.loads(text) for path in directory.iterdir() for text in path.read_text().splitlines()]
    assert [line for line in lines if not (line.get("key") or line.get("request_id"))] == []
    assert {"key" in line for line in lines} == {True, False}  # the worker's and the pages'
    acme = lived.running.acme
    assert len([line for line in lines if line["portal"] == acme.member_id and "app.info" not in line["url"]]) == len(
        acme.calls
    )


def test_every_step_has_left_its_line(lived: Lived) -> None:
    answered = {line["route"] for line in lived.running.lines("serve") if line["event"] == "request"}
    steps = {"/placements/detail-toolbar", "/composer/send", "/s/<token>/finish", "/requests/<request_id>/approve"}
    assert steps <= answered
    topics = {"hand_over", "invite", "relay", "seal", "file_to_card", "pin", "copy_to_signers"}
    assert topics <= lived.running.handled()


def test_every_line_of_the_worker_about_a_message_says_which(lived: Lived) -> None:
    about = [line for line in lived.running.lines("worker") if not line["event"].startswith("worker_")]
    named = {"portal", "signature_request", "key", "topic", "attempts"}
    assert about
    assert [line for line in about if not named <= set(line)] == []


def test_every_line_of_a_request_has_its_number_and_the_proven_portal(lived: Lived) -> None:
    lines = lived.running.lines("serve")
    assert [line for line in lines if not re.fullmatch(r"[0-9a-f]{32}", line["request_id"])] == []
    open_to_all = {"/healthz", "/readyz", "/metrics"}
    strangers = [line for line in lines if line["route"] not in open_to_all and "portal" not in line]
    assert strangers == []
