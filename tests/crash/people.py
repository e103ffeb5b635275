"""People at the application's real doors, over HTTP: they send, sign, decline, approve, and ask again.

What they were told stands in `Told`: only what a page said to a person counts as said.
"""

from __future__ import annotations

import html
import random
import re
import threading
import time
from collections import Counter
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field
from typing import Any

import requests

from b24app.sandbox.portal.pages.clicks import rest_event
from b24app.sandbox.portal.portal import Portal
from b24app.sandbox.world import Sandbox
from tests.office import ANNA, Office, Page, looked_at

TICK = "UF_CRM_EXPRESS_START"
PATIENCE_S = 240.0
AGAIN_S = 0.15
TYPED = {"signature_kind": "type", "signature_text": "Anna Schmidt"}


class NobodyAnswers(Exception):
    """A person has given up: the application did not do in minutes what it must do in seconds."""


@dataclass(frozen=True)
class Answer:
    """An answer over HTTP with the face of Flask's own test client, so that tests.office.Page can read it."""

    status_code: int
    text: str

    def get_data(self, as_text: bool = True) -> str:
        return self.text


@dataclass
class Browser:
    """Asks again whatever a person would: no answer, or an apology. Counts what is under way, by the door's name."""

    url: str
    under_way: Counter[str] = field(default_factory=Counter)
    unanswered: int = 0
    apologies: Counter[str] = field(default_factory=Counter)
    lock: threading.Lock = field(default_factory=threading.Lock)

    def post(self, path: str, data: Any = None, headers: Any = None, query_string: str = "") -> Answer:
        address = path + (f"?{query_string}" if query_string else "")
        return self.ask("POST", address, data=data, headers=headers)

    def get(self, path: str) -> Answer:
        return self.ask("GET", path)

    def ask(self, verb: str, path: str, **more: Any) -> Answer:
        until = time.monotonic() + PATIENCE_S
        while time.monotonic() < until:
            with self._counted(path):
                answer = self._once(verb, path, **more)
            if answer is not None:
                return answer
            threading.Event().wait(AGAIN_S)
        raise NobodyAnswers(path.partition("?")[0])

    def _once(self, verb: str, path: str, **more: Any) -> Answer | None:
        try:
            found = requests.request(verb, self.url + path, timeout=60, **more)
        except requests.RequestException:
            self.unanswered += 1
            return None
        if found.status_code >= 500:
            with self.lock:
                self.apologies[door_of(path)] += 1
            return None
        return Answer(found.status_code, found.text)

    @contextmanager
    def _counted(self, path: str) -> Iterator[None]:
        door = door_of(path)
        with self.lock:
            self.under_way[door] += 1
        try:
            yield
        finally:
            with self.lock:
                self.under_way[door] -= 1


def door_of(path: str) -> str:
    """Name a door without the secrets and ids in its address."""
    parts = [part for part in path.partition("?")[0].split("/") if part]
    secret = parts[:1] in (["s"], ["requests"], ["v"])
    return "/".join([parts[0], *parts[2:]] if secret else parts)


class Town(Office):
    """The office, with the application's processes behind HTTP instead of in ours."""

    def __init__(self, browser: Browser, sandbox: Sandbox) -> None:
        self.browser, self.sandbox = browser, sandbox
        self.client = browser  # type: ignore[assignment]

    @property
    def acme(self) -> Portal:
        return self.sandbox.portal("acme")

    def launch(self, *place: Any, **how: Any) -> Page:
        """Open a frame until it shows its page; a damaged document makes a person open it again."""
        return until(lambda: super(Town, self).launch(*place, **how), lambda page: page.status == 200, "a frame")


@dataclass(frozen=True)
class Signatory:
    name: str
    email: str
    order: int


@dataclass(frozen=True)
class Plan:
    """How a document's life shall go: `end` is complete, decline, void or refuse."""

    number: int
    end: str
    signatories: tuple[Signatory, ...]
    needs_approval: bool
    presses: bool  # somebody presses Remind on the live card
    sends_twice: bool


