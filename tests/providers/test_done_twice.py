"""What a worker has done at a provider and not marked, because it died, is tried again and changes nothing."""

from __future__ import annotations

import pytest

from b24app.clock import to_ms
from b24app.domain.events import Topic
from b24app.domain.signature_request import Status
from b24app.services.change_signer import change_signer
from b24app.services.record import enqueue
from b24app.services.remind_signer import remind_signer
from b24app.store import visits
from b24app.store.database import writing
from b24app.store.tables import Connection, OutboxMessage
from tests.providers.example.stage import ExampleScene
from tests.services.desk import ANN, ANNA, MARCO


def sent(scene: ExampleScene) -> str:
    request_id = scene.send()
    scene.deliver()
    return request_id


def looked_at(scene: ExampleScene) -> str:
    request_id = sent(scene)
    with writing():
        enqueue(scene.desk.ctx, scene.portal, request_id, Topic.LOOK, {})
    scene.desk.work()
    return request_id


def visited(scene: ExampleScene) -> str:
    request_id = sent(scene)
    ctx, signer = scene.desk.ctx, scene.request(request_id).signers[0]
    with writing():
        visits.begin(scene.portal, request_id, signer.id, "visit-1", to_ms(ctx.now()))
        enqueue(ctx, scene.portal, request_id, Topic.SIGNING_LINK, {"visit": "visit-1"})
    scene.desk.work()
    return request_id


def corrected(scene: ExampleScene) -> str:
    request_id = sent(scene)
    signer = scene.request(request_id).signers[0]
    change_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, signer.id, "Ann Lee", "ann@new.example")
    scene.desk.work()
    return request_id


def reminded(scene: ExampleScene) -> str:
    request_id = sent(scene)
    signer = scene.request(request_id).signers[0]
    remind_signer(scene.desk.ctx, scene.desk.portal, ANNA, request_id, signer.id)
    scene.desk.work()
    return request_id


def withdrawn(scene: ExampleScene) -> str:
    request_id = sent(scene)
    scene.void(request_id)
    scene.deliver()
    return request_id


def signed(scene: ExampleScene) -> str:
    request_id = sent(scene)
    for person in (ANN, MARCO):
        scene.far.sign(scene.ref(request_id), person.email)
    scene.deliver()
    return request_id


DONE = {
    Topic.HAND_OVER: (sent, Status.AWAITING_SIGNATURES),
    Topic.LOOK: (looked_at, Status.AWAITING_SIGNATURES),
    Topic.SIGNING_LINK: (visited, Status.AWAITING_SIGNATURES),
    Topic.CORRECT_SIGNER: (corrected, Status.AWAITING_SIGNATURES),
    Topic.REMIND: (reminded, Status.AWAITING_SIGNATURES),
    Topic.CANCEL: (withdrawn, Status.VOIDED),
    Topic.PROVIDER_EVENT: (signed, Status.AWAITING_APPROVAL),
    Topic.FETCH_FILE: (signed, Status.AWAITING_APPROVAL),
    Topic.CHECK_CONNECTION: (sent, Status.AWAITING_SIGNATURES),
}


def visible(scene: ExampleScene, request_id: str) -> tuple[object, ...]:
    """What the provider has, what the timeline is told, how the account is."""
    papers = [
        (paper.id, [(person.id, person.mail, person.nudges) for person in paper.people])
        for paper in scene.service.desk.papers.values()
    ]
    account = Connection.get_by_id(scene.connection)
    return papers, scene.timeline(request_id), scene.status(request_id), account.health, account.account


@pytest.mark.parametrize("topic", DONE)
def test_what_is_done_and_not_marked_is_tried_again_and_changes_nothing(scene: ExampleScene, topic: Topic) -> None:
    play, status = DONE[topic]
    request_id = play(scene)
    before = visible(scene, request_id)
    died = OutboxMessage.topic == topic.value
    assert OutboxMessage.update(done_at=None, attempts=1).where(died).execute()
    scene.insist()
    assert scene.unfinished(topic) == []
    assert visible(scene, request_id) == before
    assert scene.status(request_id) is status
