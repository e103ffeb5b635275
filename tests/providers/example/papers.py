"""What Example Sign keeps: papers, the people who sign them, and the news about both."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Callable
from dataclasses import dataclass, field
from datetime import datetime
from itertools import count
from typing import Any

END = {"finished", "refused", "overdue", "stopped", "broken"}


@dataclass
class Person:
    id: str
    name: str
    mail: str
    turn: int
    state: str = "waiting"  # waiting | asked | seen | signed | refused | returned
    since: datetime | None = None
    why: str = ""
    nudges: int = 0


@dataclass
class Paper:
    id: str
    tag: str
    title: str
    file: bytes
    people: list[Person]
    places: list[dict[str, Any]]
    state: str = "preparing"  # preparing | open | stopping, and END
    why: str = ""
    ended: datetime | None = None
    waits: int = 0  # how many more times the signed file is "not made yet"

    def person(self, mail: str) -> Person:
        return next(person for person in self.people if person.mail == mail)


@dataclass
class News:
    """One event on its way to the subscriber."""

    url: str
    headers: dict[str, str]
    body: bytes

    @property
    def what(self) -> str:
        return str(json.loads(self.body)["what"])


@dataclass
class Desk:
    """The service's state, and what its own people and the signers do to it."""

    now: Callable[[], datetime]
    hook_key: str
    hook: str = ""
    papers: dict[str, Paper] = field(default_factory=dict)
    files: dict[str, bytes] = field(default_factory=dict)
    news: list[News] = field(default_factory=list)
    prepares_late: bool = False
    locks: bool = False  # its signature forbids any change of the file
    stops_late: bool = False
    shows_returned_letters: bool = True
    files_wait: int = 0
    numbers: Any = field(default_factory=lambda: count(1))

    def add(self, paper: Paper) -> None:
        self.papers[paper.id] = paper
        if not self.prepares_late:
            self.open(paper)

    def open(self, paper: Paper) -> None:
        paper.state = "open"
        self._ask_next(paper)
        self.tell(paper, "paper_opened")

    def break_(self, paper: Paper, why: str) -> None:
        self._end(paper, "broken", why)

    def see(self, paper: Paper, mail: str) -> None:
        self._move(paper, paper.person(mail), "seen", "person_saw")

    def sign(self, paper: Paper, mail: str) -> None:
        """The last signature finishes the paper, even one that is being stopped."""
        self._move(paper, paper.person(mail), "signed", "person_signed")
        if all(person.state == "signed" for person in paper.people):
            paper.waits = self.files_wait
            self._end(paper, "finished")
        else:
            self._ask_next(paper)

    def refuse(self, paper: Paper, mail: str, why: str) -> None:
        person = paper.person(mail)
        person.why = why
        self._move(paper, person, "refused", "person_refused")
        self._end(paper, "refused", why)

    def return_letter(self, paper: Paper, mail: str) -> None:
        person = paper.person(mail)
        if self.shows_returned_letters:
            person.state, person.since, person.why = "returned", self.now(), "No such mailbox"
        self.tell(paper, "letter_returned", person, "No such mailbox")

    def run_out(self, paper: Paper) -> None:
        self._end(paper, "overdue")

    def stop(self, paper: Paper, why: str = "") -> None:
        self._end(paper, "stopped", why)

    def begin_stopping(self, paper: Paper) -> None:
        paper.state = "stopping"
        if not self.stops_late:
            self.stop(paper)

    def correct(self, paper: Paper, person: Person, name: str, mail: str) -> str:
        """A new address is a new person, as far as ids go."""
        if mail != person.mail:
            person.id, person.state = f"{person.id}x", "asked"
        person.name, person.mail = name, mail
        self.tell(paper, "paper_corrected", person)
        return person.id

    def tell(self, paper: Paper, what: str, person: Person | None = None, why: str = "") -> None:
        told = {"number": next(self.numbers), "about": paper.id, "tag": paper.tag, "what": what, "why": why}
        told |= {"person": person.id if person else "", "when": self.now().isoformat()}
        self.post(told)

    def post(self, told: dict[str, Any], key: str | None = None) -> None:
        """Put news on the way; another key forges them."""
        body = json.dumps(told).encode()
        proof = hmac.new((key or self.hook_key).encode(), body, hashlib.sha256).hexdigest()
        headers = {"Content-Type": "application/json", "X-Example-Signature": proof}
        self.news.append(News(self.hook, headers, body))

    def _move(self, paper: Paper, person: Person, state: str, what: str) -> None:
        person.state, person.since = state, self.now()
        self.tell(paper, what, person)

    def _ask_next(self, paper: Paper) -> None:
        waiting = [person.turn for person in paper.people if person.state != "signed"]
        for person in paper.people:
            if person.state == "waiting" and person.turn == min(waiting):
                person.state, person.since = "asked", self.now()

    def _end(self, paper: Paper, state: str, why: str = "") -> None:
        paper.state, paper.why, paper.ended = state, why, self.now()
        self.tell(paper, f"paper_{state}", None, why)
