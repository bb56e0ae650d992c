"""A shop's profile as the books know it, kept up to date with what Shopify says of the shop.

One thing does not follow: once the integration has started, the books stay in the currency they were begun in. A shop
that sells in another one from then on is refused until the integration is reset; amounts of two currencies in one
company would make every sum of it wrong.
"""

from __future__ import annotations

from dataclasses import asdict, dataclass, replace
from typing import Any
from zoneinfo import ZoneInfo

from connector.shopify.domains import shop_domain
from connector.shopify.errors import GraphQLFailed
from connector.storage import keys
from connector.storage.table import Table, put_write

_STARTED = "STARTED"
_NEEDED = ("name", "currencyCode", "ianaTimezone")


@dataclass(frozen=True, slots=True)
class ShopProfile:
    """What the books need to know of a shop. ``time_zone`` is an IANA name; ``currency`` ISO 4217, the books' own.

    ``other_currency`` is what the shop sells in now, where that is not the books' currency any more.
    """

    domain: str
    name: str
    currency: str
    time_zone: str
    email: str = ""
    plan: str = ""
    taxes_included: bool = False
    other_currency: str = ""


def find(table: Table, shop: str) -> ShopProfile | None:
    item = table.get(keys.shop(shop), keys.PROFILE)
    if item is None:
        return None
    return ShopProfile(
        domain=shop, **{n: item.get(n, "") for n in ("name", "currency", "time_zone")}, **_optional(item)
    )


def store(table: Table, shop: str, node: dict[str, Any]) -> ShopProfile:
    """``node`` is the answer to ``shop.graphql``. Raises ``GraphQLFailed`` if it does not say what is needed."""
    shop = shop_domain(shop)
    before = find(table, shop)
    profile = _following(before, _read(shop, node), begun=_begun(table, shop))
    if profile != before:
        table.put(_item(profile))
    return profile


def begin_anew(table: Table, shop: str) -> list[dict[str, Any]]:
    """Transaction parts for when the integration is reset: the next books are kept in what the shop sells in now."""
    profile = find(table, shop)
    if profile is None or not profile.other_currency:
        return []
    return [put_write(_item(replace(profile, currency=profile.other_currency, other_currency="")))]


def _read(shop: str, node: dict[str, Any]) -> ShopProfile:
    missing = [name for name in _NEEDED if not node.get(name)]
    if missing:
        raise GraphQLFailed("shop", [f"Shopify did not say the shop's {', '.join(missing)}"])
    return ShopProfile(
        domain=shop,
        name=node["name"],
        currency=node["currencyCode"],
        time_zone=node["ianaTimezone"],
        email=node.get("contactEmail") or node.get("email") or "",
        plan=(node.get("plan") or {}).get("publicDisplayName") or "",
        taxes_included=bool(node.get("taxesIncluded")),
    )


def _following(before: ShopProfile | None, now: ShopProfile, begun: bool) -> ShopProfile:
    if before is None:
        return now
    if begun and before.currency and before.currency != now.currency:
        now = replace(now, currency=before.currency, other_currency=now.currency)
    # A zone that this machine's list does not have yet would make every day of the shop unreadable.
    return now if _known(now.time_zone) else replace(now, time_zone=before.time_zone)


def _known(zone: str) -> bool:
    try:
        ZoneInfo(zone)
    except (ValueError, OSError, KeyError):
        return False
    return True


def _begun(table: Table, shop: str) -> bool:
    """Whether there are books: a preview, or a start that did not come to its end, is none."""
    return (table.get(keys.shop(shop), keys.INTEGRATION) or {}).get("state") == _STARTED


def _optional(item: dict[str, Any]) -> dict[str, Any]:
    return {name: item[name] for name in ("email", "plan", "taxes_included", "other_currency") if name in item}


def _item(profile: ShopProfile) -> dict[str, Any]:
    return {"pk": keys.shop(profile.domain), "sk": keys.PROFILE, "type": "profile", **asdict(profile)}
