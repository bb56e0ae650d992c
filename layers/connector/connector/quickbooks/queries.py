"""Asking QuickBooks: reading back what was posted, looking for what may have been, and reading the company's lists."""

from __future__ import annotations

from collections.abc import Sequence
from datetime import date

from lxml import etree

from connector.quickbooks.elements import put, put_returned
from connector.quickbooks.records import ListRecord, read_list_record, read_record
from connector.quickbooks.shapes import SHAPES, quickbooks_name

__all__ = [
    "ListRecord",
    "company_profile",
    "count",
    "customers",
    "deleted",
    "is_there",
    "items",
    "look_up",
    "look_up_deposits",
    "modified",
    "read_back",
    "read_list_record",
    "read_record",
    "stop",
    "vendors",
]

PAGE = 100
"""Elements of a list asked for at a time: more makes QuickBooks slow and its answers large."""

_sub = etree.SubElement
_ALWAYS = ("TxnID", "EditSequence", "TxnDate", "RefNumber", "Memo", "ExternalGUID")


def read_back(kind: str, txn_ids: Sequence[str]) -> etree._Element:
    """The transactions with these TxnIDs and their lines. QuickBooks answers with a warning 500 if one is gone."""
    name = quickbooks_name(kind)
    request = etree.Element(f"{name}QueryRq")
    for txn_id in txn_ids:
        put(request, "TxnID", txn_id)
    _returned(request, name, with_lines=True)
    return request


def is_there(kind: str, txn_id: str) -> etree._Element:
    """Whether QuickBooks has this TxnID, and whose it is by its ExternalGUID."""
    request = etree.Element(f"{quickbooks_name(kind)}QueryRq")
    put(request, "TxnID", txn_id)
    put(request, "IncludeLineItems", "false")
    put_returned(request, "TxnID", "ExternalGUID")
    return request


def look_up(kind: str, ref_numbers: Sequence[str], *, with_lines: bool = False) -> etree._Element:
    """Every transaction that carries one of these reference numbers; nothing keeps QuickBooks from having several.

    Raises ValueError for deposits, which have no reference number.
    """
    name = quickbooks_name(kind)
    if not SHAPES[name].number:
        raise ValueError(f"a {name} has no reference number to look for")
    request = etree.Element(f"{name}QueryRq")
    for ref_number in ref_numbers:
        put(request, "RefNumberCaseSensitive", ref_number)
    _returned(request, name, with_lines=with_lines)
    return request


def look_up_deposits(day: date, until: date | None = None, *, with_lines: bool = False) -> etree._Element:
    """The deposits dated on ``day`` (or up to ``until``), to be told apart by memo and ExternalGUID."""
    request = etree.Element("DepositQueryRq")
    dates = _sub(request, "TxnDateRangeFilter")
    put(dates, "FromTxnDate", day.isoformat())
    put(dates, "ToTxnDate", (until or day).isoformat())
    _returned(request, "Deposit", with_lines=with_lines)
    return request


def modified(kind: str, since: str, iterator_id: str = "", *, page: int = PAGE) -> etree._Element:
    """The first page of the transactions of a kind saved since a moment (ISO 8601 in UTC), or the next page."""
    name = quickbooks_name(kind)
    request = etree.Element(f"{name}QueryRq", iterator="Continue" if iterator_id else "Start")
    if iterator_id:
        request.set("iteratorID", iterator_id)
    put(request, "MaxReturned", str(page))
    put(_sub(request, "ModifiedDateRangeFilter"), "FromModifiedDate", _with_offset(since))
    put_returned(request, "TxnID", "EditSequence", "ExternalGUID")
    return request


def deleted(kinds: Sequence[str], since: str) -> etree._Element:
    """The transactions of some kinds deleted since a moment (ISO 8601 in UTC), by their TxnIDs."""
    request = etree.Element("TxnDeletedQueryRq")
    for kind in kinds:
        put(request, "TxnDelType", quickbooks_name(kind))
    put(_sub(request, "DeletedDateRangeFilter"), "FromDeletedDate", _with_offset(since))
    put_returned(request, "TxnID")
    return request


def _with_offset(moment: str) -> str:
    """qbXML takes no Z; without an offset the time would be that of the computer's own zone."""
    return moment.replace("Z", "+00:00")


def _returned(request: etree._Element, name: str, *, with_lines: bool) -> None:
    """Who bought or sold is not asked for: it would bring customers' data into answers for no use."""
    shape = SHAPES[name]
    # Where QuickBooks tells no total, it is what the lines come to.
    with_lines = with_lines or not shape.total
    put(request, "IncludeLineItems", "true" if with_lines or shape.applied else "false")
    wanted = [*_ALWAYS, shape.total, "SalesTaxTotal" if shape.total == "Subtotal" else "", shape.account, shape.applied]
    if name in ("SalesOrder", "PurchaseOrder"):
        wanted.append("IsManuallyClosed")
    if with_lines:
        wanted += shape.lines
    put_returned(request, *(tag for tag in wanted if tag))


def customers(iterator_id: str = "", *, page: int = PAGE, since: str = "") -> etree._Element:
    """The first page of all customers, or the next one of ``iterator_id``. Only what the settings page needs.

    ``since``, in the computer's own time, leaves out those not changed from then on.
    """
    return _page("CustomerQueryRq", iterator_id, page, since, "FullName", "ExternalGUID")


def vendors(iterator_id: str = "", *, page: int = PAGE, since: str = "") -> etree._Element:
    return _page("VendorQueryRq", iterator_id, page, since, "ExternalGUID")


def items(iterator_id: str = "", *, page: int = PAGE, since: str = "") -> etree._Element:
    """Items of every type; the answer's elements are named after it, ``ItemInventoryRet`` and so on."""
    return _page("ItemQueryRq", iterator_id, page, since, "FullName", "ExternalGUID", "QuantityOnHand")


def stop(query: str, iterator_id: str) -> etree._Element:
    """Ends an iterator that nobody goes on with: QuickBooks keeps only so many open."""
    return etree.Element(f"{query}QueryRq", iterator="Stop", iteratorID=iterator_id)


def count(query: str) -> etree._Element:
    """How many elements a list has, inactive ones included, as ``ret_count``; "Entity" counts names of all kinds."""
    request = etree.Element(f"{query}QueryRq", metaData="MetaDataOnly")
    put(request, "ActiveStatus", "All")
    return request


def company_profile(owner_id: str) -> list[tuple[str, etree._Element]]:
    """What the Web Connector sends by itself when a session starts, with the capacity of the lists on top."""
    host = etree.Element("HostQueryRq")
    put(_sub(host, "IncludeListMetaData"), "IncludeMaxCapacity", "true")
    company = etree.Element("CompanyQueryRq")
    put(company, "OwnerID", owner_id)
    return [("host", host), ("company", company), ("preferences", etree.Element("PreferencesQueryRq"))]


def _page(tag: str, iterator_id: str, page: int, since: str, *more: str) -> etree._Element:
    """An iterator lives only for this session and must be asked again within about ten seconds."""
    request = etree.Element(tag, iterator="Continue" if iterator_id else "Start")
    if iterator_id:
        request.set("iteratorID", iterator_id)
    put(request, "MaxReturned", str(page))
    put(request, "ActiveStatus", "All")
    put(request, "FromModifiedDate", since)
    put_returned(request, "ListID", "TimeModified", "EditSequence", "Name", "IsActive", *more)
    return request
