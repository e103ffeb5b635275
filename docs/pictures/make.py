"""Make the pictures of the README from a running application: `python docs/pictures/make.py`."""

from __future__ import annotations

import sys
import tempfile
from io import BytesIO
from pathlib import Path

from PIL import Image
from playwright.sync_api import Page, expect

HERE = Path(__file__).parent
sys.path.insert(0, str(HERE.parent.parent))

from tests.journeys.world import (  # noqa: E402
    ANN,
    MARCO,
    World,
    agree,
    compose,
    open_surface,
    open_world,
    ready_to_send,
    send,
)
from tests.web.chromium import chromium  # noqa: E402

LARGEST_BYTES = 250_000


def main() -> None:
    """Run everything once, as the journeys do."""
    with (
        tempfile.TemporaryDirectory() as directory,
        chromium() as browser,
        open_world(Path(directory), browser) as world,
    ):
        world.install()
        composer(world)
        signing(world)


def composer(world: World) -> None:
    """Two signers chosen on the example lead; then the document goes out."""
    page = world.card(77)
    frame = open_surface(page, "toolbar")
    compose(frame, ANN, MARCO)
    ready_to_send(frame)
    frame.get_by_role("heading", level=1).scroll_into_view_if_needed()
    frame.get_by_role("heading", level=1).click()
    page.mouse.move(0, 0)
    keep(page, "composer")
    send(frame)


def signing(world: World) -> None:
    """The first signer's phone, at the place for the signature."""
    phone = world.signer(ANN, 77)
    agree(phone)
    for _ in range(8):
        if phone.locator(".entry--signature.is-current").count():
            break
        phone.get_by_test_id("next").click()
    expect(phone.locator(".is-current [data-open]")).to_be_visible()
    phone.wait_for_function(STANDS_STILL)
    phone.wait_for_function(PAGES_ARE_THERE)
    keep(phone, "signing")


PAGES_ARE_THERE = """() => {
  const seen = [...document.querySelectorAll(".sheet__image")].filter((page) => {
    const { top, bottom } = page.getBoundingClientRect();
    return bottom > 0 && top < innerHeight;
  });
  return Promise.all(seen.map((page) => page.decode())).then(() => true);
}"""
STANDS_STILL = """() => new Promise((done) => {
  const look = (before, calm) => requestAnimationFrame(() =>
    calm > 20 ? done(true) : look(scrollY, scrollY === before ? calm + 1 : 0));
  look(scrollY, 0);
})"""


def keep(page: Page, name: str) -> None:
    """Write a screenshot as a PNG; in 256 colours when it would be large."""
    picture = Image.open(BytesIO(page.screenshot())).convert("RGB")
    path = HERE / f"{name}.png"
    picture.save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        picture.quantize(256, Image.Quantize.MAXCOVERAGE, dither=Image.Dither.NONE).save(path, optimize=True)
    if path.stat().st_size > LARGEST_BYTES:
        raise SystemExit(f"{path.name} is larger than {LARGEST_BYTES} bytes.")


if __name__ == "__main__":
    main()
