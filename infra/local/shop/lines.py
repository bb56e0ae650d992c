"""The lines of an order as the Admin API shows them: goods, shipping, and the taxes and discounts on them."""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from infra.local.shop.model import ZERO, LineItem, Order, Sale, ShippingLine, TaxLine
from infra.local.shop.nodes import VENDOR, Frame, Node, product_node, variant_node


def line_of(order: Order, gid: str | None) -> LineItem:
    return next(line for line in order.line_items if line.id == gid)


def line_item_node(line: LineItem, order: Order, frame: Frame) -> Node:
    def sales() -> list[Sale]:
        return [s for a in order.agreements for s in a.sales if s.of == line.id and a.happened_at <= frame.at]

    net = line.unit_price * line.quantity - line.discount
    title = line.variant.title if line.variant else None
    return {
        "__typename": "LineItem",
        "id": line.id,
        "title": line.title,
        "name": f"{line.title} - {title}" if title and title != "Default Title" else line.title,
        "variantTitle": None if title == "Default Title" else title,
        "sku": line.sku,
        "vendor": VENDOR if line.variant else None,
        "quantity": line.quantity,
        "currentQuantity": lambda: sum(s.quantity or 0 for s in sales()),
        "isGiftCard": line.is_gift_card,
        "taxable": line.taxable,
        "requiresShipping": bool(line.variant) and not line.is_gift_card,
        "product": line.variant and (lambda: product_node(line.variant)),
        "variant": line.variant and (lambda: variant_node(line.variant, frame)),
        "customAttributes": [],
        "originalUnitPriceSet": lambda: frame.bag(line.unit_price),
        "originalTotalSet": lambda: frame.bag(line.unit_price * line.quantity),
        "discountedTotalSet": lambda **_: frame.bag(net),
        "discountedUnitPriceAfterAllDiscountsSet": lambda: frame.bag((net / line.quantity).quantize(ZERO)),
        "discountAllocations": lambda: _allocations(line.discount, order, "LINE_ITEM", frame),
        "taxLines": lambda first=None: tax_line_nodes((s for s in sales() if s.action == "ORDER"), frame)[:first],
        "duties": lambda: _duties(line, order, frame),
        "staffMember": None,
    }


def _duties(line: LineItem, order: Order, frame: Frame) -> list[Node]:
    """All of an order's duties stand on its first line."""
    if line is not order.line_items[0]:
        return []
    charged = [s for a in order.agreements for s in a.sales if s.line_type == "DUTY" and s.action == "ORDER"]
    return [{"__typename": "Duty", "id": sale.of, "price": frame.bag(sale.gross)} for sale in charged]


def shipping_line_node(line: ShippingLine, order: Order, frame: Frame) -> Node:
    net = line.price - line.discount
    sales = [s for a in order.agreements for s in a.sales if s.of == line.id]
    return {
        "__typename": "ShippingLine",
        "id": line.id,
        "title": line.title,
        "code": line.title,
        "source": "shopify",
        "carrierIdentifier": None,
        "isRemoved": False,
        "originalPriceSet": lambda: frame.bag(line.price),
        "discountedPriceSet": lambda: frame.bag(net),
        "currentDiscountedPriceSet": lambda: frame.bag(net),
        "discountAllocations": lambda: _allocations(line.discount, order, "SHIPPING_LINE", frame),
        "taxLines": lambda: tax_line_nodes(sales, frame),
    }


def _allocations(amount: Decimal, order: Order, target: str, frame: Frame) -> list[Node]:
    if not amount:
        return []
    application = {"index": 0, "targetType": target}
    if order.discount_code:
        application |= {"__typename": "DiscountCodeApplication", "code": order.discount_code}
    else:
        application |= {"__typename": "AutomaticDiscountApplication", "title": "Season"}
    return [{"allocatedAmountSet": frame.bag(amount), "discountApplication": application}]


def tax_line_node(line: TaxLine, amount: Decimal, frame: Frame) -> Node:
    return {
        "title": line.title,
        "rate": line.rate,
        "ratePercentage": line.rate * 100,
        "source": "Shopify",
        "channelLiable": line.channel_liable,
        "priceSet": lambda: frame.bag(amount),
    }


def tax_line_nodes(sales: Iterable[Sale], frame: Frame) -> list[Node]:
    """One line per tax, summed over the sales."""
    sums: dict[TaxLine, Decimal] = {}
    for sale in sales:
        for tax in sale.taxes:
            sums[tax.line] = sums.get(tax.line, ZERO) + tax.amount
    return [tax_line_node(line, amount, frame) for line, amount in sums.items()]
