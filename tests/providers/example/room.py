"""The room of Example Sign: what a room looks like. Its words, units and indexes end here."""

from __future__ import annotations

import hashlib
import hmac
import json
from collections.abc import Mapping, Sequence
from datetime import datetime, timedelta
from typing import Any
from urllib.parse import urlencode

import requests

from b24app.domain.fields import PLAIN_TYPES, Field, FieldType
from b24app.errors import N_, InvalidPayload, ProviderError, Trouble, Unauthentic
from b24app.providers import fit
from b24app.providers.base import (
    AccountInfo,
    Cancelled,
    Created,
    Draft,
    File,
    Link,
    Notice,
    Order,
    Problem,
)
from b24app.providers.capabilities import (
    Audit,
    Auth,
    Cancel,
    Capabilities,
    Delivery,
    Expiry,
    LetterKind,
    Limits,
    Ordering,
    Proof,
    Rate,
    Scope,
)
from b24app.providers.no_such_call import NoSuchCall
from b24app.providers.refusals import refusal, unknown_outcome
from b24app.providers.room import CODE, RETURN_TO, STATE, Account, Means, Question, Room, WayIn
from b24app.providers.snapshot import Event, EventKind, SignerState, SignerThere, Snapshot, There

TITLE = "Example Sign"
MM = 25.4 / 72
TIMEOUT_S = (5, 30)

TROUBLES = {
    "no_entry": Trouble.AUTH_FAILED, "no_consent": Trouble.CONSENT_NEEDED,
    "no_credit": Trouble.PLAN_LIMIT, "forbidden": Trouble.FORBIDDEN,
    "not_here": Trouble.NOT_FOUND, "bad_address": Trouble.INVALID, "too_late": Trouble.CONFLICT,
    "not_made_yet": Trouble.NOT_READY, "too_often": Trouble.TOO_SOON, "busy": Trouble.RATE_LIMITED,
}  # fmt: skip
PAPERS = {
    "preparing": There.SENDING, "open": There.IN_PROGRESS, "finished": There.COMPLETED, "refused": There.DECLINED,
    "overdue": There.EXPIRED, "stopping": There.CANCELLING, "stopped": There.CANCELLED, "broken": There.FAILED,
}  # fmt: skip
PEOPLE = {
    "waiting": SignerThere.WAITING_TURN, "asked": SignerThere.PENDING, "seen": SignerThere.VIEWED,
    "signed": SignerThere.SIGNED, "refused": SignerThere.DECLINED, "returned": SignerThere.BOUNCED,
}  # fmt: skip
EVENTS = {
    "paper_opened": EventKind.REQUEST_SENT, "paper_finished": EventKind.REQUEST_COMPLETED,
    "paper_refused": EventKind.REQUEST_DECLINED, "paper_overdue": EventKind.REQUEST_EXPIRED,
    "paper_stopped": EventKind.REQUEST_CANCELLED, "paper_broken": EventKind.REQUEST_FAILED,
    "paper_corrected": EventKind.REQUEST_CORRECTED, "person_saw": EventKind.SIGNER_VIEWED,
    "person_signed": EventKind.SIGNER_SIGNED, "person_refused": EventKind.SIGNER_DECLINED,
    "letter_returned": EventKind.SIGNER_BOUNCED, "hello": EventKind.CONNECTION_TEST,
}  # fmt: skip


