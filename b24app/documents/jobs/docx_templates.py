"""Jobs behind `documents.templates.docx`: outline a Word template, fill it."""

from __future__ import annotations

import zipfile
from collections.abc import Iterable
from dataclasses import asdict
from typing import Any

from jinja2.exceptions import SecurityError, TemplateError, TemplateSyntaxError

from b24app.documents.job import Output
from b24app.documents.jobs import docx_package, docx_text
from b24app.documents.jobs.docx_language import DocxLanguage, Values, tree_of
from b24app.documents.jobs.docx_text import Paragraph
from b24app.documents.templates.model import TemplateProblem
from b24app.errors import N_, DocumentRefused

WRONG = N_(
    "Paragraph %(paragraph)s of the template cannot be understood: %(placeholder)s. Mend it in Word and try again."
)
NOT_ALLOWED = N_("The template tries something that templates may not do (paragraph %(paragraph)s: %(placeholder)s).")
BROKEN = N_("The template could not be filled in: %(detail)s. Check its conditions and loops.")


def outline(_args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """Blob "docx". Data: paths, signers, has_signatures, problems, removed; blob "docx", cleaned."""
    docx, removed = docx_package.cleaned(blobs["docx"])
    found = docx_text.paragraphs(docx_text.printed(docx_package.unpacked(docx)).values())
    language = DocxLanguage()
    paths = _of_card(docx_text.paths(found, language), found)
    tags = [match for paragraph in found for match in docx_text.TAG.finditer(paragraph.text)]
    return Output(
        {
            "paths": paths,
            "signers": sorted({match[2] for match in tags}),
            "has_signatures": any(match[1] in ("s", "sig", "signature") for match in tags),
            "problems": [asdict(problem) for problem in docx_text.problems(found, language)],
            "removed": removed,
        },
        {"docx": docx},
    )


def fill(args: dict[str, Any], blobs: dict[str, bytes]) -> Output:
    """args: values, ticks; blob "docx", as `outline` gave it. Data: empties (with paragraphs), paths, ticked; "docx".

    What comes out is rebuilt once more before an office program opens it (jobs.office).
    """
    parts = docx_package.checked(blobs["docx"])
    roots, language = docx_text.printed(parts), DocxLanguage(args["ticks"])
    found = docx_text.paragraphs(roots.values())
    if problems := docx_text.problems(found, None):
        raise _refused_at(problems[0], found)
    tree = tree_of(args["values"], args["ticks"])
    filled = {name: _filled(root, tree, language, found) for name, root in roots.items()}
    docx = docx_package.packed({**parts, **filled}, method=zipfile.ZIP_STORED)
    where = docx_text.paths(found, language)
    empties = [{"path": path, "paragraph": where.get(path, 0)} for path in language.missing]
    paths = [path for path in _of_card(where, found) if path not in language.ticked]
    return Output({"empties": empties, "paths": paths, "ticked": language.ticked}, {"docx": docx})


def _filled(root: Any, tree: Values, language: DocxLanguage, found: list[Paragraph]) -> bytes:
    from b24app.documents.jobs.docx_filling import fill_part

    try:
        return fill_part(root, tree, language)
    except SecurityError as e:
        raise _not_allowed(found, tree) from e
    except TemplateSyntaxError as e:
        problems = docx_text.problems(found, language)
        raise _refused_at(problems[0], found) if problems else _broken(e.message or "?") from e
    except TemplateError as e:
        raise _broken(e.message or "?") from e
    except (TypeError, ValueError, AttributeError, LookupError, ArithmeticError, RecursionError) as e:
        raise _broken(type(e).__name__) from e


def _broken(detail: str) -> DocumentRefused:
    return DocumentRefused(BROKEN, reason="template", detail=detail[:200])


def _refused_at(problem: TemplateProblem, found: list[Paragraph]) -> DocumentRefused:
    text = str(problem.params.get("text", "")) or found[problem.line - 1].text.strip()[:80]
    return DocumentRefused(WRONG, reason="template", paragraph=problem.line, placeholder=text)


def _not_allowed(found: list[Paragraph], tree: Values) -> DocumentRefused:
    """Name the placeholder that does what it may not: the first one that fails by itself."""
    language = DocxLanguage()
    for paragraph in found:
        for placeholder in docx_text.placeholders(paragraph.text):
            try:
                language.from_string(docx_text.as_value(placeholder)).render(tree)
            except SecurityError:
                return _refused_for(paragraph.number, placeholder)
            except TemplateError:
                continue
    return _refused_for("?", "?")


def _refused_for(paragraph: int | str, placeholder: str) -> DocumentRefused:
    return DocumentRefused(NOT_ALLOWED, reason="template", paragraph=paragraph, placeholder=placeholder)


def _of_card(paths: Iterable[str], found: list[Paragraph]) -> list[str]:
    """List what is read of the card, without what loops and `set` name themselves."""
    loops = _loop_names(found)
    return [path for path in paths if path.partition(".")[0] not in loops]


def _loop_names(found: list[Paragraph]) -> set[str]:
    """What loops and `set` call their own values."""
    names = {"loop"}
    for paragraph in found:
        for placeholder in docx_text.placeholders(paragraph.text):
            words = placeholder.strip("{%-} ").split()
            words = words[1:] if words[:1] in (["p"], ["tr"], ["tc"], ["r"]) else words
            if words[:1] in (["for"], ["set"]) and len(words) > 1:
                names |= {name.strip(",") for name in words[1 : words.index("in") if "in" in words else 2]}
    return names