@dataclass
class Told:
    """What people were told.

    `pressed`: somebody pressed Remind; `reminded`: the portal was answered that its event arrived, or else nobody
    knows. `knew`: who had a letter when it was withdrawn.
    """

    request_id: str = ""
    lead: int = 0
    opened: set[str] = field(default_factory=set)
    signed: set[str] = field(default_factory=set)
    declined: str = ""
    end: str = ""
    pressed: bool = False
    reminded: bool = False
    knew: set[str] = field(default_factory=set)


def make_plan(number: int, dice: random.Random) -> Plan:
    end = dice.choices(["complete", "decline", "void", "refuse"], [60, 14, 13, 13])[0]
    parallel, several = dice.random() < 0.3, dice.random() < 0.5
    people = [Signatory(f"Ann {number} Lee", f"ann.{number}@town.example", 1)]
    if several:
        people.append(Signatory(f"Marco {number} Rossi", f"marco.{number}@town.example", 1 if parallel else 2))
    approved = end == "refuse" or dice.random() < 0.75
    presses = dice.random() < 0.35
    return Plan(number, end, tuple(people), approved, presses, dice.random() < 0.3)


class Life:
    """One document from its composer to its end, as its people live it."""

    def __init__(self, town: Town, plan: Plan, dice: random.Random) -> None:
        self.town, self.plan, self.dice = town, plan, dice
        self.told = Told()

    def run(self) -> None:
        self._send()
        if self.plan.end == "void":
            self._know()
            self._employee_ends("void", {"reason": "Wrong price"}, "voided")
            return
        if self.plan.presses:
            self._press()
        for person in self.plan.signatories:
            last = person is self.plan.signatories[-1]
            if self.plan.end == "decline" and last:
                self._decline(person)
                return
            self._sign(person)
        if self.plan.end == "refuse":
            self._employee_ends("refuse", {"reason": "Budget was cut"}, "refused")
        elif self.plan.needs_approval:
            self._employee_ends("approve", TYPED, "completed")
        self._wait_for_end()

    # -- the employee ---------------------------------------------------------------------------------------------

    def _send(self) -> None:
        with self.town.acme.lock:
            self.told.lead = int(self.town.acme.add_lead(title="Site", assignedById=ANNA, uf={TICK: False}).id)
        page = until(lambda: self.town.composer(self.told.lead, user=ANNA), lambda p: p.has("composer"), "a composer")
        form = until(lambda: self._form(page), bool, "the pages of the document")
        asked = [page.post("/composer/send", form) for _ in range(2 if self.plan.sends_twice else 1)]
        found = {id for answer in asked for id in re.findall(r'data-request="([^"]+)"', answer.text)}
        if len(found) != 1 or any(answer.status != 200 for answer in asked):
            raise NobodyAnswers(f"send: {[answer.status for answer in asked]}")
        [self.told.request_id] = found

    def _form(self, page: Page) -> dict[str, Any]:
        """Look at the pages; where they cannot be made at this moment, the employee asks again."""
        people = self.plan.signatories
        try:
            return looked_at(
                page,
                signer_key=["" for _ in people],
                signer_name=[person.name for person in people],
                signer_email=[person.email for person in people],
                signer_order=[str(person.order) for person in people],
                signer_locale=["en" for _ in people],
                needs_approval="1" if self.plan.needs_approval else None,
                tick_paths=[f"lead.{TICK}"],
                **{f"tick_lead.{TICK}": "1"},
            )
        except AssertionError:
            return {}

    def _employee_ends(self, act: str, form: dict[str, str], status: str) -> None:
        """Open the request by its deep link and press until the page says that it is so."""

        def press() -> str:
            page = self._request_page()
            if self._status(page) in (status, "completing"):
                return self._status(page)
            return self._status(page.post(f"/requests/{self.told.request_id}/{act}", form))

        if act != "void":
            until(self._card_tag, lambda tag: tag == "Waiting for approval", "the last signature in the card")
        until(press, lambda found: found in (status, "completing"), f"to {act}")
        self.told.end = status

    def _know(self) -> None:
        """Withdraw it either at once, or when the first letters have come."""
        first = [one.email for one in self.plan.signatories if one.order == 1]
        if not self.plan.sends_twice:
            until(lambda: all(self._link(email) for email in first), bool, "the first letters")
        self.told.knew = {email for email in first if self._link(email)}

    def _request_page(self) -> Page:
        return self.town.launch("/", options={"request": self.told.request_id}, user=ANNA)

    def _status(self, page: Page) -> str:
        found = re.search(r'data-status="([^"]+)"', page.text)
        return found[1] if found else ""

    def _card_tag(self) -> str:
        with self.town.acme.lock:
            cards = list(self.town.acme.timeline.activities.values())
        mine = [card for card in cards if card.fields.get("originId") == self.told.request_id]
        return str(mine[0].layout["header"]["tags"]["t0"]["title"]) if mine else ""

    def _press(self) -> None:
        """Press Remind on the live card, once all whose turn it is have their letters; wait for what it causes.

        Who signs before his reminder is written gets none: all wait for theirs.
        """
        invited = [person.email for person in self.plan.signatories if person.order == 1]
        until(lambda: all(self._link(email) for email in invited), bool, "the first letters")
        until(self._card_tag, lambda tag: "signed" in tag, "a card that waits for signatures")
        before = len(self.town.acme.events.deliveries)
        with self.town.acme.lock:
            [card] = [c for c in self.town.acme.timeline.activities.values() if self._is_mine(c)]
            button = next(b for b in card.layout["footer"]["buttons"].values() if b["action"]["type"] == "restEvent")
            self.told.pressed = rest_event(self.town.acme, card.id, button["action"], ANNA)
        until(lambda: self._delivered(before), lambda status: status is not None, "the event's delivery")
        self.told.reminded = self._delivered(before) == 200
        if self.told.reminded:
            until(lambda: min(map(self._letters, invited)), lambda fewest: fewest > 1, "the reminders")

    def _letters(self, email: str) -> int:
        """Count the letters of somebody: two with one Message-ID are one."""
        return len({letter.header("Message-ID") for letter in self.town.sandbox.mailbox.letters(email)})

    def _is_mine(self, card: Any) -> bool:
        return bool(card.fields.get("originId") == self.told.request_id)

    def _delivered(self, before: int) -> int | None:
        mine = [
            one.status
            for one in self.town.acme.events.deliveries[before:]
            if one.data.get("data", {}).get("request") == self.told.request_id
        ]
        return mine[0] if mine else None

    def _wait_for_end(self) -> None:
        until(self._card_tag, lambda tag: tag in ("Completed", "Refused"), "the end in the card")
        self.told.end = self.told.end if self.told.end == "refused" else "completed"

    # -- the signer -----------------------------------------------------------------------------------------------

    def _link(self, email: str) -> str:
        letters = self.town.sandbox.mailbox.letters(email)
        found = [link for letter in letters for link in re.findall(r"/s/[\w-]+", letter.text)]
        return found[0] if found else ""

    def _sign(self, person: Signatory) -> None:
        link = until(lambda: self._link(person.email), bool, "a letter")
        until(lambda: self._step(link, person), lambda reason: reason in ("signed", "completed"), "to sign")
        self.told.signed.add(person.email)

    def _step(self, link: str, person: Signatory) -> str:
        """Do what the page asks for next; returns why the link is closed, once it is."""
        browser, page = self.town.browser, self.town.browser.get(link)
        reason = closed(page)
        if reason or page.status_code != 200:
            return reason
        if 'data-testid="consent-agree"' in page.text:
            browser.post(f"{link}/consent", {"agree": "1"})
            return ""
        self.told.opened.add(person.email)
        browser.post(f"{link}/signature", {"signature_kind": "type", "signature_text": person.name})
        return closed(browser.post(f"{link}/finish", {}))

    def _decline(self, person: Signatory) -> None:
        link = until(lambda: self._link(person.email), bool, "a letter")

        def step() -> str:
            return closed(self.town.browser.post(f"{link}/decline", {"reason": "Too dear"}))

        until(step, lambda reason: reason == "declined", "to decline")
        self.told.declined, self.told.end = person.email, "declined"


def closed(page: Answer) -> str:
    found = re.search(r'data-testid="closed" data-reason="([^"]+)"', page.text)
    return html.unescape(found[1]) if found else ""


def until(look: Callable[[], Any], is_right: Callable[[Any], bool], what: str) -> Any:
    """Look again until it is as it should be."""
    end = time.monotonic() + PATIENCE_S
    while time.monotonic() < end:
        found = look()
        if is_right(found):
            return found
        threading.Event().wait(AGAIN_S)
    raise NobodyAnswers(what)
