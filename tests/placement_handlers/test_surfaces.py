"""One list of surfaces: modules, manifest, templates and static files agree."""

from __future__ import annotations

import pytest

from b24app import ROOT
from b24app.bitrix.entities import type_of_placement
from b24app.manifest import manifest
from placement_handlers import MODULES, codes_of, name_of, path_of


def test_the_manifest_declares_exactly_the_modules():
    ours = {(code, path_of(module)) for module in MODULES for code in codes_of(module)}
    assert {(placement.code, placement.handler) for placement in manifest().placements} == ours


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_titles_are_those_of_the_manifest(module):
    declared = {placement.code: placement.titles for placement in manifest().placements}
    assert all(declared[code] == module.TITLE for code in codes_of(module))


@pytest.mark.parametrize("module", MODULES, ids=name_of)
def test_every_surface_has_its_page_and_its_style(module):
    assert (ROOT / "templates/placements" / f"{name_of(module)}.html").is_file()
    assert (ROOT / "static/placements" / f"{name_of(module)}.css").is_file()


def test_no_page_is_left_without_a_surface():
    pages = {path.stem for path in (ROOT / "templates/placements").iterdir()}
    assert pages == {name_of(module) for module in MODULES}


@pytest.mark.parametrize("module", [m for m in MODULES if m.TYPES], ids=name_of)
def test_card_surfaces_tell_their_crm_type(module):
    assert all(type_of_placement(code) for code in codes_of(module))
