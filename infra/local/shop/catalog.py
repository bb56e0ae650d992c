"""The people, goods, places and taxes of the stand-in shop; the odd ones are odd on purpose and always used.

Lengths and signs that trouble a bookkeeping program: 31 and 41 characters are QuickBooks' limits for the names of
items and customers, and a colon separates its levels, yet Shopify knows none of these limits.
"""

from __future__ import annotations

import itertools
from collections.abc import Iterator
from dataclasses import dataclass
from datetime import datetime
from decimal import Decimal
from typing import ClassVar

from infra.local.shop.model import Address, Customer, Location, Region, TaxLine, Variant


class Ids:
    """Shopify's global ids: numbers that only grow, with gaps, a run of its own for each type.

    ``block`` is whose ids these are: the catalogue's (0) or those of the n-th order. An order's ids depend on nothing
    but its own number, so an order can be made again alone.
    """

    STARTS: ClassVar = {"Order": 6_120_000_000_000, "LineItem": 15_400_000_000_000, "Customer": 8_200_000_000_000}
    STEP = 32_768
    BLOCK = 1_024
    """How many ids of one type a block has room for; no order needs a tenth of it."""

    def __init__(self, seed: int, block: int = 0) -> None:
        self._offset = (seed % 1_000_000) * 1_000 + block * self.BLOCK * self.STEP
        self._runs: dict[str, Iterator[int]] = {}

    def new(self, type_name: str) -> str:
        if type_name not in self._runs:
            self._runs[type_name] = itertools.count(self._start(type_name), self.STEP)
        return f"gid://shopify/{type_name}/{next(self._runs[type_name])}"

    @classmethod
    def block_of(cls, seed: int, gid: str) -> int:
        """Which block a gid of this world is from; nonsense for a gid that isn't."""
        type_name, _, number = gid.removeprefix("gid://shopify/").partition("/")
        start = cls(seed)._start(type_name)
        return (int(number) - start) // (cls.BLOCK * cls.STEP) if number.isascii() and number.isdigit() else -1

    def _start(self, type_name: str) -> int:
        return self.STARTS.get(type_name, 7_300_000_000_000) + self._offset


ODD_NAMES: tuple[tuple[str | None, str | None], ...] = (
    ("Zoë 🦊", "Nuñez-Åberg"),
    ("Smith: Sons", "& Daughters"),
    ("Anne-Marie & Jean-Pierre", "van der Meer-Wolkenstein-Trost"),
    ("Bartholomew Montgomery Throckmorton", "of Lower Slaughter-Farms"),
    # The same first 31 characters, then different.
    ("Maximiliana Konstantinopolska", "Berger"),
    ("Maximiliana Konstantinopolska", "Bauer"),
    # The same first 41 characters, then different.
    ("Christopherson Wilhelmina Featherstone", "Haugh the Elder"),
    ("Christopherson Wilhelmina Featherstone", "Haugh the Younger"),
    # Two people of one name.
    ("Maria", "Garcia"),
    ("Maria", "Garcia"),
    ("山田", "日本 太郎"),
    ("José", "Ibáñez"),
    ("  Trailing ", 'Quote"Tab'),
    (None, None),
)
FIRST_NAMES = ("Ada", "Ben", "Carla", "Dev", "Elena", "Finn", "Grace", "Hugo", "Ines", "Jonas", "Kaya", "Liam")
LAST_NAMES = ("Abbott", "Brandt", "Castillo", "Doyle", "Eriksen", "Fischer", "Gupta", "Hall", "Ito", "Jensen", "Kim")

ODD_VARIANTS: tuple[tuple[str, str, str | None, str], ...] = (
    ("Gift Wrap", "Default Title", "", "4.00"),
    ("Loose Beads", "Mixed", None, "0.99"),
    ("Enamel Mug", "Blue", "MUG-ENAMEL-BLUE-350ML-LIMITED-EDITION-26", "18.50"),
    ("Rope: Braided", "10 mm", "ROPE:10MM", "7.35"),
    ("Harbor Coat", "Large", "HARBOR-COAT-WATERPROOF-NAVY-2026-L", "189.00"),
    ("Harbor Coat", "Small", "HARBOR-COAT-WATERPROOF-NAVY-2026-S", "189.00"),
    ("Salt & Pepper Set", "Oak", "S&P-OAK", "32.25"),
    ("Crème Brûlée Torch 🔥", "Default Title", "CRÈME-01", "41.90"),
    ("Poster", "A3", "POSTER", "12.00"),
    ("Poster", "A2", "POSTER", "16.00"),
)
PLAIN_GOODS = (
    ("Linen Shirt", "48.00"),
    ("Wool Socks", "9.95"),
    ("Canvas Tote", "22.50"),
    ("Candle", "14.99"),
    ("Notebook", "6.49"),
    ("Teapot", "57.23"),
    ("Desk Lamp", "84.00"),
    ("Scarf", "29.33"),
)
SIZES = ("Small", "Large")

