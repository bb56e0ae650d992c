"""Shop domains, and where a shop's Admin lives."""

from __future__ import annotations

import base64
import binascii
import re
from urllib.parse import urlsplit

from connector.shopify.errors import InvalidShop

_SHOP = re.compile(r"[a-z0-9][a-z0-9-]*\.myshopify\.com")
_HOST_PARAMETER = re.compile(r"[0-9A-Za-z+/_-]+={0,2}")
_HOST = re.compile(r"[a-z0-9][a-z0-9.-]*\.(?:myshopify|shopify)\.com")
_HOST_PATH = re.compile(r"[A-Za-z0-9/_-]*")
_LONGEST = 255


def shop_domain(value: object) -> str:
    """The shop's ``….myshopify.com`` domain in lower case; raises ``InvalidShop`` for anything else.

    The whole value must match: a domain goes into URLs that carry tokens, and into table keys.
    """
    # Only ASCII is lowered: the Kelvin sign's lower case is a plain "k".
    text = value.lower() if isinstance(value, str) and len(value) <= _LONGEST and value.isascii() else ""
    if not _SHOP.fullmatch(text):
        raise InvalidShop("The shop must be a domain that ends in .myshopify.com.")
    return text


def admin_url(origin_template: str, shop: str, path: str) -> str:
    """``path`` (``oauth/authorize``, ``api/…``) below ``/admin/`` of the shop; every call to a shop goes through it."""
    return f"{origin_template.replace('{shop}', shop_domain(shop)).rstrip('/')}/admin/{path}"


def embedding_page(host: str | None) -> str | None:
    """``host`` decoded: the page of the admin that embeds the app, without scheme; None when it is not Shopify's.

    Shopify sends base64 of ``admin.shopify.com/store/<name>`` or ``<shop>.myshopify.com/admin``.
    """
    if not host or len(host) > 2 * _LONGEST or not _HOST_PARAMETER.fullmatch(host):
        return None
    padded = host.rstrip("=") + "=" * (-len(host.rstrip("=")) % 4)
    try:
        decoded = base64.b64decode(padded, altchars=b"-_" if {"-", "_"} & set(host) else None, validate=True).decode()
    except (binascii.Error, ValueError):
        return None
    name, _, path = decoded.partition("/")
    if not _HOST.fullmatch(name) or not _HOST_PATH.fullmatch(path) or urlsplit(f"https://{decoded}").hostname != name:
        return None
    return decoded.rstrip("/")
