"""A lead's document on its way through a signing service or Paraph itself, without a browser.

Application, portal and services answer over HTTP; the signers post the forms of the services' own pages.
"""

from __future__ import annotations

import io
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import urlencode

import requests as http

from b24app import demo
from b24app.domain.fields import Field, FieldValue
from b24app.domain.signature_request import Signer, Status
from b24app.sandbox.esign.fields import Field as Place
from b24app.store import connections, database, handovers, requests
from b24app.store.tables import Connection, Request
from tests.bench.calls import ANN, approve, launch, open_composer, send_to_two
from tests.documents.hostile import plain, to_bytes
from tests.installing import Stage

TIMEOUT_S = 30
SERVICES = {"dropbox_sign": "Dropbox Sign", "docusign": "DocuSign"}
BY_SCRIPT = {"X-Paraph-Fragment": "1"}


@dataclass
class Journey:
    """A lead of its own with the people of lead 77, and what became of its document."""

    stage: Stage
    lead: int
    request: str = ""

    def send(self, provider: str) -> None:
        page = open_composer(self.stage, self.lead)
        self._sent(send_to_two(self.stage, page, connection=account(self.stage, provider)))

    def send_file(self, provider: str, places: Sequence[Field]) -> None:
        """Put places onto a file and send it to Ann alone, without approval; no provider is Paraph itself."""
        page = open_composer(self.stage, self.lead)
        ann = {
            "signer_key": ["contact:41"], "signer_name": ["Ann Lee"], "signer_email": [ANN], "signer_order": ["1"],
            "signer_locale": ["en"],
        }  # fmt: skip
        form = {**demo.FormValues.read(page), "source": "upload", "template_id": "", **ann}
        file = {"file": ("Offer.pdf", io.BytesIO(to_bytes(plain(2, "Offer"))))}
        taken = self._post("/composer/upload", form, files=file)
        document = demo.FormValues.read(taken)["document"]
        written = json.dumps([place.to_dict() for place in places])
        chosen = {"document": [document], "source": "upload", "template_id": "", **ann}
        self._post("/composer/fields/save", {**form, **chosen, "upload_id": document, "fields": written})
        connection = account(self.stage, provider) if provider else ""
        changes = {**chosen, "connection": connection, "needs_approval": None}
        self._sent(send_to_two(self.stage, page, **changes))

    def _sent(self, answer: str) -> None:
        found = re.search(r'data-request="([^"]+)"', answer)
        assert found, answer
        self.request = found[1]
        self.settle()

    def _post(self, path: str, data: Mapping[str, Any], **more: Any) -> str:
        answer = http.post(f"{self.stage.url}{path}", data=data, headers=BY_SCRIPT, timeout=TIMEOUT_S, **more)
        assert answer.ok, answer.text
        return answer.text

    def approve(self) -> None:
        """Press the button of the newest live card, which is this document's, and sign."""
        approve(self.stage)
        self.settle()

    def settle(self) -> None:
        """Let the worker work and the services' events arrive, until nothing moves any more."""
        for _ in range(4):
            self.stage.settle()

    def page(self) -> str:
        """The document's page, as Anna sees it."""
        return launch(self.stage, "/", "DEFAULT", {"request": self.request}).text

    def press(self, act: str, **fields: str) -> str:
        """Press a button of it; returns the page that it leads to."""
        form = demo.FormValues.read(self.page())
        tokens = {name: form[name] for name in ("paraph_session", "csrf_token")}
        url = f"{self.stage.url}/requests/{self.request}/{act}"
        answer = http.post(url, data={**tokens, **fields}, timeout=TIMEOUT_S)
        answer.raise_for_status()
        return answer.text

    def letter(self, address: str) -> str:
        """The link to the signing page in the newest letter to somebody about this document, the service's or ours."""
        letters = self.stage.sandbox.mailbox.letters(address)
        texts = [each.text for each in letters if self.row.title in each.subject]
        found = [link[0] for text in texts if (link := re.search(r"http\S+/(?:sign|Signing|s)/\S+", text))]
        assert found, f"no letter to {address}"
        return found[0]

    def sign(self, address: str, name: str) -> None:
        """Press the button in the letter, and where it is ours the one of our page."""
        link = self.letter(address)
        if link.startswith(self.stage.url):
            self._sign_inside(link.removeprefix(self.stage.url), name)
        else:
            self._fill_in(link, name)

    def sign_as_employee(self, name: str) -> str:
        """Go from the document's page to the service, sign there, and come back."""
        led = re.search(r'data-back="(/s/[^"]+)/back"', self.press("sign"))
        assert led
        return self._sign_inside(led[1], name)

    def _sign_inside(self, path: str, name: str) -> str:
        """Do what the scripts of our page do: ask for an address, open it in a frame or go there, come back."""
        visit = self._ask(f"{path}/visit")["visit"]
        self.stage.settle()
        found = self._ask(f"{path}/visit/{visit}")
        framed = {"client_id": found["client"], "parent_url": f"{self.stage.url}/s/"}
        link = f"{found['open']}&{urlencode(framed)}" if found["opens"] == "frame" else found["open"]
        back = self._fill_in(link, name)
        assert back == ("" if found["opens"] == "frame" else f"{self.stage.url}{path}/back?event=signing_complete")
        return http.get(f"{self.stage.url}{path}/back", timeout=TIMEOUT_S).text

    def _ask(self, path: str) -> Any:
        return http.post(f"{self.stage.url}{path}", headers=BY_SCRIPT, timeout=TIMEOUT_S).json()

    def _fill_in(self, link: str, name: str) -> str:
        """Sign on the service's page; returns where that leads back to."""
        page = http.get(link, timeout=TIMEOUT_S)
        form = demo.FormValues.read(page.text)
        entries = {field: value or "Words" for field, value in form.items() if field.startswith("field-")}
        signature = {"agree": "1", "signature-typed": name}
        answer = http.post(page.url, data={**entries, **signature}, timeout=TIMEOUT_S, allow_redirects=False)
        assert (answer.ok, has(answer.text, "problem")) == (True, False), answer.text
        self.settle()
        return str(answer.headers.get("Location", ""))

    def enter(self, entries: Mapping[str, str]) -> None:
        """Fill Ann's places in, wherever she signs, and sign. `entries`: our field's id -> text; none: no tick."""
        link = self.letter(ANN)
        if not link.startswith(self.stage.url):
            self._enter_there(link, entries)
            return
        path = link.removeprefix(self.stage.url)
        steps = [("consent", {"agree": "1"})]
        steps += [("value", {"field": place, "text": text}) for place, text in entries.items()]
        steps += [("signature", {"signature_kind": "type", "signature_text": "Ann Lee"}), ("finish", {})]
        for step, data in steps:
            self._post(f"{path}/{step}", data)
        self.settle()

    def _enter_there(self, link: str, entries: Mapping[str, str]) -> None:
        page, places = http.get(link, timeout=TIMEOUT_S), self._places()
        form = demo.FormValues.read(page.text) | {"agree": "1", "signature-typed": "Ann Lee"}
        for name, text in entries.items():
            place = places[name]
            form |= {f"group-{place.group}": place.id} if place.kind == "radio" else {f"field-{place.id}": text}
        kept = {name: text for name, text in form.items() if text}
        answer = http.post(page.url, data=kept, timeout=TIMEOUT_S, allow_redirects=False)
        assert (answer.ok, has(answer.text, "problem")) == (True, False), answer.text
        self.settle()

    def _places(self) -> dict[str, Place]:
        """Our field's id -> its place at the service."""
        with database.reading():
            kept = handovers.find(self.stage.acme.member_id, self.request)
        assert kept
        there = self.stage.sandbox.dropbox_sign.requests.get(kept.provider_ref)
        if there is not None:
            return {place.id: place for place in there.fields}
        tabs = [tab for one in self.stage.sandbox.docusign.envelopes[kept.provider_ref].signers for tab in one.tabs]
        return {str(tab.given.get("tabLabel") or tab.given.get("value")): tab.place for tab in tabs}

    def letters_of_ours(self, address: str) -> int:
        """How many of the letters to somebody about this document are Paraph's."""
        letters = self.stage.sandbox.mailbox.letters(address)
        return sum(self.row.title in each.subject and f"{self.stage.url}/" in each.text for each in letters)

    @property
    def row(self) -> Request:
        with database.reading():
            return requests.row(self.stage.acme.member_id, self.request)

    def signers(self) -> tuple[Signer, ...]:
        with database.reading():
            return requests.load(self.stage.acme.member_id, self.request).signing

    def values(self) -> dict[str, FieldValue]:
        """The request's table of values: what its one signer entered."""
        with database.reading():
            return requests.values(self.stage.acme.member_id, self.request, ["1"])

    @property
    def status(self) -> Status:
        return Status(self.row.status)

    def told(self) -> list[str]:
        """What the card's timeline says, oldest first."""
        records = self.stage.acme.timeline.of((1, self.lead))
        return [str(record.data["text"]) for record in reversed(records) if "text" in record.data]

    def final(self) -> bytes:
        """The sealed file, as it is pinned to the card."""
        [pinned] = self.stage.acme.timeline.pinned((1, self.lead))
        [number] = pinned.data["files"]
        files = self.stage.acme.files
        stored = files.get(files.disk[number].file_id)
        assert stored
        return stored.content


def account(stage: Stage, provider: str) -> str:
    return account_row(stage, provider).id


def account_row(stage: Stage, provider: str) -> Connection:
    with database.reading():
        return next(row for row in connections.of_portal(stage.acme.member_id) if row.provider == provider)


def has(page: str, testid: str) -> bool:
    return f'data-testid="{testid}"' in page
