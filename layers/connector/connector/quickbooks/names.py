"""Names of list elements and reference numbers of transactions, within QuickBooks' limits.

Limits: qbXML 13.0 schema. Customers, vendors, employees and other names share one name space, and so do items of
every type; names are compared without regard to case, a colon means parent and child.
"""

from __future__ import annotations

import hashlib
import re

from connector.accounting.documents import ListKind
from connector.quickbooks.text import clean

LIMITS: dict[ListKind, int] = {
    ListKind.CUSTOMER: 41,
    ListKind.VENDOR: 41,
    ListKind.ITEM: 31,
    ListKind.CLASS: 31,
    ListKind.PAYMENT_METHOD: 31,
    ListKind.SALES_TAX_ITEM: 31,
    ListKind.TERMS: 31,
    # Of each level; an account of an account has both names with a colon between.
    ListKind.ACCOUNT: 31,
}

NAME_SPACES: dict[ListKind, str] = {
    ListKind.CUSTOMER: "name",
    ListKind.VENDOR: "name",
    ListKind.ITEM: "item",
    ListKind.SALES_TAX_ITEM: "item",
    ListKind.CLASS: "class",
    ListKind.PAYMENT_METHOD: "payment_method",
    ListKind.TERMS: "terms",
    ListKind.ACCOUNT: "account",
}

_FALLBACKS: dict[ListKind, str] = {
    ListKind.CUSTOMER: "Customer",
    ListKind.VENDOR: "Vendor",
    ListKind.ITEM: "Item",
    ListKind.CLASS: "Class",
    ListKind.PAYMENT_METHOD: "Payment method",
    ListKind.SALES_TAX_ITEM: "Tax",
    ListKind.TERMS: "Terms",
    ListKind.ACCOUNT: "Account",
}

REFERENCE_LIMIT = 11
"""RefNumber of sales receipts, invoices, credit memos and refunds; a payment's may have 20."""

BASE_LIMIT = 8
MOST_PER_ORDER = 99
_KINDS_OF_REFERENCE = ("", "R", "F", "P", "S")
_BASE36 = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
_LIKE_A_SUFFIX = re.compile(r"-[RFPS]?\d{1,2}$", re.IGNORECASE)
_LIKE_A_SUMMARY = re.compile(r"D\d{6}(-\d*)?$", re.IGNORECASE)


class ReferenceTooLong(ValueError):
    """No reference number of eleven characters can be made of this base and number."""


def fit_name(kind: ListKind, wish: str, key: str, attempt: int = 0) -> str:
    """``wish`` as a name QuickBooks accepts; a higher ``attempt`` gives another name when that one is taken.

    Attempt 0 is the plain name, 1 ends in the last digits of ``key``, 2 and above in a hash of it. The ending
    survives the cut. Whether a name is still free is for the caller to find out.
    """
    name = " ".join(clean(wish).replace(":", "-").split())
    if not name:
        name = f"{_FALLBACKS[kind]} {(_digits(key) or _hash(key, 0))[-16:]}"
    limit = LIMITS[kind]
    if attempt == 0:
        return name[:limit].rstrip()
    tail = _digits(key)[-6:] if attempt == 1 else ""
    ending = f" #{tail or _hash(key, attempt)}"
    return name[: limit - len(ending)].rstrip() + ending


def _digits(key: str) -> str:
    runs = re.findall(r"[0-9]+", key)
    return runs[-1] if runs else ""


def _hash(key: str, attempt: int) -> str:
    digest = hashlib.blake2b(f"{attempt}|{key}".encode("utf-8", "surrogatepass"), digest_size=8).digest()
    return _base36(int.from_bytes(digest, "big"))[-6:]


def _base36(number: int) -> str:
    digits = ""
    while number:
        number, rest = divmod(number, 36)
        digits = _BASE36[rest] + digits
    return digits or "0"


def base_reference(order_name: str) -> str | None:
    """The order's name as the beginning of its reference numbers, or None when it can't serve as one.

    It can't when it is longer than eight characters or looks like one of our own endings or summary references,
    because then two documents could carry the same number.
    """
    name = re.sub(r"[^A-Za-z0-9]+", "-", clean(order_name).lstrip("# ")).strip("-")
    if not name or len(name) > BASE_LIMIT or _LIKE_A_SUFFIX.search(name) or _LIKE_A_SUMMARY.match(name):
        return None
    return name


def fallback_reference(legacy_id: str) -> str:
    """Shopify's numeric id in base 36: nine characters for today's thirteen digits.

    Raises ReferenceTooLong for an id above 36**9.
    """
    base = _base36(int(legacy_id)) if legacy_id.isdecimal() else _hash(legacy_id, 0)
    if _LIKE_A_SUMMARY.match(base):
        base = f"0{base}"
    if len(base) > REFERENCE_LIMIT - 2:
        raise ReferenceTooLong(f"the id {legacy_id} is too long to make a reference number of")
    return base


def reference(base: str, kind_letter: str, number: int) -> str:
    """The RefNumber of an order's ``number``-th document of a kind: "" receipt or invoice, R, F, P or S (Sales Order).

    ``1001``, ``1001-2``, ``1001-R1``; where that is too long the dash goes (``GHJ2K3L4MR1``), then the number is
    written in base 36. Different arguments never give the same reference for bases made by this module.
    """
    if kind_letter not in _KINDS_OF_REFERENCE or not 1 <= number <= MOST_PER_ORDER:
        raise ValueError(f"no reference number for kind {kind_letter!r} and number {number}")
    if not kind_letter and number == 1:
        return base
    choices = [f"{base}-{kind_letter}{number}"]
    if kind_letter:
        choices.append(f"{base}{kind_letter}{number}")
    if number < 36:
        choices.append(f"{base}{kind_letter or '-'}{_BASE36[number]}")
    for choice in choices:
        if len(choice) <= REFERENCE_LIMIT:
            return choice
    raise ReferenceTooLong(f"order {base} has more than {number - 1} documents of a kind: its number is used up")
