"""Small builders every qbXML request is made of. The order of calls is the order of elements: QuickBooks insists."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from decimal import Decimal

from lxml import etree

from connector.accounting.documents import ListRef
from connector.accounting.purchase_documents import ItemLine
from connector.quickbooks.text import storable

CENT = Decimal("0.01")
_STEP = Decimal("0.00001")
_sub = etree.SubElement


class QbxmlError(ValueError):
    """A request that can't be written in qbXML as it stands."""


class NotCents(QbxmlError):
    """An amount has more than two decimals: writing it would lose money."""


class NotPostedYet(QbxmlError):
    """The transaction this one settles has no TxnID yet."""


@dataclass(frozen=True, slots=True)
class Reference:
    """How a list element is named in a request: its ListID where known, else its full name."""

    list_id: str = ""
    full_name: str = ""


@dataclass(frozen=True, slots=True)
class RenderContext:
    """What a request needs to know of the company.

    ``txn_id`` gives the TxnID of a posting key, or ``TxnID:<macro>`` for one earlier in the same set; it is empty for
    a sales order that QuickBooks will never have. ``edit_sequence`` is that of a posting key's transaction.
    ``order_line`` is the TxnLineID by which a line is received of a Purchase Order (posting key); empty if it can't be.
    ``line_tax_code`` is the company's non-taxable code; empty where sales tax is switched off, then no tax element
    is sent at all. ``receivable_account`` is sent as ARAccountRef where given; barcodes need the preference.
    """

    reference: Callable[[ListRef], Reference]
    txn_id: Callable[[str], str | None]
    edit_sequence: Callable[[str], str | None] = lambda key: None
    order_line: Callable[[str, ItemLine], str] = lambda key, line: ""
    line_tax_code: str = "Non"
    use_classes: bool = True
    include_guid: bool = True
    receivable_account: str = ""
    use_barcodes: bool = False


def put(parent: etree._Element, tag: str, text: str) -> None:
    """Adds ``<tag>text</tag>`` unless there is no text: QuickBooks reads an empty element as "clear it"."""
    if text:
        _sub(parent, tag).text = text


def put_reference(parent: etree._Element, tag: str, reference: Reference) -> None:
    if reference.list_id:
        _sub(_sub(parent, tag), "ListID").text = reference.list_id
    else:
        put_name(parent, tag, reference.full_name)


def put_name(parent: etree._Element, tag: str, full_name: str) -> None:
    """Refers to a list element by the full name QuickBooks has for it, if there is one."""
    if full_name:
        _sub(_sub(parent, tag), "FullName").text = storable(full_name)


def put_guid(parent: etree._Element, guid: str, context: RenderContext) -> None:
    if guid and context.include_guid:
        _sub(parent, "ExternalGUID").text = f"{{{guid.strip('{}')}}}"


def put_returned(request: etree._Element, *names: str) -> None:
    """Limits the answer to these top-level elements, which keeps answers small and customers' data out of them."""
    for name in names:
        _sub(request, "IncludeRetElement").text = name


def amount(value: Decimal) -> str:
    """qbXML's AMTTYPE: always two decimals. Raises NotCents rather than round."""
    text = f"{value:.2f}"
    if Decimal(text) != value:
        raise NotCents(f"the amount {value} has more than two decimals")
    return "0.00" if text == "-0.00" else text


def quantity(value: Decimal) -> str:
    """qbXML's QUANTYPE: at most five decimals, without trailing zeros."""
    trimmed = value.quantize(_STEP).normalize()
    return "0" if not trimmed else f"{trimmed:f}"
