"""The merchant's browser: installs the app as Shopify's admin would, and calls its API with session tokens."""

from __future__ import annotations

from dataclasses import dataclass
from types import TracebackType
from typing import Any
from xml.etree import ElementTree

import httpx

from infra.local.shop import Shop
from infra.local.stack import StackError

_TIMEOUT_SECONDS = 120


class Refused(StackError):
    """The app answered with an error; the text names the call, the status and the reason."""


@dataclass(frozen=True, slots=True)
class WebConnectorFile:
    """What the bookkeeper's Web Connector takes from a .qwc file."""

    address: str
    user_name: str
    owner_id: str
    file_id: str


class Merchant:
    """One shop's owner. ``base_url`` is the app's own base URL, its stage included."""

    def __init__(self, base_url: str, shop: Shop) -> None:
        self.base_url = base_url.rstrip("/")
        self._shop = shop
        self._http = httpx.Client(timeout=_TIMEOUT_SECONDS)

    def __enter__(self) -> Merchant:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self._http.close()

    def install(self) -> None:
        """Shopify's link, the permission page, the callback: every redirect is followed as a browser does."""
        answer = self._http.get(self._shop.install_url(f"{self.base_url}/auth/install"))
        for _ in range(10):
            if not answer.is_redirect or answer.next_request is None:
                break
            if "/auth/callback" in str(answer.request.url):
                return  # back to the admin, where the page would now be shown
            answer = self._http.send(answer.next_request)
        if answer.is_error:
            raise Refused(f"install: {answer.status_code} at {answer.request.url.path}: {answer.text[:500]}")

    def get(self, path: str, **query: str) -> Any:
        return self._call("GET", path, params=query).json()

    def put(self, path: str, body: Any) -> Any:
        return self._call("PUT", path, json=body).json()

    def post(self, path: str, body: Any = None) -> Any:
        return self._call("POST", path, json={} if body is None else body).json()

    def web_connector_file(self) -> WebConnectorFile:
        root = ElementTree.fromstring(self._call("GET", "/api/connection/qwc").content)
        found = {child.tag: (child.text or "") for child in root}
        return WebConnectorFile(found["AppURL"], found["UserName"], found["OwnerID"], found["FileID"])

    def _call(self, method: str, path: str, **content: Any) -> httpx.Response:
        headers = {"Authorization": f"Bearer {self._shop.session_token()}"}
        answer = self._http.request(method, self.base_url + path, headers=headers, **content)
        if answer.is_error:
            raise Refused(f"{method} {path}: {answer.status_code}: {answer.text[:1000]}")
        return answer
