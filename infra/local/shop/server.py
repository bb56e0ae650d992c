"""Shops over HTTP on 127.0.0.1: ``/{shop}/admin/…`` is what ``https://{shop}/admin/…`` is at Shopify."""

from __future__ import annotations

import json
import re
import socket
import threading
import traceback
from collections.abc import Iterable
from dataclasses import dataclass, field
from datetime import datetime
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any
from urllib.parse import parse_qs, parse_qsl, urlsplit

from infra.local.shop.shop import Fault, Seen, Shop
from infra.local.shop.tokens import Registration
from infra.local.shop.world import World

_PIECE = 64 * 1024

VERSIONS = frozenset({"2026-04", "2026-07", "2026-10", "unstable"})

_ROUTE = re.compile(r"/(?P<shop>[^/]+)/(?:admin/(?P<admin>.*)|(?P<file>bulk/.*))")
_DOORS = {"oauth/access_token": "token", "oauth/authorize": "authorize"}
_GRAPHQL = re.compile(r"api/(?P<version>[^/]+)/graphql\.json")


@dataclass(frozen=True, slots=True)
class Reply:
    status: int
    body: bytes = b""
    content_type: str = "application/json; charset=utf-8"
    headers: dict[str, str] = field(default_factory=dict)
    file: Path | None = None
    """Sent in place of the body, piece by piece."""

    @property
    def length(self) -> int:
        return self.file.stat().st_size if self.file else len(self.body)


def json_reply(status: int, body: Any, **headers: str) -> Reply:
    return Reply(status, json.dumps(body, ensure_ascii=False).encode(), headers=headers)


class ShopServer:
    """Serves shops until ``stop``; also a context manager.

    ``shops`` is one world, or shops that were made by hand (then ``api_key`` and ``api_secret`` are theirs already).
    """

    def __init__(
        self,
        shops: World | Shop | Iterable[Shop],
        port: int = 0,
        api_key: str = "local-api-key",
        api_secret: str = "local-api-secret",
        **registration: Any,
    ) -> None:
        if isinstance(shops, World):
            shops = Shop(shops, app=Registration(api_key, api_secret, **registration))
        made = (shops,) if isinstance(shops, Shop) else tuple(shops)
        self.shops = {shop.domain: shop for shop in made}
        self.shop = made[0]
        self._server = _Server(("127.0.0.1", port), self.shops)
        for shop in made:
            shop.bulk.address = f"http://127.0.0.1:{self.port}/{shop.domain}"
        self._thread = threading.Thread(target=self._server.serve_forever, kwargs={"poll_interval": 0.05}, daemon=True)
        self._thread.start()

    @property
    def port(self) -> int:
        return int(self._server.server_address[1])

    @property
    def origin_template(self) -> str:
        """For ``SHOPIFY_ORIGIN_TEMPLATE``."""
        return f"http://127.0.0.1:{self.port}/{{shop}}"

    @property
    def now(self) -> datetime | None:
        """The time all shops are shown as of; None is the real one."""
        return self.shop.now

    @now.setter
    def now(self, moment: datetime | None) -> None:
        for shop in self.shops.values():
            shop.now = moment

    def stop(self) -> None:
        self._server.shutdown()
        self._server.server_close()
        self._thread.join(5)

    def __enter__(self) -> ShopServer:
        return self

    def __exit__(self, *_: object) -> None:
        self.stop()


class _Server(ThreadingHTTPServer):
    daemon_threads = True
    request_queue_size = 64

    def __init__(self, address: tuple[str, int], shops: dict[str, Shop]) -> None:
        super().__init__(address, _Handler)
        self.shops = shops


