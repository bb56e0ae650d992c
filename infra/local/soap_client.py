"""zeep as the Web Connector's SOAP client, with the rules of the .NET proxy it replaces.

Rules (measured with System.Web.Services): no redirects; only text/xml; only statuses 200, 201, 400 and 500 are read;
nothing compressed; no text before the XML declaration; no document type.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

import requests
from zeep import Client, Settings
from zeep.exceptions import Error as ZeepError
from zeep.transports import Transport as ZeepTransport

from infra.local.web_connector import CallFailed, Transport

USER_AGENT = "Mozilla/4.0 (compatible; MSIE 6.0; MS Web Services Client Protocol 4.0.30319.42000)"
_READ_STATUSES = (200, 201, 400, 500)


class DotNetTransport(ZeepTransport):
    """HTTP as .NET's proxy does it; raises CallFailed for answers that proxy would refuse."""

    def post(self, address: str, message: bytes, headers: dict[str, str]) -> requests.Response:
        try:
            response = self.session.post(
                address, data=message, headers=headers, timeout=self.operation_timeout, allow_redirects=False
            )
        except requests.RequestException as failure:
            raise CallFailed(str(failure)) from failure
        check_answer(response.status_code, response.headers, response.content)
        return response


def check_answer(status: int, headers: Mapping[str, str], body: bytes) -> None:
    """Raises CallFailed for an HTTP answer the .NET proxy doesn't read."""
    content_type = headers.get("Content-Type", "")
    if status not in _READ_STATUSES:
        raise CallFailed(f"The request failed with HTTP status {status}.")
    if content_type.partition(";")[0].strip().lower() != "text/xml":
        raise CallFailed(
            f"Client found response content type of '{content_type}', but expected 'text/xml'. The request failed with "
            + ("the error message: ..." if body else "an empty response.")
        )
    if not body:
        raise CallFailed("Client found response content type of 'text/xml'. The request failed with an empty response.")
    if "Content-Encoding" in headers:
        raise CallFailed("Response is not well-formed XML.")
    start = body.removeprefix(b"\xef\xbb\xbf")
    if b"<!DOCTYPE" in body or (start[:1].isspace() and b"<?xml" in body[:200]):
        raise CallFailed("Response is not well-formed XML.")


def open_client(wsdl_url: str, timeout: float, headers: Mapping[str, str]) -> Transport:
    session = requests.Session()
    session.headers.update({"User-Agent": USER_AGENT, "Accept-Encoding": "identity", **headers})
    transport: ZeepTransport = DotNetTransport(session=session, timeout=timeout, operation_timeout=timeout)  # type: ignore[no-untyped-call]
    client = Client(wsdl_url, transport=transport, settings=Settings(strict=False, xml_huge_tree=True))  # type: ignore[no-untyped-call]

    def call(operation: str, **parameters: Any) -> Any:
        try:
            return client.service[operation](**parameters)
        except (ZeepError, ValueError, AttributeError) as failure:
            raise CallFailed(str(failure)) from failure

    return call
