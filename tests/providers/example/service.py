"""Example Sign over HTTP: a signing service as providers are, with words, units and habits of its own.

Two calls to send, turns counted from 0, places in millimetres, a person's id that changes with the address, cancelling
that takes its time, files that are not ready at once.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Callable
from datetime import datetime
from functools import cache
from typing import Any
from urllib.parse import parse_qsl, urlencode, urlsplit

from flask import Flask, Response, jsonify, request
from markupsafe import escape
from werkzeug.exceptions import HTTPException

from b24app.clock import utc_now
from b24app.evidence.authority import Authority, create_authority
from b24app.evidence.seal import Sealer
from b24app.sandbox.faults import Faults
from b24app.sandbox.serving import DROP_HEADER, Listener
from tests.providers.example.papers import END, Desk, Paper, Person

KEY = "example-key"
OPEN = ("trade", "consent")
"""What is answered without a key."""


@cache
def authority() -> Authority:
    return create_authority("Example Sign", utc_now())


def signed_by_the_service(paper: Paper, *, locked: bool) -> bytes:
    """The file with the service's own signature on it, as signing services hand it out; a locked one is certified."""
    service = Sealer(authority())
    sign = service.seal if locked else service.seal_over
    return sign(paper.file, reason=paper.title, now=utc_now()).pdf


class Refused(Exception):
    def __init__(self, word: str, status: int) -> None:
        super().__init__(word)
        self.word, self.status = word, status


