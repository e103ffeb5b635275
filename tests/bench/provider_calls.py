"""How often a signing service is called in the life of a request: two look and sign in turn, it is approved and sealed.

Counted at the service's stand-in, without the pass that it lets us in with (one an hour). The least is seven: the
request is created; it is looked at once when it is out and once for each of four steps of people, since an event only
says where to look (decision 7); the signed file is fetched. Whoever believed events would need the first and the last
only, and could be told anything by anybody. One look more is made when the end is told apart from the last signature.
"""

from __future__ import annotations

from collections import Counter
from typing import Any

import requests

from tests.bench.calls import ANN, MARCO
from tests.bench.lines import Line
from tests.installing import Stage
from tests.journeys.test_providers import Journey

LEAST, MOST = 7, 8
TIMEOUT_S = 60


def calls_in_a_life(stage: Stage, provider: str, title: str) -> Line:
    """Let a request live through an account that is connected already."""
    service: Any = getattr(stage.sandbox, provider)
    service.calls.reset()
    journey = Journey(stage, _lead(stage))
    journey.send(provider)
    for address, name in ((ANN, "Ann Lee"), (MARCO, "Marco Rossi")):
        _look_before_signing(journey, address)
        journey.sign(address, name)
    journey.approve()
    assert journey.status == "completed", journey.status
    made = Counter(service.calls.names())
    words = ", ".join(f"{count} {name}" for name, count in made.items())
    number = made.total()
    return Line(
        f"calls to {title} in a two-signer life",
        f"{number} ({words}); the least is {LEAST}",
        f"<= {MOST}",
        number <= MOST,
    )


def _look_before_signing(journey: Journey, address: str) -> None:
    """Open the page and read it for a while: what happens then is told before the signature."""
    requests.get(journey.letter(address), timeout=TIMEOUT_S).raise_for_status()
    journey.settle()


def _lead(stage: Stage) -> int:
    """Add a lead with the people of lead 77."""
    known = stage.acme.crm.items[1, 77].fields
    kept = ("contactId", "contactIds", "companyId", "name", "lastName", "opportunity", "currencyId", "fm")
    fields = {name: known[name] for name in kept if name in known}
    return int(stage.acme.add_lead(**fields, title="Counted there").id)
