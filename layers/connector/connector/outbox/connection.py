"""A shop's connection: user name, app token, FileID, and what was last heard of its Web Connector.

The app token is the password the bookkeeper types into the Web Connector. It is shown once and kept as a salted
scrypt hash. An unknown user, a wrong token and a disabled shop are told apart by nobody outside: they get the same
answer after the same work.
"""

from __future__ import annotations

import base64
import hashlib
import hmac
import secrets
from collections.abc import Callable, Mapping
from contextlib import suppress
from datetime import datetime, timedelta
from typing import Any
from uuid import UUID

from connector.outbox import company, health
from connector.quickbooks.profile import CompanyProfile
from connector.storage import keys
from connector.storage.syncs import moment, stamp
from connector.storage.table import ConditionFailed, Table, put_write

OWNER_ID = "7c0f5a1e-9d3b-4c58-b0a6-2e6f41d7c935"
"""Names this application to QuickBooks, the same for every shop (Web Connector Programmer's Guide, chapter 4)."""

SHORTEST_TOKEN = 12
LONGEST_TOKEN = 128
SCRYPT_COST = 2**15
"""scrypt's n, with r = 8 and p = 1: about 80 ms and 32 MB a sign-in."""

MOST_FAILURES = 20
THROTTLE_WINDOW = timedelta(minutes=15)
"""After so many wrong tokens for a user name within a window, none is tried until the window is over. A Web
Connector that polls every minute with an old token stays below it."""

RandomBytes = Callable[[int], bytes]
_USER = "USER"


class UnusableToken(ValueError):
    """A pasted token is too short, too long or has characters that can't be typed."""


def user_name_of(shop: str) -> str:
    """The shop's handle: unique with Shopify, and the bookkeeper recognises it."""
    return shop.removesuffix(".myshopify.com").lower()


def read(table: Table, shop: str) -> dict[str, Any] | None:
    return table.get(keys.shop(shop), keys.CONNECTION)


def ensure(table: Table, shop: str, now: datetime, random_bytes: RandomBytes = secrets.token_bytes) -> dict[str, Any]:
    """The shop's connection, made with a FileID of its own if there is none. It stays the same ever after."""
    item = read(table, shop)
    if item:
        return item
    name = user_name_of(shop)
    item = {
        "pk": keys.shop(shop),
        "sk": keys.CONNECTION,
        "type": "connection",
        "user_name": name,
        "file_id": _new_guid(random_bytes),
        "created_at": stamp(now),
        "disabled": False,
    }
    user = {"pk": keys.user(name), "sk": _USER, "shop": shop}
    owned = put_write(user, "attribute_not_exists(pk) OR shop = :shop", values={":shop": shop})
    try:
        table.transact([put_write(item, "attribute_not_exists(pk)"), owned])
    except ConditionFailed:
        existing = read(table, shop)
        if existing is None:
            raise
        return existing
    return item


def create_token(
    table: Table,
    shop: str,
    token: str | None,
    now: datetime,
    random_bytes: RandomBytes = secrets.token_bytes,
    cost: int = SCRYPT_COST,
) -> str:
    """Sets the app token to the pasted ``token``, or to a new one if that is None; returns it, never to be seen again.

    Raises UnusableToken.
    """
    ensure(table, shop, now, random_bytes)
    plain = _generated(random_bytes) if token is None else _pasted(token)
    salt = random_bytes(16)
    table.update(
        keys.shop(shop),
        keys.CONNECTION,
        "SET token_salt = :salt, token_hash = :hash, token_cost = :cost, token_at = :now, disabled = :no",
        values={
            ":salt": salt,
            ":hash": _hash(plain, salt, cost),
            ":cost": cost,
            ":now": stamp(now),
            ":no": False,
        },
    )
    return plain


def renew_file_id(table: Table, shop: str, random_bytes: RandomBytes = secrets.token_bytes) -> str:
    """A new FileID, for a reset: the old .qwc is refused from now on, and the next company counts as the first."""
    file_id = _new_guid(random_bytes)
    table.delete(keys.shop(shop), keys.ANCHORS)
    table.update(
        keys.shop(shop),
        keys.CONNECTION,
        "SET file_id = :id REMOVE company_seen",
        "attribute_exists(pk)",
        values={":id": file_id},
    )
    return file_id


def disable(table: Table, shop: str, disabled: bool = True) -> None:
    """A disabled shop can't sign in; nothing of it is forgotten. No connection, nothing to do."""
    try:
        table.update(
            keys.shop(shop), keys.CONNECTION, "SET disabled = :is", "attribute_exists(pk)", values={":is": disabled}
        )
    except ConditionFailed:
        return


def sign_in(table: Table, user_name: str, token: str, now: datetime) -> str | None:
    """The shop that ``user_name`` and ``token`` belong to, or None, whatever the reason."""
    name = user_name.strip().lower()[:LONGEST_TOKEN]
    throttle = _throttle_key(name, now)
    tried = table.get(*throttle)
    user = table.get(keys.user(name), _USER) if name else None
    connection = read(table, user["shop"]) if user else None
    # The hash is worked out in every case, so that the time taken tells nothing.
    stored = connection if connection and "token_hash" in connection else _NOBODY
    right = hmac.compare_digest(
        _hash(token[: LONGEST_TOKEN + 1].strip(), stored["token_salt"], int(stored["token_cost"])),
        stored["token_hash"],
    )
    throttled = tried is not None and int(tried["failures"]) >= MOST_FAILURES
    if right and user and connection and not connection.get("disabled") and not throttled:
        return str(user["shop"])
    if not throttled:
        _count_failure(table, throttle, now)
    return None


