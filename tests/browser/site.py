"""The app on 127.0.0.1 as the gateway serves it, over a table in memory: every page, every call of the API."""

from __future__ import annotations

import socket
import threading
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass, field, replace
from datetime import timedelta
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from typing import Any
from urllib.parse import parse_qs, urlencode, urlsplit

import httpx

from connector.app import api, pages
from connector.app.preparations import Preparations
from connector.app.schedules import Schedules
from connector.app.services import Services
from connector.outbox import company
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.shopify.tokens import TokenResponse
from connector.storage.table import Table
from tests.browser.talking_shop import TalkingShop
from tests.fakes.memory_table import MemoryTable
from tests.fakes.plain_vault import PlainVault
from tests.unit.app.conftest import (
    SHOP,
    TYPES,
    Clock,
    Scheduler,
    Shopify,
    StateMachine,
    listed,
    session_token,
)

STAGE = "/live"
SECRET = "a-secret-of-thirty-two-characters"


@dataclass
class Site:
    """``clock`` stands still unless moved; session tokens are as old as it says. ``calls`` are (method, path, status).

    ``stale`` is how many of the next tokens are already too old; ``away`` lets every request fail without an answer.
    """

    shop: str = SHOP
    table: Any = field(default_factory=MemoryTable)
    clock: Clock = field(default_factory=Clock)
    currency: str = "DKK"
    time_zone: str = "Europe/Copenhagen"
    origin: str = ""
    stale: int = 0
    away: bool = False
    calls: list[tuple[str, str, int]] = field(default_factory=list)
    scheduler: Scheduler = field(default_factory=Scheduler)
    machine: StateMachine = field(default_factory=StateMachine)
    shopify: Shopify = field(default_factory=TalkingShop)

    def __post_init__(self) -> None:
        app = ShopifyApp("our-api-key", SECRET, "an-old-secret-of-thirty-two-chars")
        http = httpx.Client(transport=httpx.MockTransport(self.shopify.handle))
        vault: Any = PlainVault()
        table: Table = self.table
        self.services = Services(
            table=table,
            vault=vault,
            app=app,
            http=http,
            installations=Installations(table, vault, app, http, self.clock, sleep=lambda seconds: None),
            schedules=Schedules(lambda: self.scheduler, "shops", "arn:role", "arn:machine"),
            preparations=Preparations(lambda: self.machine, "arn:machine"),
            clock=self.clock,
        )
        self._one_at_a_time = threading.Lock()

    @property
    def url(self) -> str:
        return self.origin + STAGE

    def token(self) -> str:
        """What the admin gives the frame."""
        age = timedelta(minutes=5) if self.stale else timedelta()
        self.stale = max(0, self.stale - 1)
        return session_token(self.clock() - age, self.shop, SECRET)

    def address(self, path: str = "/", locale: str = "en", **query: str) -> str:
        """What the admin puts into its frame."""
        kept = {"embedded": "1", "shop": self.shop, "host": "aG9zdA", "locale": locale, "id_token": self.token()}
        return f"{self.url}{path}?{urlencode(kept | query)}"

    def install(self) -> None:
        """The shop with tokens and a profile."""
        pair = TokenResponse("access-1", "refresh-1", self.clock() + timedelta(days=30), None, "read_orders")
        self.services.installations.save(self.shop, pair)
        node = {"name": "Northern Lights", "currencyCode": self.currency, "ianaTimezone": self.time_zone}
        self.services.installations.save_profile(self.shop, node)

    def connect(self) -> None:
        """The Web Connector has read the company's accounts and classes."""
        accounts = [listed(name, "Account", kind) for name, kind in TYPES.items()]
        classes = [listed("Copenhagen", "Class"), listed("Aarhus", "Class")]
        for name, records in (("accounts", accounts), ("classes", classes)):
            company.store_part(self.services.table, self.shop, name, "g1", 0, records)
        company.complete(self.services.table, self.shop, "g1", self.clock(), {"names": 20})

    def answer(self, method: str, target: str, headers: dict[str, str], body: str) -> dict[str, Any]:
        """As functions/app answers an event of API Gateway."""
        parts = urlsplit(target)
        path = parts.path.removeprefix(STAGE) or "/"
        query = parse_qs(parts.query, keep_blank_values=True)
        event = {
            "httpMethod": method,
            "path": path,
            "headers": headers,
            "multiValueQueryStringParameters": query or None,
            "body": body,
            "isBase64Encoded": False,
            "requestContext": {},
        }
        with self._one_at_a_time:
            door = api.handle if api.is_meant(event) else pages.handle
            answer = door(event, self.services)
        self.calls.append((method, path, answer["statusCode"]))
        return answer


@contextmanager
def served(site: Site) -> Iterator[Site]:
    """The site at a free port."""

    class Handler(BaseHTTPRequestHandler):
        def handle_any(self) -> None:
            body = self.rfile.read(int(self.headers.get("Content-Length") or 0)).decode()
            if site.away:
                self.connection.shutdown(socket.SHUT_RDWR)
                return
            headers = {name.lower(): value for name, value in self.headers.items()}
            answer = site.answer(self.command, self.path, headers, body)
            content = answer["body"].encode()
            self.send_response(answer["statusCode"])
            for name, value in answer["headers"].items():
                self.send_header(name, value)
            self.send_header("Content-Length", str(len(content)))
            self.end_headers()
            self.wfile.write(content)

        do_GET = do_POST = do_PUT = handle_any

        def log_message(self, *arguments: Any) -> None:
            pass

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    server.daemon_threads = True
    site.origin = f"http://127.0.0.1:{server.server_port}"
    site.services = replace(site.services, public_url=site.url)
    thread = threading.Thread(target=server.serve_forever, args=(0.02,), daemon=True)
    thread.start()
    try:
        yield site
    finally:
        server.shutdown()
        server.server_close()
        thread.join()
