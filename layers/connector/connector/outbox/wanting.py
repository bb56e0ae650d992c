"""Asking for list elements: each customer, item, class, … once, under a name nobody else of ours uses.

A name is reserved in its QuickBooks name space in the transaction that stores the element, so two preparations at a
time can neither ask twice nor take the same name. Whether QuickBooks has the name already is found out later.
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import fields, is_dataclass, replace
from typing import Any

from connector.accounting.documents import ListKind, ListRef
from connector.outbox.entries import entry_id
from connector.outbox.lists import ListElement, ListState
from connector.quickbooks.names import NAME_SPACES, fit_name
from connector.storage import keys
from connector.storage.table import ConditionFailed, Table, put_write

MOST_NAMES = 50
"""Attempts at a free name; from the second on names end in a hash, so even a few are never needed."""


class NoFreeName(Exception):
    """Every name tried is taken."""


def sk_of(ref: ListRef) -> str:
    return keys.list_element(ref.kind, ref.key)


def want(table: Table, shop: str, refs: Sequence[ListRef], known: set[str] | None = None) -> list[str]:
    """The sort keys of the list elements of ``refs``, which exist afterwards.

    ``known`` may be kept by the caller over many calls: what is in it is not looked for again.
    """
    wanted = {sk_of(ref): ref for ref in refs}
    missing = {sk: ref for sk, ref in wanted.items() if known is None or sk not in known}
    if missing:
        pk = keys.shop(shop)
        for item in table.batch_get([(pk, sk) for sk in missing]):
            missing.pop(item["sk"], None)
        for ref in missing.values():
            _create(table, shop, ref)
        if known is not None:
            known.update(wanted)
    return list(wanted)


def _create(table: Table, shop: str, ref: ListRef) -> None:
    pk = keys.shop(shop)
    for attempt in range(MOST_NAMES):
        element = ListElement(
            shop=shop,
            ref=ref,
            name=fit_name(ref.kind, ref.name, ref.key, attempt),
            state=ListState.WANTED,
            guid=entry_id(shop, f"{ref.kind}|{ref.key}"),
            attempt=attempt,
        )
        writes = [put_write(element.to_item(), "attribute_not_exists(pk)"), reserve_write(element)]
        try:
            table.transact(writes)
            return
        except ConditionFailed:
            if table.get(pk, element.sk):
                return  # another preparation was faster
    raise NoFreeName(f"no free name was found for {ref.kind} {ref.key}")


def reserve_write(element: ListElement) -> dict[str, Any]:
    """A transaction part that takes the element's name for it, refused if another element has it."""
    item = {
        "pk": keys.shop(element.shop),
        "sk": keys.name(NAME_SPACES[element.ref.kind], element.name),
        "owner": element.sk,
    }
    return put_write(
        item, "attribute_not_exists(pk) OR #owner = :owner", names={"#owner": "owner"}, values={":owner": element.sk}
    )


def rename(table: Table, element: ListElement) -> ListElement:
    """The element under its next free name, to be looked for again: QuickBooks has the old one for something else."""
    for attempt in range(element.attempt + 1, element.attempt + MOST_NAMES):
        name = fit_name(element.ref.kind, element.ref.name, element.ref.key, attempt)
        if name.lower() == element.name.lower():
            continue
        renamed = replace(element, name=name, attempt=attempt, state=ListState.WANTED, clashed=False, set_id="")
        write = put_write(
            renamed.to_item(),
            "#state = :state AND #name = :name",
            names={"#state": "state", "#name": "name"},
            values={":state": element.state.value, ":name": element.name},
        )
        try:
            table.transact([write, reserve_write(renamed)])
            return renamed
        except ConditionFailed:
            now = table.get(keys.shop(element.shop), element.sk)
            if now is None or now["name"] != element.name or now["state"] != element.state:
                return ListElement.from_item(now) if now else element
    raise NoFreeName(f"no free name was found for {element.ref.kind} {element.ref.key}")


def list_refs(value: Any) -> Iterator[ListRef]:
    """Every list element a document refers to, once for each place."""
    if isinstance(value, ListRef):
        yield value
    elif is_dataclass(value) and not isinstance(value, type):
        for field in fields(value):
            yield from list_refs(getattr(value, field.name))
    elif isinstance(value, tuple):
        for part in value:
            yield from list_refs(part)


__all__ = ["ListKind", "NoFreeName", "list_refs", "rename", "reserve_write", "sk_of", "want"]