class ExampleSign:
    """The service, its state (`desk`), its troubles (`faults`) and what it was asked (`calls`)."""

    def __init__(self, now: Callable[[], datetime]) -> None:
        self.desk = Desk(now, hook_key="example-hook-key")
        self.faults = Faults()
        self.calls: Counter[str] = Counter()
        self.keys = {KEY}
        self.codes: dict[str, tuple[str, str]] = {}
        self._listener = Listener(self._build)

    @property
    def url(self) -> str:
        return self._listener.url

    def close(self) -> None:
        self._listener.stop()

    def down(self) -> None:
        self._listener.down()

    def up(self) -> None:
        self._listener.up()

    def only(self) -> Paper:
        """The paper there is; more than one is a failure of the test."""
        [paper] = self.desk.papers.values()
        return paper

    def _build(self) -> Flask:
        app = Flask("example-sign")
        app.before_request(self._before)
        app.after_request(self._after)
        app.register_error_handler(Refused, lambda e: (jsonify(error=e.word), e.status))
        app.register_error_handler(HTTPException, lambda e: (jsonify(error="not_here"), e.code))
        for verb, path, view in self._routes():
            app.add_url_rule(path, view.__name__, view, methods=[verb])
        return app

    def _routes(self) -> list[tuple[str, str, Callable[..., Any]]]:
        return [
            ("POST", "/trade", self.trade), ("GET", "/agree", self.consent), ("GET", "/me", self.me),
            ("PUT", "/me/hook", self.set_hook), ("DELETE", "/me/hook", self.end_hook),
            ("POST", "/files", self.upload), ("POST", "/papers", self.send), ("GET", "/papers", self.find),
            ("GET", "/papers/<paper>", self.read), ("GET", "/papers/<paper>/file", self.file),
            ("POST", "/papers/<paper>/stop", self.stop), ("PUT", "/papers/<paper>/people/<person>", self.correct),
            ("POST", "/papers/<paper>/people/<person>/nudge", self.nudge),
            ("POST", "/papers/<paper>/people/<person>/page", self.page),
        ]  # fmt: skip

    def _before(self) -> Response | tuple[Response, int] | None:
        name = request.endpoint or ""
        self.calls[name] += 1
        if self.faults.take("dropped", name):
            return Response(headers={DROP_HEADER: "1"})
        fault = self.faults.take("http_error", name)
        if fault:
            answer = jsonify(error=fault.get("word", "out_of_order"))
            answer.headers["Retry-After"] = str(fault.get("retry_after", 7))
            return answer, int(fault.get("status", 503))
        if name not in OPEN and request.headers.get("X-Example-Key") not in self.keys:
            return jsonify(error="no_entry"), 401
        return None

    def _after(self, response: Response) -> Response:
        if response.status_code < 400 and self.faults.take("answer_lost", request.endpoint or ""):
            response.headers[DROP_HEADER] = "1"
        return response

    def trade(self) -> dict[str, Any]:
        """A key for the code that was given at the consent; `state` and `return_to` are those of that time."""
        asked = request.get_json()
        if self.codes.pop(asked["code"], None) != (asked["state"], asked["return_to"]):
            raise Refused("no_entry", 401)
        return {"key": KEY}

    def agree(self, address: str) -> str:
        """What a person does on the page of consent: agree. Returns where he is sent."""
        asked = dict(parse_qsl(urlsplit(address).query))
        code = f"code-{len(self.codes) + 1}"
        self.codes[code] = (asked["state"], asked["back"])
        return f"{asked['back']}?{urlencode({'state': asked['state'], 'code': code})}"

    def consent(self) -> str:
        """The page of consent, for browsers."""
        return f'<a href="{escape(self.agree(request.url))}" data-testid="agree">Agree</a>'

    def me(self) -> dict[str, Any]:
        return {"id": "acc-1", "mail": "office@example.test", "plan": "Small", "left": 3}

    def set_hook(self) -> dict[str, Any]:
        self.desk.hook = str(request.get_json()["url"])
        return {}

    def end_hook(self) -> dict[str, Any]:
        if self.desk.hook == request.get_json()["url"]:
            self.desk.hook = ""
        return {}

    def upload(self) -> dict[str, Any]:
        name = f"file-{len(self.desk.files) + 1}"
        self.desk.files[name] = request.get_data()
        return {"file": name}

    def send(self) -> dict[str, Any]:
        asked = request.get_json()
        if not all("@" in person["mail"] for person in asked["people"]):
            raise Refused("bad_address", 422)
        number = len(self.desk.papers) + 1
        people = [
            Person(f"p{number}-{index}", person["name"], person["mail"], person["turn"])
            for index, person in enumerate(asked["people"])
        ]
        file = self.desk.files[asked["file"]]
        paper = Paper(f"paper-{number}", asked["tag"], asked["title"], file, people, asked["places"])
        self.desk.add(paper)
        return self._short(paper)

    def find(self) -> list[dict[str, Any]]:
        return [self._short(paper) for paper in self.desk.papers.values() if paper.tag == request.args["tag"]]

    def read(self, paper: str) -> dict[str, Any]:
        found = self._paper(paper)
        people = [
            {
                "person": person.id, "name": person.name, "mail": person.mail, "state": person.state,
                "since": _text(person.since), "why": person.why, "address": "203.0.113.7",
            }
            for person in found.people
        ]  # fmt: skip
        return {
            "paper": found.id,
            "state": found.state,
            "why": found.why,
            "ended": _text(found.ended),
            "people": people,
        }

    def file(self, paper: str) -> Response:
        found = self._paper(paper)
        if found.waits:
            found.waits -= 1
            raise Refused("not_made_yet", 425)
        if found.state != "finished":
            raise Refused("not_made_yet", 425)
        return Response(signed_by_the_service(found, locked=self.desk.locks), mimetype="application/pdf")

    def stop(self, paper: str) -> dict[str, Any]:
        found = self._paper(paper)
        if found.state in END - {"stopped"}:
            raise Refused("too_late", 409)
        if found.state == "open":
            self.desk.begin_stopping(found)
        return {"state": found.state}

    def correct(self, paper: str, person: str) -> dict[str, Any]:
        found, asked = self._paper(paper), request.get_json()
        someone = self._person(found, person)
        if someone.state in ("signed", "refused"):
            raise Refused("too_late", 409)
        return {"person": self.desk.correct(found, someone, asked["name"], asked["mail"])}

    def nudge(self, paper: str, person: str) -> dict[str, Any]:
        someone = self._person(self._paper(paper), person)
        if someone.nudges:
            raise Refused("too_often", 429)
        someone.nudges += 1
        return {}

    def page(self, paper: str, person: str) -> dict[str, Any]:
        someone = self._person(self._paper(paper), person)
        return {"url": f"{self.url}/sign/{someone.id}?back={request.get_json()['back']}"}

    def _short(self, paper: Paper) -> dict[str, Any]:
        people = [person.id for person in paper.people]
        return {"paper": paper.id, "state": paper.state, "people": people}

    def _paper(self, paper: str) -> Paper:
        if paper not in self.desk.papers:
            raise Refused("not_here", 404)
        return self.desk.papers[paper]

    def _person(self, paper: Paper, person: str) -> Person:
        found = next((someone for someone in paper.people if someone.id == person), None)
        if found is None:
            raise Refused("not_here", 404)
        return found


def _text(moment: datetime | None) -> str | None:
    return moment.isoformat() if moment else None
