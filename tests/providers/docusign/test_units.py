"""Our units in DocuSign's, its words in ours."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime, timedelta

import pytest

from b24app.domain.fields import FieldType
from b24app.errors import OutcomeUnknown, Trouble
from b24app.providers.docusign import reading, tabs, units
from b24app.providers.docusign.errors import refused, refused_grant
from b24app.providers.docusign.words import ENVELOPES, RECIPIENTS
from b24app.providers.snapshot import SignerThere, There
from tests.providers.docusign.orders import field, order_of_everything

NOW = datetime(2026, 3, 2, 15, 0, tzinfo=UTC)


@pytest.mark.parametrize(("points", "text"), [(0.4, "0"), (100.5, "100"), (100.6, "101"), (-3.0, "0"), (792.0, "792")])
def test_positions_are_whole_points_on_the_page(points, text):
    assert units.whole(points) == text


def test_a_signature_is_moved_as_the_vendor_advises_and_nothing_else_is():
    signer = order_of_everything().signers[0]
    made = tabs.tabs_of(signer, [field(FieldType.SIGNATURE), field(FieldType.TEXT)])
    places = {kind: (found[0]["xPosition"], found[0]["yPosition"]) for kind, found in made.items()}
    assert places == {"signHereTabs": ("101", "194"), "textTabs": ("100", "201")}


@pytest.mark.parametrize(
    ("w_pt", "h_pt", "scale"),
    [(90, 40, "1.00"), (180, 40, "1.00"), (45, 80, "0.50"), (9, 4, "0.50"), (900, 400, "2.00")],
)
def test_a_signature_fits_its_rectangle(w_pt, h_pt, scale):
    assert units.scale(FieldType.SIGNATURE, w_pt, h_pt) == scale


@pytest.mark.parametrize(("points", "size"), [(10.0, "Size10"), (13.0, "Size12"), (5.0, "Size7"), (99.0, "Size72")])
def test_letters_get_no_larger_than_ours(points, size):
    assert units.font_size(points) == size


@pytest.mark.parametrize(("ahead", "days"), [({"hours": 1}, "1"), ({"days": 1}, "1"), ({"days": 1, "seconds": 1}, "2")])
def test_deadlines_are_whole_days_that_end_after_ours(ahead, days):
    assert units.days_until(NOW + timedelta(**ahead), NOW) == days


@pytest.mark.parametrize(
    ("text", "cut"),
    [
        ("short", "short"),
        ("x" * 10, "x" * 10),
        ("x" * 11, "x" * 9 + "…"),
        ("eight chr tail", "eight chr…"),
        ("Договір про", "Договір п…"),
        ("12345678и\u0306и\u0306", "12345678…"),  # a letter and its accent stay together
        ("1234567👩‍⚖️ and more", "1234567…"),  # and so does a picture made of several
        ("😀" * 6, "😀" * 4 + "…"),  # one picture counts twice there
    ],
)
def test_what_is_too_long_is_cut_visibly_between_characters(text, cut):
    assert units.cut(text, 10) == cut
    assert len(units.cut(text, 10).encode("utf-16-le")) <= 20


def test_every_word_of_theirs_is_known_or_unknown():
    assert reading.standing({"status": "Completed"}) is There.COMPLETED
    assert reading.standing({"status": "teleported"}) is There.UNKNOWN
    assert reading.standing({}) is There.UNKNOWN
    assert reading.state({"status": "beamed", "recipientId": "1"}).status is SignerThere.UNKNOWN
    assert There.UNKNOWN not in ENVELOPES.values()
    assert SignerThere.UNKNOWN not in RECIPIENTS.values()


@pytest.mark.parametrize(
    ("told", "there"),
    [
        ({"voidedReason": "Wrong price"}, There.CANCELLED),
        ({"voidedReason": "Envelope has expired."}, There.EXPIRED),
        ({"voidedReason": "Envelope has expired, I think"}, There.CANCELLED),
        ({"voidedDateTime": "2026-03-08T10:00:00.0000000Z", "expireDateTime": "2026-03-08T09:59:59Z"}, There.EXPIRED),
        ({"voidedDateTime": "2026-03-07T10:00:00.0000000Z", "expireDateTime": "2026-03-08T09:59:59Z"}, There.CANCELLED),
    ],
)
def test_expired_is_told_from_voided(told, there):
    assert reading.standing({"status": "voided", **told}) is there


@pytest.mark.parametrize("odd", [{"recipients": None}, {"recipients": {"signers": None}}, {"recipients": []}, {}])
def test_what_is_missing_in_an_answer_stays_empty(odd):
    found = reading.snapshot({"envelopeId": "e1", "status": "sent", **odd})
    assert (found.provider_ref, found.status, found.signers, found.ended_at) == ("e1", There.IN_PROGRESS, (), None)


def test_times_are_read_with_seven_digits_and_without_a_zone():
    assert reading.moment("2026-03-02T15:00:00.1234567Z") == NOW.replace(microsecond=123456)
    assert reading.moment("2026-03-02T15:00:00") == NOW
    assert reading.moment("soon") is None


@pytest.mark.parametrize(
    ("status", "code", "kind"),
    [
        (400, "HOURLY_APIINVOCATION_LIMIT_EXCEEDED", Trouble.RATE_LIMITED),
        (400, "Hourly_Envelope_Polling_Limit_Exceeded", Trouble.RATE_LIMITED),
        (400, "ENVELOPE_ALLOWANCE_EXCEEDED", Trouble.PLAN_LIMIT),
        (400, "INVALID_EMAIL_ADDRESS_FOR_RECIPIENT", Trouble.INVALID),
        (400, "ANCHOR_TAB_STRING_NOT_FOUND", Trouble.INVALID),
        (400, "UNKNOWN_ENVELOPE_RECIPIENT", Trouble.NOT_FOUND),
        (400, "RECIPIENT_NOT_IN_SEQUENCE", Trouble.CONFLICT),
        (400, "SOMETHING_NEW", Trouble.INVALID),
        (403, "ACCOUNT_LACKS_PERMISSIONS", Trouble.FORBIDDEN),
        (404, "ENVELOPE_DOES_NOT_EXIST", Trouble.NOT_FOUND),
        (418, "", Trouble.UNAVAILABLE),
        (503, "", Trouble.UNAVAILABLE),
    ],
)
def test_refusals_mean_what_their_code_or_status_says(status, code, kind):
    body = f'{{"errorCode": "{code}", "message": "ann@lee.example is wrong"}}'.encode()
    error = refused(status, body, {}, NOW, writes=False)
    assert error.kind is kind
    assert error.code == code.lower()
    assert "ann@lee.example" not in str(error)


@pytest.mark.parametrize("status", [500, 502, 503, 504])
def test_a_write_that_met_a_broken_server_may_have_happened(status):
    assert isinstance(refused(status, b"<html>", {}, NOW, writes=True), OutcomeUnknown)


def test_how_long_to_wait_stands_in_the_hours_end_or_is_a_burst():
    headers = {"X-RateLimit-Reset": str(int(NOW.timestamp()) + 600)}
    hourly = refused(429, b'{"errorCode": "HOURLY_APIINVOCATION_LIMIT_EXCEEDED"}', headers, NOW, writes=True)
    burst = refused(429, b'{"errorCode": "BURST_APIINVOCATION_LIMIT_EXCEEDED"}', headers, NOW, writes=True)
    assert (hourly.retry_after_s, burst.retry_after_s) == (600, 30)


@pytest.mark.parametrize(
    ("status", "word", "kind"),
    [
        (400, "consent_required", Trouble.CONSENT_NEEDED),
        (400, "invalid_grant", Trouble.AUTH_FAILED),
        (401, "invalid_client", Trouble.AUTH_FAILED),
        (500, "", Trouble.UNAVAILABLE),
        (429, "", Trouble.RATE_LIMITED),
    ],
)
def test_a_refused_grant_says_what_a_person_has_to_do(status, word, kind):
    assert refused_grant(status, f'{{"error": "{word}"}}'.encode(), {}, NOW).kind is kind


def test_a_tick_asked_for_at_times_only_cannot_be_demanded():
    tick = field(FieldType.CHECKBOX, id="extra", shown_when="checkbox-1", label="Extra")
    assert [problem.sentence.params for problem in tabs.problems([tick])] == [{"label": "Extra"}]
    assert list(tabs.problems([replace(tick, required=False)])) == []


def test_a_button_without_a_group_is_a_group_of_its_own():
    signer = order_of_everything().signers[0]
    buttons = [field(FieldType.RADIO, id="a"), field(FieldType.RADIO, id="b")]
    dependent = field(FieldType.TEXT, shown_when="b")
    made = tabs.tabs_of(signer, [*buttons, dependent])
    assert [group["groupName"] for group in made["radioGroupTabs"]] == ["a", "b"]
    assert made["textTabs"][0]["conditionalParentLabel"] == "b"
