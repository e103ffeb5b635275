"""The calls to one account at Dropbox Sign. `into` reads an answer's JSON, and may raise KeyError or the like."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from functools import partial
from io import BytesIO
from typing import Any, TypeVar

from dropbox_sign import apis, models

from b24app.errors import ProviderError, Trouble
from b24app.providers.dropbox_sign.line import FETCH, READ, SEND, WRITE, Answer, Kind, Line, api_client
from b24app.providers.dropbox_sign.tokens import Pass
from b24app.providers.room import Means

T = TypeVar("T")
Into = Callable[[dict[str, Any]], T]

PAGE_SIZE = 100


class Client:
    """Raises everywhere: ProviderError, OutcomeUnknown."""

    def __init__(self, url: str, to_be_let_in: Pass, means: Means) -> None:
        self._line = Line(means)
        self._pass = to_be_let_in
        sdk = api_client(f"{url}/v3")
        self._configuration = sdk.configuration
        self._requests, self._embedded = apis.SignatureRequestApi(sdk), apis.EmbeddedApi(sdk)
        self._accounts, self._apps = apis.AccountApi(sdk), apis.ApiAppApi(sdk)

    def account(self, into: Into[T]) -> T:
        return self._ask(READ, self._accounts.account_get_without_preload_content, into)

    def set_account_callback(self, url: str) -> None:
        given = models.AccountUpdateRequest(callback_url=url)
        self._do(partial(self._accounts.account_update_without_preload_content, given))

    def app(self, app_id: str, into: Into[T]) -> T:
        return self._ask(READ, partial(self._apps.api_app_get_without_preload_content, app_id), into)

    def set_app_callback(self, app_id: str, url: str) -> None:
        given = models.ApiAppUpdateRequest(callback_url=url)
        self._do(partial(self._apps.api_app_update_without_preload_content, app_id, given))

    def send(self, body: Mapping[str, Any], file: tuple[str, bytes], into: Into[T]) -> T:
        """Send to be signed on Dropbox Sign's pages. `file`: name and content."""
        model = models.SignatureRequestSendRequest.init
        call = self._requests.signature_request_send_without_preload_content
        return self._ask(SEND, lambda **limit: call(model(_with_file(body, file)), **limit), into)

    def create_embedded(self, body: Mapping[str, Any], file: tuple[str, bytes], into: Into[T]) -> T:
        """Make a request to be signed in a frame; nobody gets a letter."""
        model = models.SignatureRequestCreateEmbeddedRequest.init
        call = self._requests.signature_request_create_embedded_without_preload_content
        return self._ask(SEND, lambda **limit: call(model(_with_file(body, file)), **limit), into)

    def get(self, request: str, into: Into[T]) -> T:
        return self._ask(READ, partial(self._requests.signature_request_get_without_preload_content, request), into)

    def newest(self, page: int, into: Into[T]) -> T:
        """Read one page of the requests sent or received, the newest first; pages count from 1."""
        call = self._requests.signature_request_list_without_preload_content
        return self._ask(READ, partial(call, page=page, page_size=PAGE_SIZE), into)

    def remind(self, request: str, email: str, name: str) -> None:
        given = models.SignatureRequestRemindRequest(email_address=email, name=name)
        self._do(partial(self._requests.signature_request_remind_without_preload_content, request, given))

    def update(self, request: str, signature: str, name: str | None, email: str | None, into: Into[T]) -> T:
        """Change a signer's name, address or both; None leaves one as it is."""
        call = self._requests.signature_request_update_without_preload_content
        given = models.SignatureRequestUpdateRequest(signature_id=signature, name=name, email_address=email)
        return self._ask(WRITE, partial(call, request, given), into)

    def cancel(self, request: str) -> None:
        """Its 200 has nothing in it, and says that the request to cancel is queued."""
        self._do(partial(self._requests.signature_request_cancel_without_preload_content, request))

    def file(self, request: str) -> bytes:
        """Fetch all documents and the audit trail as one PDF."""
        call = partial(self._requests.signature_request_files_without_preload_content, request, file_type="pdf")
        return self._let_in(FETCH, call, _pdf)

    def sign_url(self, signature: str, into: Into[T]) -> T:
        return self._ask(READ, partial(self._embedded.embedded_sign_url_without_preload_content, signature), into)

    def _do(self, call: Callable[..., Any]) -> None:
        self._let_in(WRITE, call, lambda _answer: None)

    def _ask(self, kind: Kind, call: Callable[..., Any], into: Into[T]) -> T:
        return self._let_in(kind, call, lambda answer: into(answer.json()))

    def _let_in(self, kind: Kind, call: Callable[..., Any], parse: Callable[[Answer], T]) -> T:
        """Make a call; once more with another token when it was not let in, for nothing has happened then."""
        self._show_pass()
        try:
            return self._line.ask(kind, call, parse)
        except ProviderError as error:
            if error.kind is not Trouble.AUTH_FAILED or not self._pass.renew():
                raise
        self._show_pass()
        return self._line.ask(kind, call, parse)

    def _show_pass(self) -> None:
        for name, value in self._pass.shown().items():
            setattr(self._configuration, name, value)


def _with_file(body: Mapping[str, Any], file: tuple[str, bytes]) -> dict[str, Any]:
    """Add a fresh stream: one that was read already would be posted empty, without an error.

    It has a name: bare bytes are posted as "files[0]", which signers would read as the document's title.
    """
    name, content = file
    stream = BytesIO(content)
    stream.name = name
    return {**body, "files": [stream]}


def _pdf(answer: Answer) -> bytes:
    """Raises: ValueError for a page of words where a file should be."""
    if b"%PDF-" not in answer.body[:1024]:
        raise ValueError("no PDF")
    return answer.body
