"""Queries: which there are, iterators, counts, statuses."""

from __future__ import annotations

import uuid
from collections.abc import Sequence
from dataclasses import dataclass

from infra.local.company.books import NAMES, Books
from infra.local.company.errors import Refused, missing, not_available
from infra.local.company.list_shapes import ITEM_KINDS
from infra.local.company.presenting import Presenter
from infra.local.company.reading import Node, Request
from infra.local.company.selections import Found, Selections, Texts
from infra.local.company.whole_answers import WholeAnswers
from infra.local.company.writing import answer, status

NOT_FOUND = (
    "The query request has not been fully completed. There was a required element that could not be found in "
    "QuickBooks."
)
NO_MATCH = "A query request did not find a matching object in QuickBooks"
NO_ITERATOR = "The iterator ID is invalid or the iterator has expired."
_SINGLE = ("Account", "Customer", "Vendor", "OtherName", "Class", "PaymentMethod", "SalesTaxCode", "ShipMethod",
           "StandardTerms", "Currency", *ITEM_KINDS)  # fmt: skip
_LIST_QUERIES: dict[str, tuple[str, ...]] = {
    "Entity": NAMES,
    "Item": tuple(ITEM_KINDS),
    "Terms": ("StandardTerms",),
    "InventorySite": (),
    **{kind: (kind,) for kind in _SINGLE},
}


@dataclass(slots=True)
class _Open:
    """An iterator: what is still to come."""

    query: str
    left: list[str]


class Queries:
    def __init__(self, books: Books, presenter: Presenter, form_kinds: Sequence[str]) -> None:
        self._books = books
        self._store = books.store
        self._selections = Selections(books, presenter)
        self._forms = frozenset(form_kinds)
        self._iterators: dict[str, _Open] = {}
        self._whole = WholeAnswers(books).by_name

    def close_iterators(self) -> None:
        """A session with QuickBooks ends: its iterators are gone."""
        self._iterators.clear()

    def answer(self, request: Request) -> str:
        """The whole ``…QueryRs`` element."""
        name = request.name.removesuffix("QueryRq")
        node, attributes = request.node, request.attributes
        if name == "Currency" and not self._books.preferences.multi_currency:
            raise not_available("multiple currencies")
        mode = attributes.get("iterator")
        if mode in ("Continue", "Stop"):
            return self._continued(name, request, mode)
        if name in self._whole:
            texts = self._whole[name](node)
            return self._finished(request, len(texts), texts)
        found = self._find(name, node)
        if mode == "Start":
            return self._started(name, request, found)
        ids = found.ids
        if node.get("MaxReturned"):
            ids = ids[: int(node["MaxReturned"])]
        if attributes.get("metaData") == "MetaDataOnly":
            return self._finished(request, len(found.ids), [], found.some_missing)
        return self._finished(request, len(found.ids), list(found.render(ids)), found.some_missing)

    def _finished(self, request: Request, count: int, texts: list[str], some_missing: bool = False) -> str:
        if some_missing:
            attributes = status(request.request_id, 500, NOT_FOUND)
        elif not count:
            attributes = status(request.request_id, 1, NO_MATCH)
        else:
            attributes = status(request.request_id, 0)
        if request.attributes.get("metaData", "NoMetaData") != "NoMetaData":
            attributes["retCount"] = count
        return answer(request.name.removesuffix("Rq"), attributes, "".join(texts))

    def _find(self, name: str, node: Node) -> Found:
        if name == "Transaction":
            return self._selections.all_txns(node)
        if name in self._forms:
            return self._selections.txns(name, node)
        return self._selections.elements(_LIST_QUERIES[name], node)

    # Iterators

    def _started(self, name: str, request: Request, found: Found) -> str:
        if not request.node.get("MaxReturned"):
            raise missing("MaxReturned")
        if not found.ids:
            return self._finished(request, 0, [])
        iterator_id = "{" + str(uuid.UUID(int=self._store.next_number("iterator", 0x1A5) * 2**70 + 7)) + "}"
        self._iterators[iterator_id] = _Open(name, found.ids)
        return self._page(iterator_id, request, found.render)

    def _continued(self, name: str, request: Request, mode: str) -> str:
        iterator_id = request.attributes.get("iteratorID", "")
        there = self._iterators.get(iterator_id)
        if there is None or there.query != name:
            raise Refused(3391, NO_ITERATOR)
        if mode == "Stop":
            del self._iterators[iterator_id]
            return answer(f"{name}Query", status(request.request_id, 0))
        if not request.node.get("MaxReturned"):
            raise missing("MaxReturned")
        return self._page(iterator_id, request, self._renderer(name, request.node))

    def _page(self, iterator_id: str, request: Request, render: Texts) -> str:
        there = self._iterators[iterator_id]
        most = int(request.node["MaxReturned"])
        page, there.left = there.left[:most], there.left[most:]
        if not there.left:
            del self._iterators[iterator_id]
        attributes = status(request.request_id, 0)
        if request.attributes.get("metaData", "NoMetaData") != "NoMetaData":
            attributes["retCount"] = len(page) + len(there.left)
        attributes |= {"iteratorRemainingCount": len(there.left), "iteratorID": iterator_id}
        return answer(f"{there.query}Query", attributes, "".join(render(page)))

    def _renderer(self, name: str, node: Node) -> Texts:
        if name == "Transaction":
            return self._selections.summaries(node)
        texts = self._selections.txn_texts if name in self._forms else self._selections.element_texts
        return texts(node)
