"""The contract of a signing provider: every room is put through it, the built-in engine where it applies.

`LifeContract` goes through our services and asks for the same states, timeline and words from all of them.
`RoomContract` asks a room alone, for providers that live elsewhere: the same snapshots and the same errors.
A room's test module inherits both and gives the fixtures `scene` (tests/providers/scene.py) or `room`.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass, replace
from datetime import datetime, timedelta
from io import BytesIO

import pikepdf
import pytest

from b24app.domain.events import Topic
from b24app.domain.fields import Field, FieldType
from b24app.domain.signature_request import Signer, SignerStatus, Status
from b24app.errors import InvalidPayload, OutcomeUnknown, ProviderError, Trouble, Unauthentic
from b24app.providers.base import NO_DRAFT, Cancelled, Created, File, Notice, Order, Provider
from b24app.providers.capabilities import Auth, Delivery, Proof, Scope
from b24app.providers.doors import Door
from b24app.providers.snapshot import EventKind, SignerThere, There
from b24app.services.change_signer import change_signer
from b24app.services.remind_signer import remind_everybody
from b24app.services.verify_document import verify_upload
from b24app.store import requests
from tests.providers.far_side import FarSide
from tests.providers.scene import Scene
from tests.services.desk import ANN, ANNA, MARCO

BOTH = replace(MARCO, order=1)
EMPLOYEE = "anna@acme.example"
NOTIFY_URL = "https://sign.example.com/webhooks/here/secret"


PLACES = [
    Field(name, "1", kind, 1, 72, 100 + 30 * row, 120, 20, **more)
    for row, (name, kind, more) in enumerate(
        [
            ("words", FieldType.TEXT, {}),
            ("tick", FieldType.CHECKBOX, {"required": False}),
            ("pick", FieldType.DROPDOWN, {"options": ("Basic", "Standard")}),
            ("one", FieldType.RADIO, {"group": "choice"}),
            ("other", FieldType.RADIO, {"group": "choice"}),
        ]
    )
]
"""What Ann fills in beside her signature."""


class LifeContract:
    """What an employee sees of a request, whoever signs it for him. Fixture: `scene`."""

    def test_two_signers_in_order_and_an_approval(self, scene: Scene) -> None:
        request_id = scene.send()
        scene.deliver()
        for person in (ANN, MARCO):
            scene.far.view(scene.ref(request_id), person.email)
            scene.deliver()
            scene.far.sign(scene.ref(request_id), person.email)
            scene.deliver()
        assert scene.status(request_id) is Status.AWAITING_APPROVAL
        scene.approve(request_id)
        assert scene.status(request_id) is Status.COMPLETED
        assert scene.timeline(request_id) == [
            "request_sent", "signer_viewed", "signer_signed", "signer_viewed", "signer_signed", "approval_given",
            "request_completed",
        ]  # fmt: skip

    def test_the_second_signer_waits_for_the_first(self, scene: Scene) -> None:
        request_id = scene.send()
        scene.deliver()
        statuses = [signer.status for signer in scene.request(request_id).signers]
        assert statuses == [SignerStatus.INVITED, SignerStatus.WAITING_TURN]

    def test_equal_numbers_sign_in_any_order(self, scene: Scene) -> None:
        request_id = scene.send(ANN, BOTH, needs_approval=False)
        scene.deliver()
        for person in (BOTH, ANN):
            scene.far.sign(scene.ref(request_id), person.email)
            scene.deliver()
        assert scene.status(request_id) is Status.COMPLETED

    def test_our_server_puts_the_dates(self, scene: Scene) -> None:
        request_id = scene.send(ANN)
        scene.deliver()
        before = scene.clock()
        scene.far.sign(scene.ref(request_id), ANN.email)
        scene.deliver()
        signed_at = scene.request(request_id).signers[0].signed_at
        assert signed_at is not None
        assert before - timedelta(milliseconds=1) <= signed_at <= scene.clock()

    def test_a_decline_ends_it_with_its_reason(self, scene: Scene) -> None:
        request_id = scene.send()
        scene.deliver()
        scene.far.decline(scene.ref(request_id), ANN.email, "Wrong price")
        scene.deliver()
        request = scene.request(request_id)
        assert (request.status, request.reason) == (Status.DECLINED, "Wrong price")
        assert scene.timeline(request_id) == ["request_sent", "signer_declined"]

    def test_a_letter_that_came_back_is_told_and_the_address_can_be_corrected(self, scene: Scene) -> None:
        request_id = self.sent_to_nobody(scene)
        signer = scene.request(request_id).signers[0]
        assert signer.status is SignerStatus.BOUNCED
        change_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
        scene.desk.work()
        scene.deliver()
        scene.far.sign(scene.ref(request_id), "ann@new.example")
        scene.deliver()
        assert scene.status(request_id) is Status.AWAITING_APPROVAL
        assert scene.timeline(request_id) == ["request_sent", "signer_bounced", "signer_changed", "signer_signed"]

    def test_calling_back_ends_it(self, scene: Scene) -> None:
        request_id = scene.send()
        scene.deliver()
        scene.void(request_id, "Wrong document")
        scene.far.finish_cancelling()
        scene.deliver()
        request = scene.request(request_id)
        assert (request.status, request.reason) == (Status.VOIDED, "Wrong document")
        assert scene.timeline(request_id)[-1] == "request_voided"

    def test_a_deadline_ends_it(self, scene: Scene) -> None:
        request_id = scene.send(expires_on=(scene.clock() + timedelta(days=5)).date())
        scene.deliver()
        scene.pass_time(days=7)
        scene.far.finish_cancelling()
        scene.deliver()
        assert scene.status(request_id) is Status.EXPIRED
        assert scene.timeline(request_id)[-1] == "request_expired"

    def test_a_reminder_reaches_those_whose_turn_it_is(self, scene: Scene) -> None:
        request_id = scene.send()
        scene.deliver()
        assert remind_everybody(scene.desk.ctx, scene.desk.portal, ANNA, request_id) == 1
        scene.desk.work()
        assert scene.timeline(request_id) == ["request_sent", "signer_reminded"]
        assert scene.unfinished(Topic.REMIND) == []

    def test_the_final_document_is_sealed_by_us_over_whatever_was_signed_before(self, scene: Scene) -> None:
        request_id = scene.send(ANN, needs_approval=False)
        scene.deliver()
        scene.far.sign(scene.ref(request_id), ANN.email)
        scene.deliver()
        final = scene.desk.ctx.blobs.get(requests.row(scene.portal, request_id).final_sha256)
        assert verify_upload(scene.desk.ctx, final).state == "sealed"

    def test_everybody_gets_the_sealed_document(self, scene: Scene) -> None:
        request_id = scene.send(ANN, needs_approval=False)
        scene.deliver()
        scene.far.sign(scene.ref(request_id), ANN.email)
        scene.deliver()
        final = scene.desk.ctx.blobs.get(requests.row(scene.portal, request_id).final_sha256)
        [attachment] = scene.desk.letters_to(ANN.email)[-1].iter_attachments()
        assert attachment.get_content() == final

    def sent_to_nobody(self, scene: Scene) -> str:
        """Send to an address that does not exist, and let its letter come back."""
        request_id = scene.send(ANN)
        scene.deliver()
        scene.far.bounce(scene.ref(request_id), ANN.email)
        scene.deliver()
        return request_id


@dataclass
class RoomUnderTest:
    """A room alone, its far side, and what the clock says there."""

    room: Provider
    far: FarSide
    door: Door
    now: Callable[[], datetime]


class RoomContract:
    """What the worker may expect of a room whose provider lives elsewhere. Fixture: `under_test`."""

    def test_it_states_what_the_house_relies_on(self, under_test: RoomUnderTest) -> None:
        room, capabilities = under_test.room, under_test.room.capabilities
        assert capabilities.watched
        assert capabilities.auth - {Auth.NONE}
        assert capabilities.rate.look_every >= timedelta(minutes=15)
        assert 0 < capabilities.rate.heavy_per_minute <= capabilities.rate.per_minute
        assert capabilities.webhook is Scope.NONE or under_test.door.provider == room.name
        assert re.fullmatch(r"[a-z][a-z0-9_]*", room.name)
        assert room.title

    def test_the_account_can_be_asked_for(self, under_test: RoomUnderTest) -> None:
        assert under_test.room.check_connection().account_id

    def test_every_signer_gets_an_id_of_his_own(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        assert set(created.signers) == {signer.id for signer in order.signers}
        assert len(set(created.signers.values())) == len(order.signers)
        assert created.provider_ref in under_test.far.sent()

    def test_what_was_sent_is_found_by_our_reference(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        found = under_test.room.find_by_ref(order, under_test.now() - timedelta(minutes=1))
        assert found is not None
        assert (found.provider_ref, dict(found.signers)) == (created.provider_ref, dict(created.signers))

    def test_what_was_not_sent_is_not_found(self, under_test: RoomUnderTest) -> None:
        self.sent(under_test)
        other = replace(an_order(), ref="another-reference")
        assert under_test.room.find_by_ref(other, under_test.now() - timedelta(hours=1)) is None

    def test_a_snapshot_names_every_signer_as_he_stands(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        snapshot = under_test.room.get(created.provider_ref)
        assert snapshot.provider_ref == created.provider_ref
        assert snapshot.status in (There.SENDING, There.IN_PROGRESS)
        first, second = (snapshot.signer(created.signers[signer.id]) for signer in order.signers)
        assert first is not None
        assert second is not None
        assert first.status is SignerThere.PENDING
        assert second.status in (SignerThere.WAITING_TURN, SignerThere.PENDING)
        assert {first.email, second.email} <= {"", ANN.email, MARCO.email}

    def test_each_step_shows_in_the_snapshot(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        ann, marco = (created.signers[signer.id] for signer in order.signers)
        under_test.far.view(created.provider_ref, ANN.email)
        assert self.signer_status(under_test, created, ann) is SignerThere.VIEWED
        under_test.far.sign(created.provider_ref, ANN.email)
        assert self.signer_status(under_test, created, ann) is SignerThere.SIGNED
        assert self.signer_status(under_test, created, marco) is SignerThere.PENDING
        under_test.far.sign(created.provider_ref, MARCO.email)
        assert under_test.room.get(created.provider_ref).status is There.COMPLETED

    def test_a_decline_names_the_signer_and_his_reason(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        under_test.far.decline(created.provider_ref, ANN.email, "Wrong price")
        snapshot = under_test.room.get(created.provider_ref)
        ann = snapshot.signer(created.signers[order.signers[0].id])
        assert snapshot.status is There.DECLINED
        assert ann is not None
        assert (ann.status, ann.reason) == (SignerThere.DECLINED, "Wrong price")

    def test_an_expired_one_is_told_from_a_cancelled_one(self, under_test: RoomUnderTest) -> None:
        _order, expired = self.sent(under_test)
        _order, cancelled = self.sent(under_test, "another-reference")
        under_test.far.expire(expired.provider_ref)
        under_test.far.cancel_there(cancelled.provider_ref, "Mistake")
        assert under_test.room.get(expired.provider_ref).status is There.EXPIRED
        assert under_test.room.get(cancelled.provider_ref).status is There.CANCELLED

    def test_an_unknown_request_is_not_found(self, under_test: RoomUnderTest) -> None:
        assert self.trouble(lambda: under_test.room.get("nobody-has-this")) is Trouble.NOT_FOUND

    def test_cancelling_twice_does_no_harm(self, under_test: RoomUnderTest) -> None:
        _order, created = self.sent(under_test)
        assert under_test.room.cancel(created.provider_ref, "Mistake") in Cancelled
        assert under_test.room.cancel(created.provider_ref, "Mistake") in Cancelled
        under_test.far.finish_cancelling()
        assert under_test.room.get(created.provider_ref).status is There.CANCELLED

    def test_a_completed_one_cannot_be_cancelled(self, under_test: RoomUnderTest) -> None:
        created = self.completed(under_test)
        assert self.trouble(lambda: under_test.room.cancel(created.provider_ref, "Mistake")) is Trouble.CONFLICT

    def test_a_corrected_signer_is_found_under_the_id_that_was_given(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        old = created.signers[order.signers[0].id]
        new = under_test.room.change_signer(created.provider_ref, old, "Ann B. Lee", "ann@new.example")
        again = under_test.room.change_signer(created.provider_ref, new, "Ann B. Lee", "ann@new.example")
        assert again == new
        state = under_test.room.get(created.provider_ref).signer(new)
        assert state is not None
        assert state.email in ("", "ann@new.example")

    def test_who_has_signed_cannot_be_corrected(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        under_test.far.sign(created.provider_ref, ANN.email)
        ann = created.signers[order.signers[0].id]
        trouble = self.trouble(lambda: under_test.room.change_signer(created.provider_ref, ann, "X", "x@y.example"))
        assert trouble is Trouble.CONFLICT

    def test_the_signed_file_takes_its_time_and_is_a_pdf(self, under_test: RoomUnderTest) -> None:
        under_test.far.take_time_for_files(1)
        created = self.completed(under_test)
        assert self.trouble(lambda: under_test.room.download(created.provider_ref, File.SIGNED)) is Trouble.NOT_READY
        with pikepdf.open(BytesIO(under_test.room.download(created.provider_ref, File.SIGNED))) as pdf:
            assert len(pdf.pages) >= 1

    def test_a_second_reminder_at_once_is_harmless_or_too_soon(self, under_test: RoomUnderTest) -> None:
        order, created = self.sent(under_test)
        notice = a_notice(created, order.signers[0])
        under_test.room.remind(notice)
        assert self.trouble(lambda: under_test.room.remind(notice)) in (None, Trouble.TOO_SOON)

    def test_a_signing_link_leads_to_one_signers_page(self, under_test: RoomUnderTest) -> None:
        if not under_test.room.capabilities.delivery & {Delivery.EMBEDDED, Delivery.LINK}:
            pytest.skip("its signers come by the provider's own letters")
        order = replace(an_order(), embedded=[an_order().signers[0].id])
        created = under_test.room.create(order, Steps())
        ann = created.signers[order.signers[0].id]
        link = under_test.room.signing_link(created.provider_ref, ann, "https://sign.example.com/back")
        assert link.url.startswith("http")
        assert link.url not in repr(link)

    def test_whoever_approves_signs_last_by_a_link_and_not_before_the_others(self, under_test: RoomUnderTest) -> None:
        if not under_test.room.capabilities.approver_signs:
            pytest.skip("its account has the approver sign here")
        order = with_an_employee(an_order())
        created = under_test.room.create(order, Steps())
        ref, anna = created.provider_ref, created.signers["signer-3"]
        for person in (ANN, MARCO):
            assert self.signer_status(under_test, created, anna) in (SignerThere.WAITING_TURN, SignerThere.PENDING)
            under_test.far.sign(ref, person.email)
        assert under_test.room.get(ref).status is There.IN_PROGRESS
        links = {under_test.room.signing_link(ref, anna, "https://sign.example.com/back").url for _ in range(2)}
        assert len(links) == 2
        under_test.far.sign(ref, EMPLOYEE)
        assert under_test.room.get(ref).status is There.COMPLETED

    def test_what_a_signer_entered_is_told_once_he_has_signed(self, under_test: RoomUnderTest) -> None:
        if not {place.type for place in PLACES} <= under_test.room.capabilities.field_types:
            pytest.skip("its signers fill in nothing")
        order = replace(an_order(), fields=[*an_order().fields, *PLACES])
        created = under_test.room.create(order, Steps())
        under_test.far.sign(created.provider_ref, ANN.email)
        entries = under_test.room.get(created.provider_ref).entries
        assert entries["words"] in ("Words", "1")  # as the far side fills it in
        assert (entries["tick"], entries["pick"]) == ("yes", "Basic")
        assert sorted((entries["one"], entries["other"])) == ["", "yes"]

    def test_a_lost_answer_to_sending_is_unknown_and_found_afterwards(self, under_test: RoomUnderTest) -> None:
        order = an_order()
        steps = Steps()
        under_test.far.lose_answer()
        with pytest.raises(OutcomeUnknown):
            under_test.room.create(order, steps)
        since = under_test.now() - timedelta(minutes=1)
        found = under_test.room.find_by_ref(order, since) or under_test.room.create(order, steps)
        assert under_test.far.sent() == [found.provider_ref]

    def test_when_the_provider_is_down_nothing_was_sent(self, under_test: RoomUnderTest) -> None:
        under_test.far.go_down()
        assert self.trouble(lambda: under_test.room.create(an_order(), NO_DRAFT)) is Trouble.UNAVAILABLE
        assert self.trouble(lambda: under_test.room.get("any")) is Trouble.UNAVAILABLE
        under_test.far.come_up()
        assert under_test.far.sent() == []

    def test_a_dead_key_asks_for_connecting_again(self, under_test: RoomUnderTest) -> None:
        under_test.far.forget_key()
        assert self.trouble(under_test.room.check_connection) in (Trouble.AUTH_FAILED, Trouble.CONSENT_NEEDED)

    def test_too_many_calls_say_how_long_to_wait(self, under_test: RoomUnderTest) -> None:
        under_test.far.be_busy(42)
        with pytest.raises(ProviderError) as caught:
            under_test.room.check_connection()
        assert caught.value.kind is Trouble.RATE_LIMITED
        assert caught.value.retry_after_s == pytest.approx(42, abs=2)
        assert not caught.value.permanent

    def test_what_does_not_fit_is_said_without_asking_anybody(self, under_test: RoomUnderTest) -> None:
        assert list(under_test.room.validate(an_order())) == []
        limits = under_test.room.capabilities.limits
        if limits.pages is not None:
            too_long = replace(an_order(), pages=limits.pages + 1)
            assert [problem.field for problem in under_test.room.validate(too_long)] == ["document"]

    def test_an_event_names_its_request(self, under_test: RoomUnderTest) -> None:
        if under_test.room.capabilities.webhook is not Scope.REQUEST:
            under_test.room.ensure_webhook(NOTIFY_URL)
        order, created = self.sent(under_test)
        under_test.far.posted()
        under_test.far.sign(created.provider_ref, ANN.email)
        posted = under_test.far.posted()
        events = [event for one in posted for event in under_test.room.receive(_lower(one.headers), one.body)]
        assert {event.provider_ref for event in events} == {created.provider_ref}
        assert {event.our_ref for event in events} <= {"", order.ref}
        assert EventKind.SIGNER_SIGNED in {event.kind for event in events}

    def test_one_changed_byte_is_refused_where_the_proof_covers_the_body(self, under_test: RoomUnderTest) -> None:
        if under_test.room.capabilities.proof is not Proof.BODY_HMAC:
            pytest.skip("its events are proven by no more than where they come from")
        _order, created = self.sent(under_test)
        under_test.far.view(created.provider_ref, ANN.email)
        one = under_test.far.posted()[-1]
        with pytest.raises(Unauthentic):
            under_test.room.receive(_lower(one.headers), one.body[:-2] + b" }")

    @pytest.mark.parametrize("body", [b"", b"\xff\xfe\0", b"[]", b"{}", b"json=%7B", b"x" * 70_000, b'{"what": 1}'])
    def test_an_odd_body_is_refused_in_words(self, under_test: RoomUnderTest, body: bytes) -> None:
        with pytest.raises((Unauthentic, InvalidPayload)):
            under_test.room.receive({"content-type": "application/json"}, body)

    def sent(self, under_test: RoomUnderTest, ref: str = "our-reference") -> tuple[Order, Created]:
        order = replace(an_order(), ref=ref)
        created = under_test.room.create(order, Steps())
        assert created.provider_ref in under_test.far.sent()
        return order, created

    def completed(self, under_test: RoomUnderTest) -> Created:
        _order, created = self.sent(under_test)
        for person in (ANN, MARCO):
            under_test.far.sign(created.provider_ref, person.email)
        return created

    def signer_status(self, under_test: RoomUnderTest, created: Created, signer_ref: str) -> SignerThere:
        state = under_test.room.get(created.provider_ref).signer(signer_ref)
        assert state is not None
        return state.status

    def trouble(self, call: Callable[[], object]) -> Trouble | None:
        """Call and name the trouble; None when there was none."""
        try:
            call()
        except ProviderError as error:
            return error.kind
        return None


class Steps:
    """A draft that remembers, as the hand-over's row does."""

    def __init__(self) -> None:
        self.steps: dict[str, str] = {}

    def keep(self, step: str, value: str) -> str:
        self.steps[step] = value
        return value