class _Handler(BaseHTTPRequestHandler):
    protocol_version = "HTTP/1.1"
    disable_nagle_algorithm = True
    server: _Server

    def do_GET(self) -> None:
        self._answer(b"")

    def do_POST(self) -> None:
        self._answer(self.rfile.read(int(self.headers.get("Content-Length") or 0)))

    def log_message(self, *_: Any) -> None:
        """Quiet: what was asked is in ``Shop.seen``."""

    def _answer(self, body: bytes) -> None:
        route = _ROUTE.fullmatch(urlsplit(self.path).path)
        shop = self.server.shops.get(route["shop"]) if route else None
        if route is None or shop is None:
            self._send(json_reply(404, {"errors": "Not Found"}))
            return
        rest = route["admin"] or route["file"] or ""
        door = "download" if route["file"] else _DOORS.get(rest, "graphql")
        fault = shop.fault(door, body.decode("utf-8", "replace"))
        reply = _refusal(fault) if fault else None
        if reply is None:
            if fault and fault.kind == "drop":
                self._drop()
                return
            reply = self._own(shop, rest, body)
        shop.seen.append(Seen(door, _json(body), reply.status))
        if fault and fault.kind == "drop_after":
            self._drop()
        elif fault and fault.kind == "truncate":
            self._send(reply, cut=reply.length // 2)
            self._drop()
        else:
            self._send(reply)

    def _own(self, shop: Shop, rest: str, body: bytes) -> Reply:
        """A fault of the stand-in's own must look like none of Shopify's."""
        try:
            return self._reply(shop, rest, body)
        except Exception as error:
            traceback.print_exc()
            return json_reply(501, {"errors": f"the stand-in shop failed: {error!r}"})

    def _reply(self, shop: Shop, rest: str, body: bytes) -> Reply:
        if rest == "oauth/authorize" and self.command == "GET":
            status, text = shop.tokens.authorize(dict(parse_qsl(urlsplit(self.path).query)))
            if status == 302:
                return Reply(302, headers={"Location": text})
            return Reply(status, text.encode(), "text/plain; charset=utf-8")
        if rest == "oauth/access_token" and self.command == "POST":
            return json_reply(*shop.access_token(self._parameters(body)))
        if rest.startswith("bulk/") and self.command == "GET":
            return self._download(shop, rest.removeprefix("bulk/"))
        graphql = _GRAPHQL.fullmatch(rest)
        if graphql and graphql["version"] in VERSIONS and self.command == "POST":
            token = self.headers.get("X-Shopify-Access-Token", "")
            status, found = shop.graphql(token, _json(body))
            return json_reply(status, found, **{"X-Shopify-API-Version": graphql["version"]})
        return json_reply(404, {"errors": "Not Found"})

    def _download(self, shop: Shop, name: str) -> Reply:
        """A bulk operation's file, from the storage that needs no token but the address's own signature."""
        signature = dict(parse_qsl(urlsplit(self.path).query)).get("signature", "")
        with shop.lock:
            file = shop.bulk.file(name, signature)
        if file is None:
            return Reply(403, b"<Error><Code>AccessDenied</Code></Error>", "application/xml")
        return Reply(200, content_type="application/jsonl", file=file)

    def _parameters(self, body: bytes) -> dict[str, Any]:
        if "json" in self.headers.get("Content-Type", ""):
            found = _json(body)
            return found if isinstance(found, dict) else {}
        return {name: values[-1] for name, values in parse_qs(body.decode()).items()}

    def _send(self, reply: Reply, cut: int | None = None) -> None:
        self.send_response(reply.status)
        self.send_header("Content-Type", reply.content_type)
        self.send_header("Content-Length", str(reply.length))
        for name, value in reply.headers.items():
            self.send_header(name, value)
        self.end_headers()
        if reply.file is None:
            self.wfile.write(reply.body[:cut])
            return
        left = reply.length if cut is None else cut
        with reply.file.open("rb") as file:
            while left > 0 and (piece := file.read(min(left, _PIECE))):
                self.wfile.write(piece)
                left -= len(piece)

    def _drop(self) -> None:
        self.close_connection = True
        self.wfile.flush()
        self.connection.shutdown(socket.SHUT_RDWR)


def _refusal(fault: Fault) -> Reply | None:
    if fault.kind == "status":
        headers = {"Retry-After": fault.retry_after} if fault.retry_after else {}
        return json_reply(fault.status, {"errors": f"Status {fault.status}"}, **headers)
    if fault.kind == "throttled":
        return json_reply(200, {"errors": [{"message": "Throttled", "extensions": {"code": "THROTTLED"}}]})
    return None


def _json(body: bytes) -> Any:
    try:
        return json.loads(body)
    except ValueError:
        return None
