"""Shop domains and hosts: only Shopify's own, whole and exact."""

from __future__ import annotations

import base64

import pytest

from connector.shopify.domains import admin_url, embedding_page, shop_domain
from connector.shopify.errors import InvalidShop


def encoded(text: str) -> str:
    return base64.b64encode(text.encode()).decode()


def test_a_shop_domain_is_lowered() -> None:
    assert shop_domain("Northern-Lights2.myshopify.com") == "northern-lights2.myshopify.com"


@pytest.mark.parametrize(
    "value",
    [
        "",
        None,
        7,
        "shop",
        "-a.myshopify.com",
        "a.myshopify.com\n",
        "a.myshopify.com.evil.com",
        "evil.com/?a=.myshopify.com",
        "a.b.myshopify.com",
        "a_b.myshopify.com",
        "amyshopify.com",
        "a.myshopify.com/",
        "https://a.myshopify.com",
        "a.MYSHOPIFY.comK".replace("K", "\u212a"),
        "\u212a.myshopify.com",
        "a" * 300 + ".myshopify.com",
    ],
)
def test_anything_else_is_not_a_shop(value: object) -> None:
    with pytest.raises(InvalidShop):
        shop_domain(value)


def test_every_call_goes_below_the_origin_of_the_shop() -> None:
    assert admin_url("https://{shop}", "a.myshopify.com", "oauth/authorize") == (
        "https://a.myshopify.com/admin/oauth/authorize"
    )
    assert admin_url("http://127.0.0.1:9/{shop}/", "a.myshopify.com", "api/x") == (
        "http://127.0.0.1:9/a.myshopify.com/admin/api/x"
    )


@pytest.mark.parametrize("host", ["admin.shopify.com/store/a", "a.myshopify.com/admin"])
def test_a_host_of_shopify_leads_back_into_the_admin(host: str) -> None:
    assert embedding_page(encoded(host)) == host
    assert embedding_page(encoded(host).rstrip("=")) == host


@pytest.mark.parametrize(
    "host",
    [
        None,
        "",
        "%%%",
        encoded("evil.com/store/a"),
        encoded("evil.com/.myshopify.com"),
        encoded("admin.shopify.com@evil.com"),
        encoded("admin.shopify.com:443/store/a"),
        encoded("evilshopify.com"),
        encoded("admin.shopify.com/store/a?x=1"),
        encoded("admin.shopify.com\\@evil.com"),
        encoded("admin.shopify.com/store/a\n"),
        base64.b64encode(b"\xff\xfe").decode(),
        "A",
    ],
)
def test_any_other_host_leads_nowhere(host: str | None) -> None:
    assert embedding_page(host) is None
