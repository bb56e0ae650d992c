"""A company on a clock that moves a second at each look, and a desk in front of it."""

from __future__ import annotations

import itertools
from collections.abc import Callable, Iterator

import pytest

from infra.local.company import Company
from tests.unit.local.company.desk import START, Desk


@pytest.fixture
def clock() -> Callable[[], float]:
    ticks: Iterator[int] = itertools.count(START)
    return lambda: float(next(ticks))


@pytest.fixture
def company(clock: Callable[[], float]) -> Company:
    return Company(clock=clock)


@pytest.fixture
def desk(company: Company) -> Desk:
    return Desk(company)


@pytest.fixture
def shop(desk: Desk) -> Desk:
    """A desk at a company with a customer, a supplier, and an item of each kind we sell."""
    sold = "<SalesOrPurchase><AccountRef><FullName>{}</FullName></AccountRef></SalesOrPurchase>"
    desk.add("<CustomerAddRq><CustomerAdd><Name>Ada Abbott</Name></CustomerAdd></CustomerAddRq>")
    desk.add("<VendorAddRq><VendorAdd><Name>Acme Apparel</Name></VendorAdd></VendorAddRq>")
    for name, account in (("Tee", "Sales"), ("Shipping", "Shipping Income"), ("Discount", "Sales Discounts"),
                          ("Tax", "Sales Tax Collected"), ("Tender", "Shopify Clearing")):  # fmt: skip
        desk.add(
            f"<ItemOtherChargeAddRq><ItemOtherChargeAdd><Name>{name}</Name>{sold.format(account)}"
            "</ItemOtherChargeAdd></ItemOtherChargeAddRq>"
        )
    desk.add(
        "<ItemInventoryAddRq><ItemInventoryAdd><Name>Mug</Name><SalesPrice>12.00</SalesPrice>"
        "<IncomeAccountRef><FullName>Sales</FullName></IncomeAccountRef><PurchaseCost>5.00</PurchaseCost>"
        "<COGSAccountRef><FullName>Cost of Goods Sold</FullName></COGSAccountRef>"
        "<AssetAccountRef><FullName>Inventory Asset</FullName></AssetAccountRef></ItemInventoryAdd>"
        "</ItemInventoryAddRq>"
    )
    return desk
