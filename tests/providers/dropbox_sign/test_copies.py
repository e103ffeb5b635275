"""Addresses for copies at Dropbox Sign: it writes to them itself, inside our pages too, and Paraph does not."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from b24app.domain.signature_request import Status
from b24app.sandbox.esign.post import Post
from b24app.services.show_request import show_request
from b24app.store import database
from tests.providers.dropbox_sign.stage import DropboxScene, dropbox_scene, embedded
from tests.services.desk import ANN, ANNA

LAW = "law@office.example"


class Counted(Post):
    """To whom the service has written."""

    def __init__(self) -> None:
        super().__init__(lambda: 0, "")
        self.to: list[str] = []

    def send(self, to: tuple[str, str], *_letter: object, **_more: object) -> bool:
        self.to.append(to[1])
        return True


@pytest.fixture(params=[False, True], ids=["by letter", "in our pages"])
def scene(request, tmp_path, running) -> Iterator[DropboxScene]:
    settings = embedded(running) if request.param else {}
    with dropbox_scene(tmp_path, "", running, **settings) as made, database.reading():
        yield made


def test_a_copy_goes_out_from_dropbox_sign_when_everybody_has_signed(scene):
    scene.service.post = post = Counted()
    request_id = scene.send(ANN, copies=(LAW,), needs_approval=False)
    scene.deliver()
    assert LAW not in post.to
    [copy] = show_request(scene.desk.ctx, scene.desk.portal, ANNA, request_id).copies
    assert (copy.email, copy.may_change) == (LAW, False)
    assert scene.far.only().cc == [LAW]
    scene.far.sign(scene.ref(request_id), ANN.email)
    scene.deliver()
    assert scene.status(request_id) is Status.COMPLETED
    assert post.to.count(LAW) == 1
    assert scene.desk.letters_to(LAW) == []
    assert scene.desk.letters_to(ANN.email)
