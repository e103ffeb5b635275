"""Jobs behind `documents.templates`: outline a template, render it."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import asdict
from typing import Any

from b24app.documents.coverage import without_fontless
from b24app.documents.job import Output
from b24app.documents.jobs.field_places import printable_parties, to_fields
from b24app.documents.jobs.labels import labels, language_of
from b24app.documents.jobs.template_tree import Tree, grow
from b24app.documents.templates.model import TemplateProblem
from b24app.documents.templates.values import read
from b24app.documents.typesetting import Typesetting, load_program
from b24app.errors import N_

NO_SUCH_SIGNER = N_("A field is meant for signer %(signer)s, but there is no such signer in the list.")


def outline(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """args: markdown. Data: see templates.model.TemplateOutline."""
    tree = grow(args["markdown"], None, {})
    places = [p for p in tree.mentioned if p.kind == "place"]
    return Output(
        {
            **_noticed(tree),
            "paths": _paths(tree),
            "signers": sorted({p.signer for p in places}),
            "has_signatures": any(p.kind == "signatures" or p.field_type == "signature" for p in tree.mentioned),
        }
    )


def render(args: dict[str, Any], _blobs: dict[str, bytes]) -> Output:
    """args: markdown, values, locale, parties, ticks, sample. Data: templates.model.RenderedTemplate; blob "pdf"."""
    tree = grow(args["markdown"], read(args["values"]), args["ticks"], args["locale"])
    tree.problems += _places_for_nobody(tree, [party["signer"] for party in args["parties"]])
    words = labels(args["locale"])
    document = {
        "title": tree.title,
        "language": language_of(args["locale"]),
        "labels": words,
        "parties": printable_parties(args["parties"]),
        "blocks": tree.blocks,
        "watermark": words["sample"] if args["sample"] else "",
    }
    document, unprintable = without_fontless(document)
    typesetting = Typesetting(load_program("template.typ"), document)
    pdf = typesetting.pdf()
    data = {
        **_noticed(tree),
        "empties": [asdict(empty) for empty in tree.empties],
        "paths": _paths(tree),
        "fields": to_fields(typesetting.query("field")),
        "pages": typesetting.query("page-size"),
        "unprintable": unprintable,
        "mentions": tree.mentions,
    }
    return Output(data, {"pdf": pdf})


def _paths(tree: Tree) -> list[str]:
    """List what a template asks of the card, in branches not taken too, without its tick boxes."""
    bound = {checkbox.path for checkbox in tree.checkboxes}
    products = ["products"] if any(p.kind == "products" for p in tree.mentioned) else []
    return [path for path in dict.fromkeys([path for path, _ in tree.mentions] + products) if path not in bound]


def _noticed(tree: Tree) -> dict[str, Any]:
    return {
        "title": tree.title,
        "checkboxes": [asdict(checkbox) for checkbox in tree.checkboxes],
        "problems": [asdict(problem) for problem in tree.problems],
    }


def _places_for_nobody(tree: Tree, signers: Sequence[str]) -> list[TemplateProblem]:
    places = [p for p in tree.placeholders if p.kind == "place" and p.signer not in signers]
    return [TemplateProblem(p.line, NO_SUCH_SIGNER, {"signer": p.signer}) for p in places]
