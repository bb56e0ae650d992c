"""The app's entry in the Shopify admin's menu: whoever opens it is sent into the app, freshly signed in."""

from __future__ import annotations

import threading
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

from infra.local.shop import Shop


class AdminDoor:
    """A context manager. A signed address is good for a minute, so each visit gets one of its own.

    ``app_url`` is the app's base URL; ``?locale=da`` at the door opens it in that language.
    """

    def __init__(self, shop: Shop, app_url: str) -> None:
        class Handler(BaseHTTPRequestHandler):
            def do_GET(self) -> None:
                locale = self.path.partition("locale=")[2][:5] or "en"
                self.send_response(302)
                self.send_header("Location", shop.tokens.embedded_url(f"{app_url}/", locale))
                self.send_header("Content-Length", "0")
                self.end_headers()

            def log_message(self, *_: object) -> None:
                """Quiet."""

        self._server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
        self._server.daemon_threads = True

    @property
    def url(self) -> str:
        return f"http://127.0.0.1:{self._server.server_port}/"

    def __enter__(self) -> AdminDoor:
        threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True).start()
        return self

    def __exit__(self, *_: object) -> None:
        self._server.shutdown()
        self._server.server_close()
