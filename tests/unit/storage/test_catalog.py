"""The catalogue: an inventory item, a variant id or a code leads to the one variant it is of."""

from __future__ import annotations

from dataclasses import replace
from datetime import UTC, datetime

from connector.ledger.catalog import Variant
from connector.ledger.facts import Product
from connector.storage import catalog
from tests.fakes.memory_table import MemoryTable

SHOP, OTHER = "northern-lights.myshopify.com", "southern-lights.myshopify.com"
AT = datetime(2026, 11, 2, 15, 0, tzinfo=UTC)


def variant(number: int, sku: str = "", barcode: str = "") -> Variant:
    id_ = f"gid://shopify/ProductVariant/{number}"
    product = Product(id_, sku, f"Shirt {number}", "Blue", barcode)
    return Variant(id_, str(number), f"gid://shopify/InventoryItem/{number}", product, updated_at=AT)


def test_a_variant_is_found_by_its_inventory_item_its_id_and_its_codes() -> None:
    table, shirt = MemoryTable(), variant(1, "SH-1", "4006381333931")
    assert catalog.store(table, SHOP, [shirt, variant(2)]) == 2
    assert catalog.products(table, SHOP, [shirt.inventory_item, "", "unknown"]) == {shirt.inventory_item: shirt}
    assert catalog.items_of(table, SHOP, [shirt.id, "unknown"]) == {shirt.id: shirt.inventory_item}
    assert catalog.by_code(table, SHOP, ["SH-1", "4006381333931", "sh-1 ", "none"]) == dict.fromkeys(
        ("SH-1", "4006381333931", "sh-1 "), shirt
    )
    assert catalog.products(table, OTHER, [shirt.inventory_item]) == {}
    assert catalog.by_code(table, OTHER, ["SH-1"]) == {}


def test_a_code_of_two_variants_is_nobodys_until_one_gives_it_up() -> None:
    table, one, two = MemoryTable(), variant(1, "SAME"), variant(2, "OTHER", "SAME")
    catalog.store(table, SHOP, [one, two])
    assert catalog.by_code(table, SHOP, ["SAME"]) == {}
    catalog.store(table, SHOP, [replace(two, product=replace(two.product, barcode=""))])
    assert catalog.by_code(table, SHOP, ["SAME"]) == {"SAME": one}


def test_only_what_changed_is_written() -> None:
    table = MemoryTable()
    many = [variant(number, f"S{number}", f"B{number}") for number in range(100)]
    assert catalog.store(table, SHOP, many) == 100
    before = table.written_items
    assert catalog.store(table, SHOP, many) == 0
    assert table.written_items == before
    assert catalog.store(table, SHOP, [replace(many[0], tracked=False)]) == 1
    assert table.written_items == before + 1


def test_a_variant_without_an_inventory_item_has_no_stock_to_be_named() -> None:
    table = MemoryTable()
    assert catalog.store(table, SHOP, [replace(variant(1, "SH-1"), inventory_item="")]) == 0
    assert catalog.by_code(table, SHOP, ["SH-1"]) == {}
