"""The built-in engine goes through the contract: same states, same timeline; nobody else has its requests."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

import pytest

from b24app.errors import ProviderError, Trouble
from b24app.providers.base import BUILTIN, NO_DRAFT, File, Provider
from b24app.services import sign_document
from b24app.services.signature_input import SignatureInput
from b24app.store import database
from tests.providers.contract import LifeContract, an_order
from tests.providers.far_side import Posted
from tests.providers.scene import MovedClock, Scene, set_the_scene
from tests.services.desk import ANN, REFUSED, Desk


class OurPages:
    """Signers on our own signing pages; what has no counterpart there happens by itself."""

    desk: Desk

    def view(self, _ref: str, email: str) -> None:
        sign_document.record_view(self.desk.ctx, self.desk.token(email), "203.0.113.5", "Phone")

    def sign(self, _ref: str, email: str) -> None:
        token = self.desk.token(email)
        sign_document.record_consent(self.desk.ctx, token, "I agree.", "", "")
        sign_document.save_signature(self.desk.ctx, token, SignatureInput("type", text="My name"))
        sign_document.finish(self.desk.ctx, token, "", "")

    def decline(self, _ref: str, email: str, reason: str) -> None:
        sign_document.decline(self.desk.ctx, self.desk.token(email), reason, "", "")

    def posted(self) -> list[Posted]:
        return []

    def finish_cancelling(self) -> None: ...


class TestLife(LifeContract):
    @pytest.fixture
    def scene(self, tmp_path: Path, database_url: str) -> Iterator[Scene]:
        far = OurPages()
        made = set_the_scene(tmp_path, database_url, far, MovedClock())  # type: ignore[arg-type]
        far.desk = made.desk
        with database.reading():
            yield made
        made.desk.controller.stop()

    def sent_to_nobody(self, scene: Scene) -> str:
        return scene.send(replace(ANN, email=REFUSED))


@pytest.fixture
def engine(tmp_path: Path) -> Iterator[Provider]:
    scene = set_the_scene(tmp_path, "", OurPages(), MovedClock())  # type: ignore[arg-type]
    yield scene.desk.ctx.rooms[BUILTIN].open(None, None)  # type: ignore[arg-type]
    scene.desk.controller.stop()
    database.close_connection()


def test_it_takes_over_at_once_and_finds_itself(engine):
    order = an_order()
    created = engine.create(order, NO_DRAFT)
    assert created.is_out
    assert created.provider_ref == order.ref
    assert set(created.signers) == {signer.id for signer in order.signers}
    assert engine.find_by_ref(order, engine._now()) == created


def test_everything_fits_it(engine):
    assert list(engine.validate(an_order())) == []


@pytest.mark.parametrize(
    "call",
    [
        lambda engine: engine.check_connection(),
        lambda engine: engine.get("r1"),
        lambda engine: engine.cancel("r1", "Mistake"),
        lambda engine: engine.change_signer("r1", "s1", "Ann", "a@b.example"),
        lambda engine: engine.download("r1", File.SIGNED),
        lambda engine: engine.receive({}, b""),
        lambda engine: engine.signing_link("r1", "s1", "https://x.example"),
        lambda engine: engine.ensure_webhook("https://x.example"),
        lambda engine: engine.remove_webhook("https://x.example"),
    ],
)
def test_what_only_a_distant_provider_has_is_refused_by_name(engine, call):
    assert not engine.capabilities.watched
    with pytest.raises(ProviderError, match="Paraph cannot do this") as caught:
        call(engine)
    assert caught.value.kind is Trouble.UNSUPPORTED
    assert caught.value.permanent
