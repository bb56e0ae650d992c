"""The endpoint behind a real HTTP server: each request becomes API Gateway's event for the function's own handler.

A new ``Endpoint`` is made for every call, so whatever one call must know of another has to be in the table. Like API
Gateway the server answers ``Expect: 100-continue``, keeps connections open and hands bodies over as text.
"""

from __future__ import annotations

import base64
import importlib.util
import os
import threading
import warnings
from collections.abc import Callable
from contextlib import suppress
from functools import cache
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from types import ModuleType
from typing import Any
from urllib.parse import parse_qsl, urlsplit

from connector.web_connector.endpoint import Endpoint

ROOT = Path(__file__).resolve().parents[2]
PUBLIC_URL = "https://connector.example.com"
SOURCE_HEADER = "X-Forwarded-For"


@cache
def function() -> ModuleType:
    """functions/web_connector/app.py, under a name of its own since every function's module is called ``app``."""
    for name, value in (("POWERTOOLS_METRICS_NAMESPACE", "tests"), ("POWERTOOLS_SERVICE_NAME", "tests")):
        os.environ.setdefault(name, value)
    spec = importlib.util.spec_from_file_location("web_connector_function", ROOT / "functions/web_connector/app.py")
    assert spec is not None and spec.loader is not None
    module = importlib.util.module_from_spec(spec)
    spec.loader.exec_module(module)
    return module


def event_of(method: str, target: str, headers: dict[str, str], body: bytes, *, binary: bool = False) -> dict[str, Any]:
    """What API Gateway hands to a Lambda function (REST API, proxy integration)."""
    parts = urlsplit(target)
    query = dict(parse_qsl(parts.query, keep_blank_values=True))
    text: str | None = body.decode("utf-8", "replace") if body else None
    return {
        "resource": parts.path,
        "path": parts.path,
        "httpMethod": method,
        "headers": headers,
        "multiValueHeaders": {name: [value] for name, value in headers.items()},
        "queryStringParameters": query or None,
        "multiValueQueryStringParameters": {name: [value] for name, value in query.items()} or None,
        "pathParameters": None,
        "stageVariables": None,
        "requestContext": {
            "apiId": "abc123",
            "stage": "live",
            "path": f"/live{parts.path}",
            "identity": {"sourceIp": headers.get(SOURCE_HEADER, "127.0.0.1"), "userAgent": headers.get("User-Agent")},
        },
        "body": base64.b64encode(body).decode() if binary and body else text,
        "isBase64Encoded": binary and bool(body),
    }


class Door:
    """``make_endpoint`` is called for each request. ``binary`` hands bodies over as base64, as for binary types."""

    def __init__(self, make_endpoint: Callable[[], Endpoint], binary: bool = False) -> None:
        self.make_endpoint = make_endpoint
        self.binary = binary
        self.answered: Callable[[dict[str, Any], dict[str, Any]], None] = lambda event, answer: None
        self._one_at_a_time = threading.Lock()
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), _handler_class(self))
        self._server.daemon_threads = True
        self.port = int(self._server.server_address[1])
        self.url = f"http://127.0.0.1:{self.port}/quickbooks"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.02}, daemon=True)
        self._thread.start()

    def close(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def handle(self, event: dict[str, Any]) -> dict[str, Any]:
        """The function's answer; the table behind it is no database, so one call at a time."""
        module = function()
        with self._one_at_a_time, warnings.catch_warnings():
            # A call without failures publishes no metrics, which is as it should be.
            warnings.simplefilter("ignore", UserWarning)
            module.endpoint = self.make_endpoint
            os.environ["PUBLIC_URL"] = PUBLIC_URL
            answer: dict[str, Any] = module.handler(event, None)
            self.answered(event, answer)
        return answer


def _handler_class(door: Door) -> type[BaseHTTPRequestHandler]:
    class Handler(BaseHTTPRequestHandler):
        protocol_version = "HTTP/1.1"
        timeout = 30

        def _answer(self) -> None:
            length = int(self.headers.get("Content-Length") or 0)
            body = self.rfile.read(length) if length else b""
            answer = door.handle(
                event_of(self.command, self.path, dict(self.headers.items()), body, binary=door.binary)
            )
            raw = answer["body"].encode("utf-8")
            if answer.get("isBase64Encoded"):
                raw = base64.b64decode(raw)
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(raw)))
            self.end_headers()
            with suppress(BrokenPipeError, ConnectionResetError):
                self.wfile.write(raw)

        do_GET = do_HEAD = do_POST = _answer

        def log_message(self, format: str, *args: Any) -> None:
            return

    return Handler
