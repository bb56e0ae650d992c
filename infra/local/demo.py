"""The main job from nothing: a shop's days land in a QuickBooks company, and the proof is printed.

What runs is the deployed template; the shop, QuickBooks and its Web Connector are stand-ins that speak the real ones'
protocols. The demo takes nobody's word: the tie-out must agree with what the shop's generator meant to happen.
"""

from __future__ import annotations

import os
import shutil
import socket
import tempfile
import time
import tomllib
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import ExitStack, contextmanager
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from datetime import time as clock_time
from decimal import Decimal
from functools import partial
from pathlib import Path

from infra.local import proof, show, stack, work
from infra.local.company import DEMO_ACCOUNTS, Company
from infra.local.merchant import Merchant
from infra.local.shop import ShopServer, World, build_world
from infra.local.shop.by_hand import in_all, valued_by_quickbooks
from infra.local.web_connector import WebConnector, zeep_transport

MODES = ("detailed", "summary")
ZERO = Decimal("0.00")
SYNC_TIME = clock_time(2, 0)
API_KEY, API_SECRET = "demo-app", "demo-secret"
_APP = Path(__file__).parents[1] / "shopify.app.toml"
Combination = tuple[str, str, str]
"""The modes of customer, inventory and vendor."""

ACCOUNTS_OF_TENDERS = {"default": "clearing", "cash": "cash"}
KEYS_OF_LINES = {
    "sales": "sales_income",
    "returns": "refunds",
    "refund_adjustments": "refunds",
    "shipping": "shipping_income",
    "gift_cards_sold": "gift_cards",
    "gift_cards_redeemed": "gift_cards",
    "store_credit_redeemed": "store_credit",
    "gift_cards_outside": "gift_cards",
    "store_credit_outside": "store_credit",
    "goodwill": "discounts",
    "cash_paid_out": "cash",
    "cash_drawer": "cash",
    "cash_moved": "petty_cash",
    "payout_clearing": "clearing",
    "reserve": "clearing",
    "payout_transfers": "clearing",
    "purchases": "inventory_asset",
    "purchase_tax": "freight_in",
    "purchase_adjustments": "inventory_adjustments",
    "stock_adjusted": "inventory_asset",
    "stock_adjustments": "inventory_adjustments",
    "tax:": "sales_tax",
    # A marketplace keeps the tax it owes from the money it sends, so both land on the clearing account.
    "channel_tax:": "clearing",
    **{
        line: line
        for line in (
            *("discounts", "tips", "duties", "additional_fees", "cash_rounding", "accounts_receivable"),
            *("cash_over_short", "bank", "payment_fees", "chargebacks", "payout_adjustments"),
            *("freight_in", "purchase_discounts", "accounts_payable"),
        )
    },
}
IDLE_SECONDS = 300


@dataclass(frozen=True, slots=True)
class Size:
    days: int
    orders: int
    mode: str

    @staticmethod
    def of(environment: Mapping[str, str]) -> Size:
        """``DAYS``, ``ORDERS`` (a day) and ``MODE``; raises StackError for what is none."""
        try:
            size = Size(
                int(environment.get("DAYS") or 14),
                int(environment.get("ORDERS") or 25),
                (environment.get("MODE") or MODES[0]).lower(),
            )
        except ValueError as error:
            raise stack.StackError("DAYS and ORDERS are whole numbers") from error
        if size.days < 1 or size.orders < 1 or size.mode not in MODES:
            raise stack.StackError(f"DAYS and ORDERS are at least 1, MODE is {' or '.join(MODES)}")
        return size


@dataclass(slots=True)
class Scene:
    """All the actors of the demo, and what it counts."""

    world: World
    shop: ShopServer
    running: stack.RunningStack
    company: Company
    merchant: Merchant
    web_connector: WebConnector | None = None
    round_trips: int = 0
    faults: list[str] = field(default_factory=list)

    def update(self) -> str:
        """One run of the Web Connector; its status text."""
        assert self.web_connector is not None
        run = self.web_connector.update()
        self.round_trips += run.round_trips
        if not run.ok:
            raise stack.StackError(f"the Web Connector's run failed: {run.status_text}")
        return str(run.status_text)


