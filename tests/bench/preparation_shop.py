"""The stand-in shop of so many orders, in a process of its own.

``python -m tests.bench.preparation_shop ORDERS`` prints where it is and a session token; it serves until its input
ends.
"""

from __future__ import annotations

import json
import sys
from datetime import UTC, date, datetime

from connector.shopify.registration import OPTIONAL_SCOPES, SCOPES
from infra.local.shop import Shop, ShopServer, World, build_world
from infra.local.shop.tokens import Registration

ORDERS_A_DAY = 1_000
FIRST_DAY = date(2026, 1, 2)
AFTERWARDS = datetime(2026, 12, 1, 7, tzinfo=UTC)


def world(orders: int) -> World:
    return build_world(days=max(orders // ORDERS_A_DAY, 1), orders_per_day=min(orders, ORDERS_A_DAY), start=FIRST_DAY)


def main() -> None:
    shop = Shop(world(int(sys.argv[1])), app=Registration(scopes=(*SCOPES, *OPTIONAL_SCOPES)), now=AFTERWARDS)
    shop.world.updated(AFTERWARDS)  # the index of changes is made once, before anything is measured
    with ShopServer(shop) as server:
        print(json.dumps([server.origin_template, shop.domain, shop.session_token()]), flush=True)
        sys.stdin.read()


if __name__ == "__main__":
    main()
