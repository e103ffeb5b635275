"""The table of marks: the same in code and in the decision."""

from __future__ import annotations

import re
from pathlib import Path

from b24app.domain.events import Topic
from b24app.services.marks import KNOWN_BY

DECISION = Path(__file__).parents[2] / "docs" / "decisions" / "0008-one-visible-effect.md"


def test_every_topic_says_by_what_its_effect_is_known_again() -> None:
    assert set(KNOWN_BY) == set(Topic)


def test_the_decision_shows_the_same_table() -> None:
    rows = re.findall(r"^\| `(\w+)` \| .+ \| (.+) \|$", DECISION.read_text(), re.MULTILINE)
    assert {Topic(topic): looked_for for topic, looked_for in rows} == dict(KNOWN_BY)
