"""The desk at which somebody tries the app on this machine: Shopify's admin on it, and the office computer.

It stands in for what is around the app's pages. The admin's menu opens them freshly signed in, and they load their App
Bridge and Polaris from here instead of from Shopify's CDN; the Web Connector is given its password as on Windows.
"""

from __future__ import annotations

import html
import threading
from collections.abc import Callable
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from urllib.parse import parse_qs, urlsplit

from infra.local.shop import Shop

_FILES = Path(__file__).parent / "admin"
_SCRIPTS = {"/shopifycloud/app-bridge.js": "app-bridge.js", "/shopifycloud/polaris.js": "polaris.js"}
_LONGEST_FORM = 4_096


class Desk:
    """A context manager. ``connect`` takes the app token that was pasted; ``said`` is what the Web Connector shows.

    ``app_url`` is the app's base URL, which is known only after the desk's own address is.
    """

    def __init__(self, shop: Shop, connect: Callable[[str], None]) -> None:
        self.shop, self.connect = shop, connect
        self.app_url = ""
        self.said = "Not connected yet."
        self._server = ThreadingHTTPServer(("127.0.0.1", 0), self._handler())
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}"

    def __enter__(self) -> Desk:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()

    def grant(self, scopes: list[str]) -> None:
        """The merchant says yes on Shopify's page; Shopify tells the app of it, too."""
        self.shop.tokens.allow(scopes)
        self.shop.webhook("app/scopes_update").post(f"{self.app_url}/webhooks/shopify")

    def _handler(self) -> type[BaseHTTPRequestHandler]:
        desk = self

        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                path = urlsplit(self.path).path
                if path in _SCRIPTS:
                    self._answer(200, "text/javascript", (_FILES / _SCRIPTS[path]).read_text(encoding="utf-8"))
                elif path == "/token":
                    self._answer(200, "text/plain", desk.shop.session_token())
                elif path == "/app":
                    # A signed address is good for a minute, so each visit gets one of its own.
                    locale = parse_qs(urlsplit(self.path).query).get("locale", ["en"])[0][:5]
                    self._to(desk.shop.tokens.embedded_url(f"{desk.app_url}/", locale))
                elif path == "/":
                    self._answer(200, "text/html", desk.page())
                else:
                    self._answer(404, "text/plain", "There is nothing here.")

            def do_POST(self) -> None:
                length = min(int(self.headers.get("Content-Length") or 0), _LONGEST_FORM)
                form = parse_qs(self.rfile.read(length).decode("utf-8", "replace"))
                if urlsplit(self.path).path == "/scopes":
                    desk.grant(form.get("scopes", [""])[0].split(","))
                    self._answer(200, "application/json", '{"result": "granted-all"}')
                    return
                desk.connect(form.get("token", [""])[0].strip())
                self._to("/")

            def _to(self, location: str) -> None:
                self.send_response(303)
                self.send_header("Location", location)
                self.send_header("Content-Length", "0")
                self.end_headers()

            def _answer(self, status: int, content_type: str, text: str) -> None:
                body = text.encode()
                self.send_response(status)
                self.send_header("Content-Type", f"{content_type}; charset=utf-8")
                self.send_header("Content-Length", str(len(body)))
                # The pages are another origin than their admin.
                self.send_header("Access-Control-Allow-Origin", "*")
                self.send_header("Cache-Control", "no-store")
                self.end_headers()
                self.wfile.write(body)

            def log_message(self, *_: object) -> None:
                """Quiet."""

        return Handler

    def page(self) -> str:
        text = (_FILES / "desk.html").read_text(encoding="utf-8")
        return text.replace("{{shop}}", html.escape(self.shop.domain)).replace("{{said}}", html.escape(self.said))
