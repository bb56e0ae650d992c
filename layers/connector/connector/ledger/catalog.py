"""Products as QuickBooks items need them: one variant, one item."""

from __future__ import annotations

from dataclasses import dataclass
from datetime import datetime

from connector.ledger.facts import Product
from connector.ledger.nodes import Node, legacy_id, moment_of, reading, required, text, unit_cost

_ONLY_VARIANT = "Default Title"
"""What Shopify calls the one variant of a product that has no options."""


@dataclass(frozen=True, slots=True)
class Variant:
    """What is true of a variant now. ``unit_cost`` is None where none is known, or it is in another currency."""

    id: str
    legacy_id: str
    inventory_item: str
    product: Product
    vendor: str = ""
    product_type: str = ""
    tracked: bool = True
    gift_card: bool = False
    updated_at: datetime | None = None


def read_variant(node: Node, currency: str) -> Variant:
    """Raises ``UnreadableFact``."""
    with reading("product variant", node, "displayName"):
        id_ = required(node, "id")
        product, item = required(node, "product"), node.get("inventoryItem") or {}
        title = text(node, "title")
        return Variant(
            id=id_,
            legacy_id=str(node.get("legacyResourceId") or legacy_id(id_)),
            inventory_item=item.get("id") or "",
            product=Product(
                variant_id=id_,
                sku=text(node, "sku"),
                title=text(product, "title"),
                variant_title="" if title == _ONLY_VARIANT else title,
                barcode=text(node, "barcode"),
                unit_cost=unit_cost(item.get("unitCost"), currency),
            ),
            vendor=text(product, "vendor"),
            product_type=text(product, "productType"),
            tracked=bool(item.get("tracked")),
            gift_card=bool(product.get("isGiftCard")),
            updated_at=moment_of(node, "updatedAt"),
        )
