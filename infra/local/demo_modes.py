"""The main job in many combinations of modes at once: a shop and a QuickBooks company each, on one stack, one table."""

from __future__ import annotations

import itertools
import os
import shutil
import tempfile
import time
from collections.abc import Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from decimal import Decimal
from functools import partial
from pathlib import Path

from infra.local import demo, show, stack
from infra.local.company import Company
from infra.local.demo import API_KEY, API_SECRET, MODES, Combination, Scene, Size
from infra.local.merchant import Merchant
from infra.local.shop import ShopServer, build_world
from infra.local.shop.shop import Shop
from infra.local.shop.tokens import Registration

COMBINATIONS: tuple[Combination, ...] = tuple((c, i, v) for c, i, v in itertools.product(MODES, repeat=3))
_ALL = "all"
_SMALL = {"DAYS": "3", "ORDERS": "8"}
_FIRST_SEED = 2026


class _OneOf(ShopServer):
    """One shop of a server that runs already, as the demo's scene wants it."""

    def __init__(self, shop: Shop) -> None:
        self.shops, self.shop = {shop.domain: shop}, shop


def chosen(environment: Mapping[str, str]) -> tuple[Combination, ...]:
    """``MODES``: customer, inventory and vendor with commas between, several with blanks between, or ``all``.

    Empty without it. Raises StackError for what is none.
    """
    text = (environment.get("MODES") or "").lower()
    if text.strip() == _ALL:
        return COMBINATIONS
    found = [tuple(part.strip() for part in words.split(",")) for words in text.replace(", ", ",").split()]
    for modes in found:
        if modes not in COMBINATIONS:
            raise stack.StackError(
                "MODES is all, or customer,inventory,vendor, each detailed or summary, like detailed,summary,detailed"
            )
    return tuple(dict.fromkeys((c, i, v) for c, i, v in found))


def run(data: Path, port: int | None, combinations: Sequence[Combination]) -> int:
    """The exit status: 0 only if every combination ties out. The stack's folder is kept only when one does not."""
    size = Size.of(_SMALL | {name: value for name, value in os.environ.items() if value})
    began = time.monotonic()
    data.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=data))
    print(f"{len(combinations)} shops, {size.days} days of {size.orders} orders each")
    try:
        with _scenes(folder, port or demo.free_port(), size, combinations) as scenes:
            _begin(scenes)
            _live_through(list(scenes.values()))
            good = _prove(scenes)
    except BaseException:
        print(f"the stack's logs are in {folder}")
        raise
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    print(f"\n{time.monotonic() - began:.0f} seconds")
    print("Every combination ties out." if good else f"It does NOT tie out. Logs: {folder}")
    return 0 if good else 1


@contextmanager
def _scenes(
    folder: Path, port: int, size: Size, combinations: Sequence[Combination]
) -> Iterator[dict[Combination, Scene]]:
    """A scene a combination: each shop has days of its own, from a seed of its own."""
    with show.stage("The shops' days") as progress:
        shops = [_shop(size, modes, _FIRST_SEED + number) for number, modes in enumerate(combinations)]
        progress.note = f"{shops[0].world.zone.key}, {shops[0].world.days[0]} to {shops[0].world.days[-1]}"
    with ExitStack() as actors:
        server = actors.enter_context(ShopServer(shops))
        environment = {
            "SHOPIFY_API_KEY": API_KEY,
            "SHOPIFY_API_SECRET": API_SECRET,
            "SHOPIFY_ORIGIN_TEMPLATE": server.origin_template,
        }
        with show.stage("Build and deploy the stack") as progress:
            local = stack.LocalStack(folder, port, environment, progress=partial(progress.at, 0, 1))
            running = actors.enter_context(local)
            progress.note = running.url
        yield {
            modes: Scene(
                shop.world,
                _OneOf(shop),
                running,
                Company(folder / f"{_letters(modes)}.sqlite"),
                actors.enter_context(Merchant(running.url, shop)),
            )
            for modes, shop in zip(combinations, shops, strict=True)
        }


def _shop(size: Size, modes: Combination, seed: int) -> Shop:
    world = build_world(days=size.days, orders_per_day=size.orders, seed=seed)
    app = Registration(API_KEY, API_SECRET, optional=demo.optional_scopes())
    return Shop(world, domain=f"harbor-goods-{_letters(modes)}.myshopify.com", app=app)


def _letters(modes: Combination) -> str:
    return "".join(mode[0] for mode in modes)


def _begin(scenes: Mapping[Combination, Scene]) -> None:
    with show.stage("Install, connect, settings, start") as progress:
        for number, (modes, scene) in enumerate(scenes.items()):
            progress.at(number, len(scenes), scene.shop.shop.domain)
            scene.merchant.install()
            demo.connect(scene)
            demo.settle(scene, modes)
        progress.at(len(scenes), len(scenes), f"{len(scenes)} shops with a company each")


def _live_through(scenes: Sequence[Scene]) -> None:
    """Night after night: all schedules fire, then each shop's Web Connector fetches."""
    days = scenes[0].world.days
    with show.stage("Nights: prepare, post, read back") as progress:
        for number, day in enumerate(days):
            progress.at(number, len(days), f"{day} preparing")
            demo.prepare(day, *scenes)
            for scene in scenes:
                progress.at(number, len(days), f"{day} posting, {scene.shop.shop.domain}")
                scene.update()
        trips = sum(scene.round_trips for scene in scenes)
        progress.at(len(days), len(days), f"{len(days)} nights, {trips} round trips")


def _prove(scenes: Mapping[Combination, Scene]) -> bool:
    """Print the table; whether every combination ties out."""
    rows, wrong = [], []
    for modes, scene in scenes.items():
        lines, _, faults = demo.judge(scene, modes)
        off = sum((abs(Decimal(line["difference"])) for line in lines), demo.ZERO)
        rows.append([*modes, str(len(scene.company.transactions())), str(scene.round_trips), show.money(off)])
        wrong += [f"{', '.join(modes)}: {fault}" for fault in faults]
    show.table(
        ["customer", "inventory", "vendor", "entries", "round trips", "differences"],
        rows,
        "Combinations of modes",
        words=3,
    )
    for fault in wrong:
        print(f"  ! {fault}")
    return not wrong