def heard(table: Table, shop: str, now: datetime, **seen: Any) -> None:
    """The Web Connector of the shop called. ``seen`` is what else is known now, e.g. ``company_seen``."""
    values = {"last_contact": stamp(now), **seen}
    names = {f"#{name}": name for name in values}
    sets = ", ".join(f"#{name} = :{name}" for name in values)
    table.update(
        keys.shop(shop),
        keys.CONNECTION,
        f"SET {sets}",
        "attribute_exists(pk)",
        names=names,
        values={f":{name}": value for name, value in values.items()},
    )


def called(table: Table, shop: str, now: datetime) -> None:
    """A run of the Web Connector begins. The last waits between two runs are kept, to see how often it comes."""
    item = read(table, shop) or {}
    waits = list(item.get("waits", ()))
    if item.get("last_contact"):
        waits.append(max(0, int((now - moment(item["last_contact"])).total_seconds())))
    heard(table, shop, now, waits=waits[-health.WAITS_KEPT :])


def hung_up(table: Table, shop: str, now: datetime) -> None:
    """A run ends: how long it took is no wait."""
    with suppress(ConditionFailed):  # the shop may be gone
        heard(table, shop, now)


def view(table: Table, shop: str, now: datetime) -> dict[str, Any]:
    """Everything the connection page shows, as plain JSON values. Secrets are not in it."""
    item = read(table, shop) or {}
    seen = company.profile(table, shop)
    return {
        "user_name": item.get("user_name", user_name_of(shop)),
        "owner_id": OWNER_ID,
        "file_id": item.get("file_id", ""),
        "token_set": "token_hash" in item,
        "token_at": item.get("token_at", ""),
        "last_contact": item.get("last_contact", ""),
        "health": health.view(item, seen, now),
        "company": _company_view(item, seen) if seen else None,
        "limits": company.limits(table, shop, now),
        "lists_read_at": company.state(table, shop).get("read_at", ""),
    }


def _company_view(item: Mapping[str, Any], seen: CompanyProfile) -> dict[str, Any]:
    return {
        "name": seen.company_name,
        "file": (item.get("company_seen") or {}).get("file", ""),
        "product": seen.product,
        "edition": seen.edition.value,
        "year": seen.year,
        "country": seen.country,
        "currency": seen.currency_code,
        "closing_date": seen.closing_date.isoformat() if seen.closing_date else "",
        "uses_classes": seen.uses_classes,
        "uses_multi_currency": seen.uses_multi_currency,
        "uses_sales_tax": seen.uses_sales_tax,
        "default_tax_item": seen.default_tax_item,
        "uses_inventory": seen.uses_inventory,
        "file_mode": seen.file_mode,
        "unattended_access": seen.automatic_login_allowed,
        "personal_data_access": seen.personal_data_allowed,
    }


def _throttle_key(name: str, now: datetime) -> tuple[str, str]:
    window = int(now.timestamp() // THROTTLE_WINDOW.total_seconds())
    # A name nobody vouches for may be anything; its hash is short and tells nothing.
    digest = hashlib.blake2b(name.encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"THROTTLE#{digest}", f"WINDOW#{window}"


def _count_failure(table: Table, key: tuple[str, str], now: datetime) -> None:
    forget_at = int((now + 2 * THROTTLE_WINDOW).timestamp())
    values = {":ttl": forget_at, ":one": 1}
    table.update(*key, "SET #ttl = :ttl ADD failures :one", names={"#ttl": "ttl"}, values=values)


def _hash(token: str, salt: bytes, cost: int) -> bytes:
    data = token.encode("utf-8", "surrogatepass")
    return hashlib.scrypt(data, salt=salt, n=cost, r=8, p=1, maxmem=2048 * (cost + 64), dklen=32)


_NOBODY: dict[str, Any] = {"token_salt": b"\0" * 16, "token_hash": b"\0" * 32, "token_cost": SCRYPT_COST}


def _generated(random_bytes: RandomBytes) -> str:
    """100 bits in five groups of four, without letters that look alike: it is typed by hand."""
    letters = base64.b32encode(random_bytes(15)).decode()[:20]
    return "-".join(letters[i : i + 4] for i in range(0, 20, 4))


def _pasted(token: str) -> str:
    token = token.strip()
    if not SHORTEST_TOKEN <= len(token) <= LONGEST_TOKEN:
        raise UnusableToken(f"a token has {SHORTEST_TOKEN} to {LONGEST_TOKEN} characters, this one has {len(token)}")
    if not token.isprintable():
        raise UnusableToken("the token has characters that can't be typed")
    return token


def _new_guid(random_bytes: RandomBytes) -> str:
    return str(UUID(bytes=random_bytes(16), version=4))
