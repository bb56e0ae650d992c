"""Accounts that a person wants made, or made active again, in QuickBooks: list elements like those documents need.

Unlike them they are never given another name: what is chosen in the settings is the very name that was asked for.
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from contextlib import suppress
from dataclasses import replace
from typing import Any

from connector.accounting.documents import AccountDetail, ListKind, ListRef
from connector.outbox import company, element_store
from connector.outbox.entries import entry_id
from connector.outbox.lists import ListElement, ListState
from connector.outbox.wanting import reserve_write
from connector.quickbooks.answers import Answer
from connector.quickbooks.records import ListRecord
from connector.storage import keys
from connector.storage.table import ConditionFailed, Table, put_write

TAKEN = "QuickBooks says that the name is taken, and doesn't show by what. Choose another name."
OTHER_TYPE = "QuickBooks has an account of this name already, of type {type}. Choose that one, or another name."
THERE, WAITING, REFUSED = "in QuickBooks", "waiting to be created", "refused"
_PREFIX = keys.list_element(ListKind.ACCOUNT, "")


def is_account(sk: str) -> bool:
    return sk.startswith(_PREFIX)


def create(table: Table, shop: str, full_name: str, detail: AccountDetail) -> ListElement:
    """Ask for an account that QuickBooks doesn't have; ``full_name`` begins with its parent's.

    One that was refused, or has been deleted there since, is asked for anew; the same again while it waits changes
    nothing.
    """
    ref = _ref(full_name, detail)
    wanted = _element(shop, full_name, ref)
    known = element_store.get_many(table, shop, [wanted.sk]).get(wanted.sk)
    with suppress(ConditionFailed):  # asked for twice at the same moment
        if known is None:
            table.transact([put_write(wanted.to_item(), "attribute_not_exists(pk)"), reserve_write(wanted)])
        elif known.state in (ListState.HELD, ListState.KNOWN):
            anew = replace(known, ref=ref)
            fresh = {"set_id": "", "reason": "", "attempts": 0, "clashed": False}
            table.transact([element_store.move_write(anew, ListState.WANTED, **fresh)])
    return element_store.get_many(table, shop, [wanted.sk])[wanted.sk]


def reactivate(table: Table, shop: str, full_name: str, account_type: str) -> None:
    """Have an inactive account made active; may be repeated."""
    element = _element(shop, full_name, _ref(full_name, AccountDetail(account_type)))
    known = element_store.get_many(table, shop, [element.sk]).get(element.sk)
    with suppress(ConditionFailed):
        if known is None:
            active = replace(element, reactivate=True)
            table.transact([put_write(active.to_item(), "attribute_not_exists(pk)"), reserve_write(active)])
        elif known.state in (ListState.HELD, ListState.KNOWN):
            fresh = {"set_id": "", "reason": "", "attempts": 0, "reactivate": True}
            table.transact([element_store.move_write(known, ListState.WANTED, **fresh)])


def wanted(table: Table, shop: str) -> Iterator[dict[str, Any]]:
    """The accounts not made yet, as the list of accounts shows them, each with its ``state`` and ``reason``."""
    elements = (ListElement.from_item(item) for item in table.query(keys.shop(shop), _PREFIX))
    for element in elements:
        if element.state is ListState.KNOWN or element.reactivate:
            continue
        detail = element.ref.account
        yield {
            "full_name": element.name,
            "type": detail.type if detail else "",
            "is_active": True,
            "list_id": element.list_id,
            "number": detail.number if detail else "",
            "state": REFUSED if element.state is ListState.HELD else WAITING,
            "reason": element.reason,
        }


def misfit(element: ListElement, found: ListRecord) -> str:
    """Why the account QuickBooks has under this name is not the one that is wanted; empty if it is."""
    detail = element.ref.account
    if detail is None or not found.account_type or found.account_type == detail.type:
        return ""
    return OTHER_TYPE.format(type=found.account_type)


def made_writes(table: Table, shop: str, made: Mapping[str, Answer]) -> list[dict[str, Any]]:
    """Transaction parts: the accounts QuickBooks has just made (by sort key) can be chosen at once."""
    if not made:
        return []
    generation = company.state(table, shop).get("generation", "")
    elements = element_store.get_many(table, shop, list(made))
    if not generation:
        return []  # the lists were never read: the first reading has it
    return [company.added_write(shop, "accounts", generation, _record(e, made[sk])) for sk, e in elements.items()]


def _record(element: ListElement, answer: Answer) -> ListRecord:
    detail = element.ref.account or AccountDetail("")
    name = element.name.rpartition(":")[2]
    return ListRecord(
        "Account",
        answer.record_id,
        name,
        element.name,
        edit_sequence=answer.edit_sequence,
        account_type=detail.type,
        account_number=detail.number,
    )


def _ref(full_name: str, detail: AccountDetail) -> ListRef:
    return ListRef(ListKind.ACCOUNT, full_name.lower(), full_name, account=detail)


def _element(shop: str, full_name: str, ref: ListRef) -> ListElement:
    return ListElement(
        shop=shop,
        ref=ref,
        name=full_name,
        state=ListState.WANTED,
        guid=entry_id(shop, f"{ListKind.ACCOUNT}|{ref.key}"),
    )
