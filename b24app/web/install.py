"""The page that Bitrix24 opens to install: prove the launch, connect line by line, ask a few questions, finish."""

from __future__ import annotations

from flask import Blueprint, Response, g, render_template, request, session, stream_with_context
from flask.typing import ResponseReturnValue

from b24app.bitrix.inbound import Launch, locale_of, parse_launch
from b24app.bitrix.oauth import Proof
from b24app.services.accept_launch import prove_launch
from b24app.services.bind_surfaces import bind_all, bind_surfaces
from b24app.services.composing import FormRefused
from b24app.services.install_portal import install_portal
from b24app.services.save_settings import save_settings
from b24app.store.tables import Portal
from b24app.web.guards import Caller, admin_required, context, portal_required, remember
from b24app.web.portal_events import answer_event
from b24app.web.progress import GROUPS, ShownLine, as_stream, shown, summary, waiting_lines
from b24app.web.settings_form import Questions, asked_questions, parse_options, present_questions, try_letter

bp = Blueprint("install", __name__)


@bp.get("/install")
def explain() -> ResponseReturnValue:
    """For the vendor area's link check, and for whoever is curious."""
    return render_template("open_in_bitrix24.html")


@bp.post("/install")
def begin() -> ResponseReturnValue:
    """Take the portal in and show what will be connected; the page's script begins at once.

    An installation without a page sends its ONAPPINSTALL to this address (facts: bitrix24.md 1.1).
    """
    if "event" in request.form:
        return answer_event()
    g.in_frame = True
    launch = parse_launch(request.args, request.form)
    proof = prove_launch(context(), launch)
    _let_frame(proof, launch)
    installation = install_portal(context(), launch, proof)
    caller = _begin_session(launch, installation.portal, installation.user_id)
    if installation.is_set_up:
        return render_template("install/finished.html", is_new=False)
    return _page(waiting_lines(), present_questions(caller))


@bp.post("/install/step")
@portal_required
@admin_required
def step(caller: Caller) -> ResponseReturnValue:
    """Connect, and tell each line as soon as it is known (newline-delimited JSON)."""
    lines = bind_surfaces(context(), caller.portal, caller.user_id)
    stream = stream_with_context(as_stream(lines))
    return Response(stream, mimetype="application/x-ndjson", headers={"X-Accel-Buffering": "no"})


@bp.post("/install/connect")
@portal_required
@admin_required
def connect(caller: Caller) -> ResponseReturnValue:
    """Do the same at once, for a browser without scripts."""
    lines = [shown(line) for line in bind_all(context(), caller.portal, caller.user_id)]
    return _page(lines, present_questions(caller))


@bp.post("/install/test-letter")
@portal_required
@admin_required
def test_letter(caller: Caller) -> ResponseReturnValue:
    return _page([], try_letter(caller, request.form))


@bp.post("/install/finish")
@portal_required
@admin_required
def finish(caller: Caller) -> ResponseReturnValue:
    """Keep the answers; the page that follows tells Bitrix24 that the installation is complete."""
    try:
        save_settings(context(), caller.portal, parse_options(request.form))
    except FormRefused as error:
        return _page([], asked_questions(request.form, error)), 400
    return render_template("install/finished.html", is_new=True)


def _page(lines: list[ShownLine], questions: Questions) -> str:
    """`lines`: what is connected so far; none when that step lies behind."""
    done = bool(lines) and all(line.mark != "waiting" for line in lines)
    return render_template(
        "install/install.html",
        lines=lines,
        groups=GROUPS,
        is_done=done,
        summary=summary(all(line.mark == "good" for line in lines)) if done else "",
        questions=questions,
    )


def _let_frame(proof: Proof, launch: Launch) -> None:
    """From here on the portal is proven: it may frame what we answer, a refusal too."""
    portal = Portal(member_id=proof.member_id, client_endpoint=proof.client_endpoint)
    remember(Caller(portal, proof.user_id, None, locale_of(launch.lang)))


def _begin_session(launch: Launch, portal: Portal, user_id: int) -> Caller:
    lang = locale_of(launch.lang)
    session.clear()
    session.update(portal=portal.member_id, user=user_id, lang=lang, entity=None, sid=launch.app_sid, admin=True)
    return remember(Caller(portal, user_id, None, lang))
