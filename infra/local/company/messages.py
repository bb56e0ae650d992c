"""All message shapes, compiled: what a request may hold, and in what order an answer holds it."""

from __future__ import annotations

from infra.local.company.answer_shapes import ANSWER_PIECES, ANSWERS
from infra.local.company.form_shapes import FORM_PIECES, FORM_REQUESTS
from infra.local.company.list_shapes import LIST_PIECES, LIST_REQUESTS
from infra.local.company.shapes import Shape, ShapeTable
from infra.local.company.vocabulary import DELETABLE, ENUMERATIONS, PIECES

_NOT_IN_TRANSACTIONS = ("TimeTracking", "TransferInventory", "VehicleMileage")
_TXN_TYPES = " ".join(
    ["All", "LiabilityAdjustment", "Paycheck", "PayrollLiabilityCheck", "Transfer", "YTDAdjustment"]
    + [name for name in DELETABLE.split() if name not in _NOT_IN_TRANSACTIONS]
)

_PIECES = {**PIECES, **LIST_PIECES, **FORM_PIECES}
_REQUESTS = ShapeTable({**_PIECES, **LIST_REQUESTS, **FORM_REQUESTS}, {**ENUMERATIONS, "TxnType": _TXN_TYPES})
_ANSWERS = ShapeTable({**_PIECES, **ANSWER_PIECES, **ANSWERS}, ENUMERATIONS)

REQUEST_NAMES = (*LIST_REQUESTS, *FORM_REQUESTS)


def request_shape(name: str) -> Shape | None:
    """The shape of a request like ``SalesReceiptAddRq``; None for a name QuickBooks (or this stand-in) has not."""
    return _REQUESTS.shape(name) if name in REQUEST_NAMES else None


_NO_META_DATA = ("HostQueryRq", "CompanyQueryRq", "PreferencesQueryRq")
_NO_ITERATOR = frozenset(
    f"{name}QueryRq"
    for name in (
        *("Account", "OtherName", "SalesTaxCode", "PaymentMethod", "Class", "ShipMethod", "StandardTerms", "Terms"),
        *("Currency", "InventorySite", "ListDeleted", "TxnDeleted", "ReceivePaymentToDeposit"),
    )
)


def request_attributes(name: str) -> frozenset[str]:
    """The attributes a request may carry: small lists can't be iterated, the profile queries not even be counted."""
    if not name.endswith("QueryRq") or name in _NO_META_DATA:
        return frozenset({"requestID"})
    if name in _NO_ITERATOR:
        return frozenset({"requestID", "metaData"})
    return frozenset({"requestID", "metaData", "iterator", "iteratorID"})


def answer_shape(name: str) -> Shape:
    """The shape of a returned object by its name without ``Ret``."""
    return _ANSWERS.shape(name)
