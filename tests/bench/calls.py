"""How often the portal is called: to open the composer, and for a whole life with two signers."""

from __future__ import annotations

import re
from dataclasses import dataclass
from typing import Any

import requests

from b24app.demo import FormValues
from b24app.sandbox.examples.acme import ANNA, LEAD_77
from b24app.sandbox.portal.frames import Opening, frame
from b24app.wiring import wire_worker
from tests.installing import Stage

ANN, MARCO = "ann.lee@meridian-logistics.example", "marco.rossi@meridian-logistics.example"


@dataclass(frozen=True)
class Calls:
    """`http` requests that reached the portal; `methods` inside them, batches counted by their commands."""

    http: int
    methods: int


def opening_calls(stage: Stage) -> dict[int, int]:
    """Contacts of the card -> HTTP calls to open the composer on it."""
    counts = {}
    for contacts in (1, 10):
        lead = _lead_with(stage, contacts)
        stage.acme.calls.reset()
        open_composer(stage, lead)
        counts[contacts] = _counted(stage).http
    return counts


def life_calls(stage: Stage) -> Calls:
    """Open, send to two signers, both look and sign, approve, seal, file, pin: everything that reaches the portal."""
    worker = wire_worker(stage.ctx)
    worker.drain(30)  # what the installation left
    stage.acme.calls.reset()
    page = open_composer(stage, LEAD_77)
    send_to_two(stage, page)
    worker.drain(30)
    for address in (ANN, MARCO):
        sign(stage, address)
        worker.drain(30)
    approve(stage)
    worker.drain(30)
    return _counted(stage)


def open_composer(stage: Stage, lead: int) -> str:
    answer = launch(stage, "/placements/detail-toolbar", "CRM_LEAD_DETAIL_TOOLBAR", {"ID": lead})
    answer.raise_for_status()
    return answer.text


def launch(stage: Stage, path: str, placement: str, options: dict[str, Any]) -> requests.Response:
    opened = frame(
        stage.acme, Opening(stage.acme.app, stage.url + path, placement, options, stage.acme.employees[ANNA], "en")
    )
    return requests.post(opened["action"], data=opened["fields"], timeout=60)


def send_to_two(stage: Stage, page: str, **changes: Any) -> str:
    """Fill the composer's form in as its script does, look at the pages, send; returns the answer."""
    fields: dict[str, Any] = {
        **{k: v for k, v in FormValues.read(page).items() if not k.startswith("signer_")},
        "template_id": re.findall(r'<option value="([^"]+)"', page)[0],
        "signer_key": ["contact:41", "contact:42"],
        "signer_name": ["Ann Lee", "Marco Rossi"],
        "signer_email": [ANN, MARCO],
        "signer_order": ["1", "2"],
        "signer_locale": ["en", "en"],
        "accept_empties": "1",
        "letter_subject": "Please sign {document}",
        "letter_body": "Hello {signer_name}",
        **changes,
    }
    by_script = {"X-Paraph-Fragment": "1"}
    preview = requests.post(f"{stage.url}/composer/preview", data=fields, headers=by_script, timeout=60)
    preview.raise_for_status()
    fields["prepared_id"] = FormValues.read(preview.text)["prepared_id"]
    sent = requests.post(f"{stage.url}/composer/send", data=fields, timeout=60)
    sent.raise_for_status()
    return sent.text


def sign(stage: Stage, address: str) -> None:
    found = re.search(r"/s/[\w-]+", stage.sandbox.mailbox.letters(address)[0].text)
    assert found
    steps = {
        "view": {},
        "consent": {"agree": "1"},
        "signature": {"signature_kind": "type", "signature_text": "My name"},
        "finish": {},
    }
    for step, data in steps.items():
        answer = requests.post(
            f"{stage.url}{found[0]}/{step}", data=data, headers={"X-Paraph-Fragment": "1"}, timeout=60
        )
        answer.raise_for_status()


def approve(stage: Stage) -> None:
    """Press the button in the card and sign, as the page it opens does."""
    activity = list(stage.acme.timeline.activities.values())[-1]
    page = launch(stage, "/", "DEFAULT", {"request": activity.fields["originId"], "view": "approve"})
    page.raise_for_status()
    form = FormValues.read(page.text)
    tokens = {name: form[name] for name in ("paraph_session", "csrf_token")}
    answer = requests.post(
        f"{stage.url}/requests/{activity.fields['originId']}/approve",
        data={**tokens, "signature_kind": "type", "signature_text": "Anna Schmidt"},
        timeout=60,
    )
    answer.raise_for_status()


def _lead_with(stage: Stage, contacts: int) -> int:
    """A lead linked to so many contacts."""
    crm = stage.acme.crm
    ids = [crm.add(3, name=f"Person {n}", fm=[("EMAIL", "WORK", f"p{n}@example.com")]).id for n in range(contacts)]
    return int(stage.acme.add_lead(title="Counted", contactIds=ids).id)


def _counted(stage: Stage) -> Calls:
    calls = list(stage.acme.calls)
    return Calls(len(calls), sum(len(call.all_methods()) for call in calls))
