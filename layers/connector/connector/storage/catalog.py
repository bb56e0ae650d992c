"""The shop's variants by inventory item: which QuickBooks item a purchase or a stock movement is about.

Sales know their variant, purchases and stock only the inventory item (or, from a file, a SKU or barcode). A variant is
an item of its own, found by its inventory item; each of its codes is one too, since nothing keeps a shop from giving a
code to several variants. A variant that Shopify no longer has stays: what was bought of it is still to be named.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

from connector.ledger.catalog import Variant
from connector.storage import keys
from connector.storage.codec import pack, unpack
from connector.storage.table import Table, delete_write, put_write

_TOGETHER = 14
"""Variants of a transaction: each at most seven writes, itself, its id, two codes that come and two that go."""


def store(table: Table, shop: str, variants: Iterable[Variant]) -> int:
    """Store what is new or changed; returns how many. Those without an inventory item have no stock to be named."""
    wanted = list({v.inventory_item: v for v in variants if v.inventory_item}.values())
    known = products(table, shop, [variant.inventory_item for variant in wanted])
    changed = [variant for variant in wanted if known.get(variant.inventory_item) != variant]
    for start in range(0, len(changed), _TOGETHER):
        group = changed[start : start + _TOGETHER]
        table.transact([w for variant in group for w in _writes(shop, known.get(variant.inventory_item), variant)])
    return len(changed)


def products(table: Table, shop: str, items: Iterable[str]) -> dict[str, Variant]:
    """The variants of inventory items (ids), as far as they are known."""
    wanted = [(keys.shop(shop), keys.variant(item)) for item in items if item]
    return {item["id"]: unpack(bytes(item["body"]), Variant) for item in table.batch_get(wanted)}


def items_of(table: Table, shop: str, variant_ids: Iterable[str]) -> dict[str, str]:
    """The inventory items of variants (ids), as far as they are known."""
    wanted = [(keys.shop(shop), keys.item_of_variant(id_)) for id_ in variant_ids if id_]
    return {item["variant"]: item["id"] for item in table.batch_get(wanted)}


def by_code(table: Table, shop: str, codes: Iterable[str]) -> dict[str, Variant]:
    """The variants that have one of ``codes`` as their SKU or barcode and are alone in having it."""
    owners: dict[str, str] = {}
    for code in dict.fromkeys(filter(None, codes)):
        found = [item["id"] for item in table.query(keys.shop(shop), keys.variant_code(code, ""), limit=2)]
        if len(found) == 1:
            owners[code] = found[0]
    variants = products(table, shop, dict.fromkeys(owners.values()))
    return {code: variants[item] for code, item in owners.items() if item in variants}


def _writes(shop: str, before: Variant | None, variant: Variant) -> Iterator[dict[str, Any]]:
    pk, item = keys.shop(shop), variant.inventory_item
    yield put_write({"pk": pk, "sk": keys.variant(item), "id": item, "body": pack(variant)})
    if before is None or before.id != variant.id:
        yield put_write({"pk": pk, "sk": keys.item_of_variant(variant.id), "id": item, "variant": variant.id})
    old, new = _codes(before, item) if before else {}, _codes(variant, item)
    yield from (put_write({"pk": pk, "sk": sk, "id": item}) for sk in new if sk not in old)
    yield from (delete_write(pk, sk) for sk in old if sk not in new)


def _codes(variant: Variant, item: str) -> Mapping[str, str]:
    """The sort keys of a variant's codes; a SKU that is the barcode too is one code."""
    codes: Sequence[str] = (variant.product.sku, variant.product.barcode)
    return {keys.variant_code(code, item): code for code in codes if code}
