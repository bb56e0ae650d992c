"""Transactions and list elements as QuickBooks returns them, in our terms."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from datetime import date
from decimal import Decimal, InvalidOperation

from lxml import etree

from connector.accounting.records import PostedApplied, PostedLine, PostedRecord
from connector.quickbooks.answers import plain_guid, value
from connector.quickbooks.forms import CHANGES, QUICKBOOKS_NAMES
from connector.quickbooks.shapes import SHAPES, Shape

ZERO = Decimal("0.00")
_KINDS = {name: kind for kind, name in QUICKBOOKS_NAMES.items() if kind not in CHANGES}
_LINE_AMOUNTS = ("Amount", "TotalAmount", "ValueDifference")
_LINE_UNITS = ("Quantity", "QuantityDifference")


class UnreadableRecord(ValueError):
    """A record of an answer is not what QuickBooks' schema promises."""


@dataclass(frozen=True, slots=True)
class ListRecord:
    """An element of one of the company's lists. ``type`` is QuickBooks' name of it, e.g. ``ItemInventory``.

    Fields that don't belong to its type are empty or None. ``modified`` is the time of its last change, as it came.
    """

    type: str
    list_id: str
    name: str
    full_name: str
    edit_sequence: str = ""
    is_active: bool = True
    guid: str = ""
    account_type: str = ""
    special_account_type: str = ""
    account_number: str = ""
    is_taxable: bool | None = None
    tax_rate: Decimal | None = None
    payment_method_type: str = ""
    quantity_on_hand: Decimal | None = None
    modified: str = ""


def read_record(element: etree._Element) -> PostedRecord:
    """A ``…Ret`` of a transaction, with whatever was asked for. Raises UnreadableRecord for other elements."""
    name = element.tag.removesuffix("Ret")
    shape = SHAPES.get(name)
    if shape is None:
        raise UnreadableRecord(f"{element.tag} is no transaction we post")
    lines = tuple(_lines(element, shape))
    return PostedRecord(
        kind=_KINDS.get(name, name),
        txn_id=value(element, "TxnID"),
        edit_sequence=value(element, "EditSequence"),
        ref_number=value(element, "RefNumber"),
        guid=plain_guid(value(element, "ExternalGUID")),
        day=_day(element),
        total=_total(element, name, shape, lines),
        lines=lines,
        account=value(element, f"{shape.account}/FullName") if shape.account else "",
        memo=value(element, "Memo"),
        closed=value(element, "IsManuallyClosed") in ("true", "1"),
        applied=tuple(
            PostedApplied(value(link, "TxnID"), _amount(link, shape.applied_amount))
            for link in (element.iterfind(shape.applied) if shape.applied else ())
        ),
    )


def _total(element: etree._Element, name: str, shape: Shape, lines: tuple[PostedLine, ...]) -> Decimal:
    if not shape.total:
        # Journal entries and adjustments have no total of their own: what their debits come to.
        return sum((line.amount for line in lines if line.amount > 0), ZERO)
    total = _amount(element, shape.total)
    # An invoice shows its subtotal, and beside it the tax QuickBooks added if it did.
    return total + _amount(element, "SalesTaxTotal") if name == "Invoice" else total


def read_list_record(element: etree._Element) -> ListRecord:
    """A ``…Ret`` of a list; elements without a full name of their own have their name for one."""
    name = value(element, "Name")
    taxable = value(element, "IsTaxable")
    return ListRecord(
        type=element.tag.removesuffix("Ret"),
        list_id=value(element, "ListID"),
        name=name,
        full_name=value(element, "FullName") or name,
        edit_sequence=value(element, "EditSequence"),
        is_active=value(element, "IsActive") not in ("false", "0"),
        guid=plain_guid(value(element, "ExternalGUID")),
        account_type=value(element, "AccountType"),
        special_account_type=value(element, "SpecialAccountType"),
        account_number=value(element, "AccountNumber"),
        is_taxable=taxable in ("true", "1") if taxable else None,
        tax_rate=_number(element, "TaxRate"),
        payment_method_type=value(element, "PaymentMethodType"),
        quantity_on_hand=_number(element, "QuantityOnHand"),
        modified=value(element, "TimeModified"),
    )


def _lines(element: etree._Element, shape: Shape) -> Iterator[PostedLine]:
    """In QuickBooks' order; lines that only print a text have no amount and are left out."""
    for child in element:
        sign = shape.lines.get(child.tag)
        if sign is None:
            continue
        amount = next((n for n in (_number(child, tag) for tag in _LINE_AMOUNTS) if n is not None), None)
        if amount is None:
            continue
        item = "ItemGroupRef" if child.find("ItemGroupRef") is not None else "ItemRef"
        yield PostedLine(
            amount=amount * sign,
            item_list_id=value(child, f"{item}/ListID"),
            item_name=value(child, f"{item}/FullName"),
            account=value(child, "AccountRef/FullName"),
            quantity=next((n for n in (_number(child, tag) for tag in _LINE_UNITS) if n is not None), None),
            line_id=value(child, "TxnLineID"),
        )


def _day(element: etree._Element) -> date:
    text = value(element, "TxnDate")
    try:
        return date.fromisoformat(text)
    except ValueError:
        raise UnreadableRecord(f"{element.tag} has the date {text!r}") from None


def _amount(element: etree._Element, path: str) -> Decimal:
    amount = _number(element, path)
    return ZERO if amount is None else amount


def _number(element: etree._Element, path: str) -> Decimal | None:
    """QuickBooks writes amounts with two decimals and 0 as 0.00, other numbers as it likes."""
    text = value(element, path).replace(",", "").removesuffix("%")
    if not text:
        return None
    try:
        return Decimal(text)
    except InvalidOperation:
        raise UnreadableRecord(f"{element.tag} has {path} {text!r}, which is no number") from None
