"""Starting over, by the merchant alone: what had to be a support case is a typed confirmation and an audit line.

Settings stay. The FileID changes, so the old .qwc is refused and the company that is connected next counts as the
first. ``keep``: what was posted stays in QuickBooks, and its facts never post again. ``remove``: it is undone by the
next updates, and its facts become free. What was not posted yet is made anew either way.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.app import audit, integration
from connector.app.errors import Conflict, Fault, Unprocessable
from connector.app.services import Services
from connector.app.undo import closing_date
from connector.outbox import company, connection, element_store
from connector.outbox.entries import EntryState
from connector.outbox.lists import ListElement, ListState
from connector.shopify import profiles
from connector.storage import keys
from connector.storage.table import ConditionFailed, Table, delete_write
from connector.sync import undo

KEEP, REMOVE = "keep", "remove"
_BATCH = 50
_UNSENT = frozenset({EntryState.READY, EntryState.HELD})


def carry_out(services: Services, shop: str, user_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """May be repeated if it was broken off: only its last step ends the integration.

    Raises ``Unprocessable`` without the typed confirmation, ``Conflict`` when there is nothing to reset.
    """
    faults = []
    if given.get("confirm") != shop:
        faults.append(Fault("confirm", "The shop's domain is not what was typed.", f"Type {shop}."))
    if given.get("posted_entries") not in (KEEP, REMOVE):
        faults.append(Fault("posted_entries", "Say what happens to what was posted.", f"Use {KEEP} or {REMOVE}."))
    if faults:
        raise Unprocessable(faults)
    table = services.table
    if integration.find(table, shop).state == integration.NOT_STARTED:
        raise Conflict("The integration has not been started.", "There is nothing to reset.")
    removing = given["posted_entries"] == REMOVE
    services.schedules.remove(shop)
    counts = _take_back(services, shop, removing)
    _forget_company(services, shop)
    for sk in (keys.ADOPT, keys.DRIFT, keys.STOCK):
        table.delete(keys.shop(shop), sk)
    now = services.clock()
    details = {"posted_entries": given["posted_entries"], **counts}
    audit.note(table, shop, now, user_id, "integration.reset", shop, details)
    table.transact([delete_write(keys.shop(shop), keys.INTEGRATION), *profiles.begin_anew(table, shop)])
    return {**integration.find(table, shop).view(), "counts": counts}


def _take_back(services: Services, shop: str, removing: bool) -> dict[str, int]:
    """How many entries are undone in QuickBooks, withdrawn before they got there, and stay."""
    table = services.table
    judged = undo.judge(table, shop, undo.entries_of(table, shop), closing_date(table, shop))
    chosen = [one for one in judged if removing or (one.action == undo.WITHDRAW and one.entry.state in _UNSENT)]
    undo.start(table, shop, chosen, repost=True)
    wanted = [one.action for one in chosen]
    removed, withdrawn = wanted.count(undo.DELETE), wanted.count(undo.WITHDRAW)
    done = sum(1 for one in judged if one.action == undo.DONE)
    return {"removed": removed, "withdrawn": withdrawn, "kept": len(judged) - done - removed - withdrawn}


def _forget_company(services: Services, shop: str) -> None:
    """The next company's lists are its own: every element is found by its name there, or added."""
    table = services.table
    known = [ListElement.from_item(item) for item in table.query(keys.shop(shop), "LIST#")]
    forgotten = [element for element in known if element.state is ListState.KNOWN]
    for start in range(0, len(forgotten), _BATCH):
        _find_anew(table, forgotten[start : start + _BATCH])
    if connection.read(table, shop):
        connection.renew_file_id(table, shop)
    company.want_lists(table, shop, services.clock())


def _find_anew(table: Table, elements: list[ListElement]) -> None:
    writes = [element_store.move_write(e, ListState.WANTED, list_id="", edit_sequence="", set_id="") for e in elements]
    try:
        table.transact(writes)
    except ConditionFailed:
        for write in writes:  # one of them has just moved: it is looked for anyway
            try:
                table.transact([write])
            except ConditionFailed:
                continue
