"""``python -m infra.local.shop``: a stand-in shop until Ctrl-C; its address, keys and install link as one JSON line."""

from __future__ import annotations

import argparse
import json
import os
import threading

from infra.local.shop import ShopServer, build_world


def main() -> None:
    parser = argparse.ArgumentParser(prog="python -m infra.local.shop", description=__doc__)
    parser.add_argument("--port", type=int, default=4680, help="on 127.0.0.1 (4680; 0 takes any)")
    parser.add_argument("--orders", type=int, default=25, help="a day (25)")
    parser.add_argument("--days", type=int, default=14, help="how many (14)")
    parser.add_argument("--seed", type=int, default=2026)
    parser.add_argument("--wide", action="store_true", help="with the rare scenarios")
    parser.add_argument("--app", default="http://127.0.0.1:3000", metavar="URL", help="the app's own base URL")
    arguments = parser.parse_args()
    world = build_world(arguments.days, arguments.orders, seed=arguments.seed, wide=arguments.wide)
    key = os.environ.get("SHOPIFY_API_KEY", "local-api-key")
    secret = os.environ.get("SHOPIFY_API_SECRET", "local-api-secret")
    with ShopServer(world, arguments.port, key, secret) as server:
        found = {
            "shop": server.shop.domain,
            "origin_template": server.origin_template,
            "install_url": server.shop.install_url(arguments.app.rstrip("/") + "/auth/install"),
            "orders": len(world),
            "days": [day.isoformat() for day in world.days],
        }
        print(json.dumps(found), flush=True)
        try:
            threading.Event().wait()
        except KeyboardInterrupt:
            return


if __name__ == "__main__":
    main()