STATE = TaxLine("State Tax", Decimal("0.04"))
CITY = TaxLine("City Tax", Decimal("0.045"))
TRANSIT = TaxLine("Metropolitan Commuter Transportation District", Decimal("0.00375"))
COUNTY = TaxLine("Pier County Tax", Decimal("0.0425"))
NEW_JERSEY = TaxLine("State Tax", Decimal("0.06625"))
TEXAS = TaxLine("State Tax", Decimal("0.0625"))
AUSTIN = TaxLine("City Tax", Decimal("0.02"))
MARKETPLACE = TaxLine("State Tax", Decimal("0.0625"), channel_liable=True)

MAIN_STREET = Region("Main Street", (STATE, CITY, TRANSIT), Address("", "12 Main St", "New York", "NY", "10001"))
ANNEX = Region("Harbor & Pier: Annex", (STATE, COUNTY), Address("", "3 Pier Rd", "Greenport", "NY", "11944"))
ONLINE = (
    Region("New York", (STATE, CITY, TRANSIT), Address("", "801 Broadway", "New York", "NY", "10003")),
    Region("New Jersey", (NEW_JERSEY,), Address("", "5 Elm Ave", "Hoboken", "NJ", "07030")),
    Region("Texas", (TEXAS, AUSTIN), Address("", "77 Congress Ave", "Austin", "TX", "78701")),
    Region("Oregon", (), Address("", "9 Oak Street", "Portland", "OR", "97201")),
)
MARKETPLACE_REGION = Region("Marketplace", (MARKETPLACE,), Address("", "1 Plaza", "Dallas", "TX", "75201"))


@dataclass(frozen=True, slots=True)
class Catalog:
    """``odd_customers`` holds a null customer too: a walk-in who gave no name."""

    locations: tuple[Location, ...]
    odd_customers: tuple[Customer | None, ...]
    customers: tuple[Customer, ...]
    odd_variants: tuple[Variant, ...]
    variants: tuple[Variant, ...]
    gift_card: Variant


def build_catalog(ids: Ids, opened: datetime) -> Catalog:
    """Everything that stands in the shop before the first order; ``opened`` dates it."""
    odd = tuple(_customer(ids, first, last, opened, n) for n, (first, last) in enumerate(ODD_NAMES))
    plain = tuple(
        _customer(ids, first, last, opened, n + len(odd))
        for n, (first, last) in enumerate(itertools.islice(itertools.product(FIRST_NAMES, LAST_NAMES), 0, 120, 3))
    )
    odd_variants = tuple(_variant(ids, *row, opened, n) for n, row in enumerate(ODD_VARIANTS))
    goods = [
        _variant(ids, name, size, f"{name[:3].upper()}-{size[0]}", price, opened, n)
        for n, ((name, price), size) in enumerate(itertools.product(PLAIN_GOODS, SIZES), len(odd_variants))
    ]
    gift_card = _variant(ids, "Gift Card", "Any amount", "GIFT", "50.00", opened, 0, gift_card=True)
    places = tuple(Location(ids.new("Location"), region.name, region.address) for region in (MAIN_STREET, ANNEX))
    return Catalog(places, (None, *odd), odd + plain, odd_variants, odd_variants + tuple(goods), gift_card)


def _customer(ids: Ids, first: str | None, last: str | None, opened: datetime, number: int) -> Customer:
    gid = ids.new("Customer")
    email = f"buyer{number}@example.com" if number % 5 or not first else None
    phone = f"+1212555{number:04d}" if number % 3 == 0 else None
    return Customer(gid, first, last, email, phone, opened)


def _variant(
    ids: Ids,
    product: str,
    title: str,
    sku: str | None,
    price: str,
    opened: datetime,
    number: int,
    gift_card: bool = False,
) -> Variant:
    value = Decimal(price)
    # Every fourth cost is unknown, as it is in most shops.
    cost = None if gift_card or number % 4 == 3 else (value * Decimal("0.4")).quantize(Decimal("0.01"))
    return Variant(
        id=ids.new("ProductVariant"),
        product_id=ids.new("Product"),
        inventory_item_id=ids.new("InventoryItem"),
        product_title=product,
        title=title,
        sku=sku,
        barcode=f"57010{number:08d}" if number % 2 == 0 else None,
        price=value,
        unit_cost=cost,
        taxable=not gift_card and number % 11 != 5,
        is_gift_card=gift_card,
        updated_at=opened,
    )