def run(data: Path, port: int | None, modes: Combination | None = None) -> int:
    """The demo; the exit status. Its stack lies in a folder of its own under ``data``, kept only when it failed."""
    size = Size.of(os.environ)
    modes = modes or (size.mode, size.mode, size.mode)
    began = time.monotonic()
    data.mkdir(parents=True, exist_ok=True)
    folder = Path(tempfile.mkdtemp(prefix="demo-", dir=data))
    print(f"{size.days} days of {size.orders} orders, {size.mode if len(set(modes)) == 1 else ', '.join(modes)}")
    try:
        with scene_of(folder, port or free_port(), size) as scene:
            _install(scene)
            _connect(scene)
            _settle(scene, modes)
            _live_through(scene)
            good = _prove(scene, modes)
            print(f"\n{scene.round_trips} Web Connector round trips, {time.monotonic() - began:.0f} seconds")
    except BaseException:
        print(f"the stack's logs are in {folder}")
        raise
    if good:
        shutil.rmtree(folder, ignore_errors=True)
    print("Every line ties out: Shopify = posted = QuickBooks." if good else f"It does NOT tie out. Logs: {folder}")
    return 0 if good else 1


@contextmanager
def scene_of(
    folder: Path, port: int, size: Size, *, start: date | None = None, cdn: Callable[[ShopServer], str] | None = None
) -> Iterator[Scene]:
    with show.stage("The shop's days") as progress:
        world = build_world(days=size.days, orders_per_day=size.orders, start=start)
        progress.note = f"{world.zone.key}, {world.days[0]} to {world.days[-1]}"
    with ExitStack() as actors:
        shop = actors.enter_context(
            ShopServer(world, api_key=API_KEY, api_secret=API_SECRET, scopes=scopes(), optional=optional_scopes())
        )
        environment = {
            "SHOPIFY_API_KEY": API_KEY,
            "SHOPIFY_API_SECRET": API_SECRET,
            "SHOPIFY_ORIGIN_TEMPLATE": shop.origin_template,
        }
        if cdn:
            environment["SHOPIFY_CDN"] = cdn(shop)
        with show.stage("Build and deploy the stack") as progress:
            local = stack.LocalStack(folder, port, environment, progress=partial(progress.at, 0, 1))
            running = actors.enter_context(local)
            progress.note = running.url
        merchant = actors.enter_context(Merchant(running.url, shop.shop))
        yield Scene(world, shop, running, Company(folder / "company.sqlite"), merchant)


def _install(scene: Scene) -> None:
    with show.stage("Install in the shop") as progress:
        scene.merchant.install()
        progress.note = scene.shop.shop.domain


def connect(scene: Scene) -> None:
    """The app token, the .qwc file, and the Web Connector's first contact, which brings the company's lists."""
    token = scene.merchant.post("/api/connection/token")["token"]
    file = scene.merchant.web_connector_file()
    scene.web_connector = WebConnector(
        zeep_transport(file.address + "?wsdl"),
        scene.company,
        file.user_name,
        token,
        file.owner_id,
        file.file_id,
    )
    scene.update()


def _connect(scene: Scene) -> None:
    with show.stage("Connect QuickBooks") as progress:
        connect(scene)
        accounts = scene.merchant.get("/api/quickbooks/accounts")
        progress.note = f"{len(accounts['accounts'])} accounts read"


def settle(scene: Scene, modes: Combination) -> None:
    """The merchant's settings, and the start of integration."""
    scene.merchant.put(
        "/api/settings",
        {
            "accounts": {key: name for key, name in DEMO_ACCOUNTS.items() if key != "cash"},
            "tenders": {gateway: DEMO_ACCOUNTS[key] for gateway, key in ACCOUNTS_OF_TENDERS.items()},
            "modes": dict(zip(("customer", "inventory", "vendor"), modes, strict=True)),
            "schedule": {
                "mode": "automatic",
                "time_of_day": f"{SYNC_TIME:%H:%M}",
                "time_zone": scene.world.zone.key,
            },
            "start_date": scene.world.days[0].isoformat(),
        },
    )
    scene.merchant.post("/api/integration/start")


