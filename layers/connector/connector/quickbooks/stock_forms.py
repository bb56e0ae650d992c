"""Inventory Adjustments as qbXML; the element order is the schema's (qbXML 13.0, US)."""

from __future__ import annotations

from lxml import etree

from connector.accounting.stock_documents import InventoryAdjustment
from connector.quickbooks.elements import RenderContext, put, put_guid, put_name, put_reference, quantity
from connector.quickbooks.text import clean

MEMO_LIMIT = 4095

_sub = etree.SubElement


def inventory_adjustment(add: etree._Element, document: InventoryAdjustment, guid: str, context: RenderContext) -> None:
    """By how much units changed, never how many there are: QuickBooks and Shopify move at different times."""
    put_name(add, "AccountRef", document.account)
    put(add, "TxnDate", document.day.isoformat())
    put(add, "RefNumber", clean(document.ref_number))
    if document.location is not None and context.use_classes:
        put_reference(add, "ClassRef", context.reference(document.location))
    put(add, "Memo", clean(document.memo, MEMO_LIMIT))
    put_guid(add, guid, context)
    for line in document.lines:
        element = _sub(add, "InventoryAdjustmentLineAdd")
        put_reference(element, "ItemRef", context.reference(line.item))
        adjustment = _sub(element, "QuantityAdjustment")
        _sub(adjustment, "QuantityDifference").text = quantity(line.quantity)
