"""The far side of Dropbox Sign: the stand-in's own objects, and its events caught on their way out."""

from __future__ import annotations

from b24app.sandbox.dropbox_sign.callbacks import written
from b24app.sandbox.dropbox_sign.model import Signature, SignatureRequest
from b24app.sandbox.dropbox_sign.service import DropboxSign
from b24app.sandbox.esign.outgoing import Parcel
from b24app.sandbox.esign.post import Post
from tests.providers.far_side import Posted


class NoPost(Post):
    """Letters of the service, which nobody reads here."""

    def send(self, *_letter: object, **_more: object) -> bool:
        return True


class DropboxFarSide:
    """Acts wait until the service is done with what it was doing."""

    def __init__(self, service: DropboxSign) -> None:
        self.service = service
        self.parcels: list[Parcel] = []
        service.callbacks._send = self._catch
        service.post = NoPost(lambda: 0, "")

    def request(self, ref: str) -> SignatureRequest:
        self.service.settle()
        return self.service.requests[ref]

    def only(self) -> SignatureRequest:
        """The request there is; more than one is a failure of the test."""
        self.service.settle()
        [request] = self.service.requests.values()
        return request

    def view(self, ref: str, email: str) -> None:
        request, one = self._signer(ref, email)
        self.service.lifecycle.view(request, one)

    def sign(self, ref: str, email: str) -> None:
        request, one = self._signer(ref, email)
        self.service.lifecycle.sign(request, one, filled_in(request, one))
        self.service.settle()

    def decline(self, ref: str, email: str, reason: str) -> None:
        request, one = self._signer(ref, email)
        self.service.lifecycle.decline(request, one, reason)

    def bounce(self, ref: str, email: str) -> None:
        request, one = self._signer(ref, email)
        self.service.lifecycle.bounce(request, one)

    def expire(self, ref: str) -> None:
        self.service.lifecycle.expire(self.request(ref))

    def cancel_there(self, ref: str, reason: str) -> None:
        self.service.lifecycle.cancel_later(self.request(ref))
        self.service.settle()

    def finish_cancelling(self) -> None:
        self.service.settle()

    def sent(self) -> list[str]:
        self.service.settle()
        return list(self.service.requests)

    def posted(self) -> list[Posted]:
        self.service.settle()
        parcels, self.parcels = self.parcels, []
        forms = [written(parcel) for parcel in parcels]
        return [Posted(str(form.url), dict(form.headers), bytes(form.body or b"")) for form in forms]

    def lose_answer(self) -> None:
        self.service.faults.add("answer_lost")

    def go_down(self) -> None:
        self.service.go_down()

    def come_up(self) -> None:
        self.service.come_back()

    def forget_key(self) -> None:
        self.service.account.rotate_key()

    def be_busy(self, retry_after_s: int) -> None:
        self.service.faults.add("rate_limited", reset_s=retry_after_s)

    def take_time_for_files(self, times: int) -> None:
        self.service.faults.add("files_not_ready", times=times)

    def _catch(self, parcel: Parcel, _attempt: int) -> tuple[int, bool]:
        self.parcels.append(parcel)
        return 200, True

    def _signer(self, ref: str, email: str) -> tuple[SignatureRequest, Signature]:
        request = self.request(ref)
        return request, next(one for one in request.signatures if one.email == email)


def filled_in(request: SignatureRequest, one: Signature) -> dict[str, str]:
    """What a signer posts who fills in everything."""
    form = {"agree": "1", "signature-typed": one.name, "initials-typed": "AL"}
    for field in request.fields_of(one):
        if field.kind == "radio":
            form[f"group-{field.group}"] = field.id
        elif field.kind not in ("signature", "initials", "date"):
            form[f"field-{field.id}"] = field.options[0] if field.options else "Words"
    return form