def an_order() -> Order:
    """Two signers, one after the other, a signature and a date for each."""
    people = [
        Signer(f"signer-{number}", number, person.name, person.email, order=number)
        for number, person in enumerate((ANN, MARCO), start=1)
    ]
    fields = [
        Field(f"{kind}-{person.position}", str(person.position), kind, 1, 72, 400 + 60 * person.position, width, 24)
        for person in people
        for kind, width in ((FieldType.SIGNATURE, 160.0), (FieldType.DATE, 90.0))
    ]
    return Order(
        "our-reference", "Agreement 12", "agreement.pdf", a_pdf, people, fields, pdf_bytes=len(a_pdf()),
        notify_url=NOTIFY_URL,
    )  # fmt: skip


def with_an_employee(order: Order) -> Order:
    """The same with Anna, who signs last from within Bitrix24."""
    anna = Signer("signer-3", 3, "Anna Schmidt", EMPLOYEE, order=3, employee=ANNA)
    place = Field("signature-3", "3", FieldType.SIGNATURE, 1, 72, 700, 160.0, 24)
    return replace(order, signers=[*order.signers, anna], fields=[*order.fields, place], embedded=[anna.id])


def a_pdf() -> bytes:
    """A document that is the same whenever it is asked for, as a stored one is."""
    out = BytesIO()
    pdf = pikepdf.new()
    pdf.add_blank_page(page_size=(595, 842))
    pdf.save(out, deterministic_id=True)
    return out.getvalue()


def a_notice(created: Created, signer: Signer) -> Notice:
    return Notice(
        "key", signer.name, signer.email, "en", "Agreement 12", "Anna", "Acme",
        provider_ref=created.provider_ref, signer_ref=created.signers[signer.id],
    )  # fmt: skip


def _lower(headers: dict[str, str]) -> dict[str, str]:
    return {name.lower(): value for name, value in headers.items()}
