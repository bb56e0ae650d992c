"""One shop: a world, its clock, its tokens, and the faults it was told to have."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from functools import partial
from typing import Any

from infra.local.shop.access import Access
from infra.local.shop.api import Context, Root, answer
from infra.local.shop.bulk import BulkOperations
from infra.local.shop.cost import Bucket
from infra.local.shop.ledgers import Ledgers
from infra.local.shop.queries import roots
from infra.local.shop.tokens import Answer, Grant, Registration, Tokens
from infra.local.shop.webhooks import Webhook, webhook
from infra.local.shop.world import DEFAULT_SHOP, World, build_world

PLUS_RATE = 1_000.0
"""Points a second that a Plus shop's bucket gets back (Shopify, "API rate limits"); a Standard one gets 100."""

_SECONDS_OF_POINTS = 20


@dataclass
class Fault:
    """Something that goes wrong with ``times`` requests ``on`` one of the shop's doors, after ``skip`` good ones.

    ``kind``: ``status`` (answers ``status``, with ``retry_after`` if given), ``throttled`` (the GraphQL way, at 200),
    ``drop`` (the connection ends without an answer), ``drop_after`` (so too, but the request has been carried out),
    ``truncate`` (the answer ends in the middle). ``on``: ``graphql``, ``token``, ``download`` or ``any``;
    ``containing`` narrows it to requests whose body holds that text.
    """

    kind: str
    times: int = 1
    skip: int = 0
    on: str = "graphql"
    status: int = 503
    retry_after: str | None = None
    containing: str = ""

    def takes(self, door: str, body: str) -> bool:
        """Whether it hits this request; counts it if so."""
        if self.times <= 0 or self.on not in ("any", door) or self.containing not in body:
            return False
        if self.skip > 0:
            self.skip -= 1
            return False
        self.times -= 1
        return True


@dataclass
class Seen:
    """One request, for tests: never its token."""

    door: str
    body: Any
    status: int


@dataclass
class Shop:
    """``now`` is the time the world is shown as of (None: the real one); ``clock`` (epoch seconds) is that of tokens,
    signatures and throttling, which an app compares with its own clock.

    ``withheld`` are fields, such as ``Order.customer``, that the app is not approved for.
    """

    world: World = field(default_factory=build_world)
    domain: str = DEFAULT_SHOP
    app: Registration = field(default_factory=Registration)
    now: datetime | None = None
    clock: Callable[[], float] = time.time
    restore_rate: float = PLUS_RATE
    withheld: frozenset[str] = frozenset()
    faults: list[Fault] = field(default_factory=list)
    seen: list[Seen] = field(default_factory=list)

    tokens: Tokens = field(init=False)
    bucket: Bucket = field(init=False)
    bulk: BulkOperations = field(init=False)
    ledgers: Ledgers = field(init=False)

    def __post_init__(self) -> None:
        self.tokens = Tokens(self.domain, self.app, self.clock)
        self.bucket = Bucket(self.restore_rate, self.restore_rate * _SECONDS_OF_POINTS, lambda: self.clock())
        self.bulk = BulkOperations(lambda: self.clock(), self._bulk_roots)
        self.ledgers = Ledgers(self.world)
        self.lock = threading.RLock()

    @property
    def at(self) -> datetime:
        return self.now or datetime.fromtimestamp(self.clock(), UTC)

    def fault(self, door: str, body: str) -> Fault | None:
        return next((fault for fault in self.faults if fault.takes(door, body)), None)

    def graphql(self, token: str, body: Any) -> Answer:
        """Status and body of ``POST /admin/api/…/graphql.json``."""
        with self.lock:
            grant = self.tokens.check(token)
            if not isinstance(grant, Grant):
                return grant
            if not isinstance(body, dict):
                return 400, {"errors": "Invalid request: the body must be a JSON object"}
            return 200, self.query(body, grant.scopes)

    def query(self, body: dict[str, Any], scopes: tuple[str, ...]) -> dict[str, Any]:
        """The answer to a document, whoever asks."""
        root = Root(roots(self, scopes))
        return answer(body, root, Access(frozenset(scopes), self.withheld), self.bucket)

    def _bulk_roots(self, scopes: tuple[str, ...]) -> dict[str, Any]:
        """The root functions for a bulk operation, which has no request to warn."""
        context = Context(Access(frozenset(scopes), self.withheld), frozenset())
        return {name: partial(function, context) for name, function in roots(self, scopes).items()}

    def access_token(self, parameters: dict[str, Any]) -> Answer:
        with self.lock:
            return self.tokens.access_token(parameters)

    def install_url(self, app_url: str) -> str:
        """The signed address of ``app_url`` (…/auth/install) that starts an installation."""
        return self.tokens.install_url(app_url)

    def session_token(self, user: str = "61234567", **claims: Any) -> str:
        return self.tokens.session_token(user, **claims)

    def webhook(self, topic: str, payload: Mapping[str, Any] | None = None, **headers: str) -> Webhook:
        """A signed delivery of ``topic``; ``.post(url)`` sends it, as often as it is called."""
        return webhook(self, topic, payload, **headers)

    def uninstall(self) -> Webhook:
        """All tokens are void from now on; what is returned is the webhook that tells the app."""
        with self.lock:
            self.tokens.revoke()
        return self.webhook("app/uninstalled")