def capabilities(settings: Mapping[str, object]) -> Capabilities:
    per_minute = settings.get("per_minute", 6000)
    assert isinstance(per_minute, int)
    return Capabilities(
        letters=frozenset() if settings.get("copies_itself") else frozenset({LetterKind.COPY}),
        auth=frozenset({Auth.API_KEY}),
        delivery=frozenset({Delivery.EMAIL, Delivery.EMBEDDED}),
        ordering=Ordering.GROUPS,
        field_types=PLAIN_TYPES - {FieldType.INITIALS},
        expiry=Expiry(timedelta(hours=1), timedelta(days=90), timedelta(hours=1)),
        cancel=Cancel.ASYNC,
        audit=Audit.PAGE,
        limits=Limits(file_bytes=10 * 2**20, pages=100, signers=7, title_chars=120),
        rate=Rate(per_minute, per_minute // 2, timedelta(minutes=15)),
        webhook=Scope.ACCOUNT,
        proof=Proof.BODY_HMAC,
        decline=True,
        change_signer=True,
        manual_reminders=True,
        finds_by_ref=bool(settings.get("finds_by_ref", True)),
        test_mode=bool(settings.get("test")),
    )


HOOK_KEY = Question("hook_key", "Key of the events", "Found under Hooks.", is_secret=True)
TEST = Question("test", "Test mode", is_tick=True, is_required=False)
BY_KEY = WayIn(
    Auth.API_KEY, "With a key", "For an account of your own.", (Question("key", "Key", is_secret=True), HOOK_KEY, TEST)
)


def ways_in(url: str) -> tuple[WayIn, ...]:
    """A key; a consent whose code is traded; an assertion that needs a person's consent once."""

    def begin(_secrets: Mapping[str, str], settings: Mapping[str, object], state: str, return_to: str) -> str:
        asked = {"client": settings.get("client", ""), "state": state, "back": return_to}
        return f"{url}/agree?{urlencode(asked)}"

    client = Question("client", "Client", "As it is registered.")
    regions = Question("region", "Region", choices={"eu": "Europe", "us": "America"})
    assertion = Question("key", "Private key", is_secret=True, is_long=True)
    return (
        BY_KEY,
        WayIn(Auth.OAUTH_CODE, "With a consent", "For an account of somebody else.", (client, HOOK_KEY), begin),
        WayIn(Auth.JWT, "With an assertion", "For a service user.", (assertion, HOOK_KEY, regions), begin),
    )


def listed(url: str) -> Room:
    """The room as wiring lists it."""

    def opened(account: Account, means: Means) -> ExampleRoom:
        return ExampleRoom(url, account, means)

    return Room("example", TITLE, capabilities, opened, ways_in(url))


class ExampleRoom(NoSuchCall):
    name = "example"
    title = TITLE

    def __init__(self, url: str, account: Account, means: Means) -> None:
        self.capabilities = capabilities(account.settings)
        self._url, self._hook_key = url, account.secrets["hook_key"]
        self._secrets = account.secrets
        self._means = means
        self._session = requests.Session()

    @property
    def _key(self) -> str:
        """The key; traded first where a code has come back."""
        if CODE in self._secrets:
            self._secrets = self._means.keys.renew(self._secrets, self._trade)
        return self._secrets.get("key", "")

    def _trade(self, stale: Mapping[str, str]) -> Mapping[str, str]:
        kept = {name: value for name, value in stale.items() if name not in (CODE, RETURN_TO, STATE)}
        asked = {name: stale[name] for name in (CODE, RETURN_TO, STATE)}
        answer = self._session.post(f"{self._url}/trade", json=asked, timeout=TIMEOUT_S)
        if not answer.ok:
            raise _trouble(answer)
        return {**kept, "key": answer.json()["key"]}

    def check_connection(self) -> AccountInfo:
        me = self._call("GET", "/me")
        return AccountInfo(me["id"], email=me["mail"], plan=me["plan"], requests_left=me["left"])

    def ensure_webhook(self, url: str) -> None:
        self._call("PUT", "/me/hook", json={"url": url})

    def remove_webhook(self, url: str) -> None:
        self._call("DELETE", "/me/hook", json={"url": url})

    def validate(self, order: Order) -> Sequence[Problem]:
        return fit.problems(order, self.capabilities, self._means.now())

    def create(self, order: Order, draft: Draft) -> Created:
        file = draft.steps.get("file") or draft.keep("file", self._call("POST", "/files", data=order.pdf())["file"])
        people = [{"name": s.name, "mail": s.email, "turn": s.order - 1} for s in order.signers]
        places = [_place(order, field) for field in order.fields]
        asked = {"tag": order.ref, "title": order.title, "file": file, "people": people, "places": places}
        return _created(order, self._call("POST", "/papers", json=asked, heavy=True))

    def find_by_ref(self, order: Order, since: datetime) -> Created | None:
        found = self._call("GET", "/papers", params={"tag": order.ref})
        return _created(order, found[0]) if found else None

    def get(self, provider_ref: str) -> Snapshot:
        paper = self._call("GET", f"/papers/{provider_ref}")
        status = PAPERS.get(paper["state"], There.UNKNOWN)
        return Snapshot(
            paper["paper"], status, tuple(map(_state, paper["people"])), _moment(paper["ended"]), paper["why"]
        )

    def signing_link(self, provider_ref: str, signer_ref: str, return_to: str) -> Link:
        page = self._call("POST", f"/papers/{provider_ref}/people/{signer_ref}/page", json={"back": return_to})
        return Link(page["url"])

    def remind(self, notice: Notice) -> None:
        self._call("POST", f"/papers/{notice.provider_ref}/people/{notice.signer_ref}/nudge")

    def send_copy(self, notice: Notice) -> None:
        self._means.letters.send_copy(notice)

    def change_signer(self, provider_ref: str, signer_ref: str, name: str, email: str) -> str:
        person = {"name": name, "mail": email}
        return str(self._call("PUT", f"/papers/{provider_ref}/people/{signer_ref}", json=person)["person"])

    def cancel(self, provider_ref: str, reason: str) -> Cancelled:
        state = self._call("POST", f"/papers/{provider_ref}/stop", json={"why": reason})["state"]
        return Cancelled.DONE if state == "stopped" else Cancelled.PENDING

    def download(self, provider_ref: str, what: File) -> bytes:
        if what is not File.SIGNED:
            raise refusal(Trouble.UNSUPPORTED, TITLE)
        return self._ask("GET", f"/papers/{provider_ref}/file", heavy=True).content

    def receive(self, headers: Mapping[str, str], body: bytes) -> Sequence[Event]:
        proof = hmac.new(self._hook_key.encode(), body, hashlib.sha256).hexdigest()
        if not hmac.compare_digest(proof, headers.get("x-example-signature", "")):
            raise Unauthentic(N_("This event was not sent by the signing service."))
        try:
            told = json.loads(body)
            return [_event(told)]
        except (ValueError, KeyError, TypeError) as error:
            raise InvalidPayload(N_("This event of the signing service cannot be read.")) from error

    def _call(self, verb: str, path: str, **asked: Any) -> Any:
        return self._ask(verb, path, **asked).json()

    def _ask(self, verb: str, path: str, *, heavy: bool = False, **asked: Any) -> requests.Response:
        """Refused: nothing happened. No connection: nothing either. Anything else about a write is unknown."""
        self._means.limiter.take(heavy=heavy)
        headers = {"X-Example-Key": self._key}
        try:
            answer = self._session.request(verb, self._url + path, headers=headers, timeout=TIMEOUT_S, **asked)
        except requests.exceptions.RequestException as error:
            if verb == "GET" or _never_left(error):
                raise refusal(Trouble.UNAVAILABLE, TITLE) from error
            raise unknown_outcome(TITLE) from error
        if answer.status_code < 400:
            return answer
        raise _trouble(answer)


def _never_left(error: requests.exceptions.RequestException) -> bool:
    return isinstance(error, requests.ConnectTimeout) or "NewConnectionError" in repr(error)


def _trouble(answer: requests.Response) -> ProviderError:
    word = str(answer.json().get("error", ""))
    kind = TROUBLES.get(word, Trouble.UNAVAILABLE)
    wait_s = float(answer.headers["Retry-After"]) if "Retry-After" in answer.headers else None
    return refusal(kind, TITLE, code=word, retry_after_s=wait_s)


def _created(order: Order, paper: Mapping[str, Any]) -> Created:
    refs = {signer.id: ref for signer, ref in zip(order.signers, paper["people"], strict=True)}
    return Created(paper["paper"], refs, is_out=paper["state"] != "preparing")


def _place(order: Order, field: Field) -> dict[str, Any]:
    person = next(i for i, signer in enumerate(order.signers) if str(signer.position) == field.signer)
    left, top, wide, high = (round(pt * MM, 2) for pt in (field.x_pt, field.y_pt, field.w_pt, field.h_pt))
    return {"person": person, "kind": str(field.type), "sheet": field.page - 1, "box": [left, top, wide, high]}


def _state(person: Mapping[str, Any]) -> SignerState:
    return SignerState(
        person["person"],
        PEOPLE.get(person["state"], SignerThere.UNKNOWN),
        at=_moment(person["since"]),
        reason=person["why"],
        name=person["name"],
        email=person["mail"],
        ip=person["address"],
    )


def _event(told: Mapping[str, Any]) -> Event:
    kind = EVENTS.get(told["what"], EventKind.OTHER)
    moment = _moment(told["when"])
    return Event(kind, told.get("about", ""), told.get("person", ""), told.get("tag", ""), moment, told.get("why", ""))


def _moment(text: str | None) -> datetime | None:
    return datetime.fromisoformat(text) if text else None