def _settle(scene: Scene, modes: Combination) -> None:
    with show.stage("Settings, start of integration") as progress:
        settle(scene, modes)
        progress.note = f"every night at {SYNC_TIME:%H:%M}, {scene.world.zone.key}"


def _live_through(scene: Scene) -> None:
    """Day after day: the schedule fires in the night, the preparation runs, the Web Connector fetches."""
    days = scene.world.days
    with show.stage("Nights: prepare, post, read back") as progress:
        for number, day in enumerate(days, 1):
            progress.at(number - 1, len(days), f"{day} preparing")
            prepare(day, scene)
            progress.at(number - 1, len(days), f"{day} posting")
            scene.update()
        progress.at(len(days), len(days), f"{len(days)} nights, {scene.round_trips} round trips")


def prepare(day: date, *scenes: Scene) -> None:
    """The night after ``day``: every shop's own schedule fires; returns when all is prepared."""
    for scene in scenes:
        scene.shop.now = sync_moment(scene.world, day)
        work.fire(scene.running, scene.shop.shop.domain, scene.shop.now)
    if work.wait_until_idle(scenes[0].running, IDLE_SECONDS):
        syncs = (sync for scene in scenes for sync in scene.merchant.get("/api/syncs")["syncs"])
        reasons = {sync["reason"] for sync in syncs if sync.get("reason")}
        raise stack.StackError(f"a preparation failed: {'; '.join(reasons)}")


def sync_moment(world: World, day: date) -> datetime:
    """When the night after ``day`` is synced, UTC."""
    return datetime.combine(day + timedelta(days=1), SYNC_TIME, world.zone).astimezone(UTC)


def _prove(scene: Scene, modes: Combination) -> bool:
    """Print the tables; whether everything ties out."""
    lines, trial_balance, faults = judge(scene, modes)
    show.tie_out(lines, f"Tie-out, {scene.world.days[0]} to {scene.world.days[-1]}")
    show.trial_balance(trial_balance)
    for fault in faults:
        print(f"  ! {fault}")
    return not faults


def judge(scene: Scene, modes: Combination) -> tuple[Sequence[Mapping[str, str]], proof.TrialBalance, Sequence[str]]:
    """(the tie-out's total lines, the company's trial balance, everything that is wrong)."""
    first, last = scene.world.days[0], scene.world.days[-1]
    report = scene.merchant.get("/api/tie-out", **{"from": first.isoformat(), "to": last.isoformat()})
    trial_balance = scene.company.trial_balance()
    ledgers, until, by_amount = scene.shop.shop.ledgers, sync_moment(scene.world, last), modes[1] == "summary"
    expected = in_all(ledgers, until, lambda day: by_amount)
    valued = valued_by_quickbooks(ledgers, until, lambda day: by_amount)
    faults = proof.faults(report, expected, trial_balance, account_of, valued)
    return report["total"]["lines"], trial_balance, faults


def scopes() -> tuple[str, ...]:
    """What a managed installation grants."""
    return tuple(tomllib.loads(_APP.read_text())["access_scopes"]["scopes"].split(","))


def optional_scopes() -> tuple[str, ...]:
    """What the app asks for when a merchant wants it; the demo's merchant grants it all."""
    return tuple(tomllib.loads(_APP.read_text())["access_scopes"]["optional_scopes"])


def account_of(line: str) -> str:
    """The account that the settings of this demo give to a line of the tie-out."""
    if line.startswith("tender:"):
        key = ACCOUNTS_OF_TENDERS.get(line.removeprefix("tender:"), ACCOUNTS_OF_TENDERS["default"])
    else:
        key = KEYS_OF_LINES.get(line) or KEYS_OF_LINES[line.partition(":")[0] + ":"]
    return DEMO_ACCOUNTS[key]


def free_port() -> int:
    with socket.socket() as probe:
        probe.bind((stack.HOST, 0))
        return int(probe.getsockname()[1])
