"""What a person does about an exception, on its row: try again, set aside, or remove the cause and try again.

| fix | asks for | what it does |
|---|---|---|
| account | from, to | the document uses another account of the company |
| rename | name | the customer, item, … gets another name in QuickBooks |
| reactivate | | the inactive customer, item, class or account is made active in QuickBooks |
| first_open_day | | the document is dated on the first day after the closing date |
| adopt | txn_id | the transaction QuickBooks has already counts as this entry |

Every fix ends with the entry being tried again; none posts what may be in QuickBooks already without looking there.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass, fields, is_dataclass, replace
from datetime import timedelta
from typing import Any

from connector.accounting.documents import Line, ListKind
from connector.app import audit
from connector.app.entries import fixable, offered
from connector.app.errors import Conflict, Fault, NotFound, Unprocessable
from connector.app.services import Services
from connector.outbox import company, element_store, new_accounts, release, repository, wanting
from connector.outbox.entries import Entry, EntryState
from connector.outbox.finding import INACTIVE
from connector.outbox.lists import ListElement, ListState
from connector.outbox.repository import NotAllowed, move_write
from connector.quickbooks.list_requests import UNCHANGEABLE
from connector.quickbooks.names import LIMITS, fit_name
from connector.storage import orders
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed, Table, put_write
from connector.sync import problems

LONGEST_REASON = 500
LONGEST_ID = 255
MOST_AT_ONCE = 200
_ASKED = ("from", "to", "name", "txn_id")
"""What fixes ask for. Nothing else of a request is written into the audit log."""

_ACCOUNTS = frozenset(
    {"deposit_to", "refund_from", "payable", "account", "cogs_account", "asset_account", "account_override"}
)
_MONEY = frozenset({"deposit_to", "refund_from"})
"""Fields of documents that name an account; into and out of these money moves, so QuickBooks takes only some types."""

_ORDERS = (
    "An order without documents is tried again by every sync: change the settings that it names, then start a sync."
)
_NEXT_SYNC = "It is to be tried again: the next sync does."
_MOVED = "The entry has just been changed by something else. Look at it again."


@dataclass(frozen=True, slots=True)
class Person:
    """Who asks, in which shop."""

    services: Services
    shop: str
    user_id: str

    @property
    def table(self) -> Table:
        return self.services.table

    def note(self, what: str, entry: Entry, **details: Any) -> None:
        named = {"title": entry.title, "ref_number": entry.ref_number, **details}
        audit.note(self.table, self.shop, self.services.clock(), self.user_id, what, entry.id, named)


def find(person: Person, entry_id: str) -> Entry:
    entry = repository.get(person.table, person.shop, entry_id) if len(entry_id) <= LONGEST_ID else None
    if entry is None:
        raise NotFound("There is no such entry.")
    return entry


def retry(person: Person, entry_id: str) -> Entry:
    """Try a held entry again, or take up one that was set aside. Raises ``NotFound`` or ``Conflict``."""
    entry = find(person, entry_id)
    if entry.document is None:
        if entry.state is not EntryState.IGNORED and entry.reason != problems.REOPENED:
            raise Conflict(_ORDERS)
        changed = _taken_up(person, entry)
    else:
        if entry.state is EntryState.IGNORED:
            entry = _moved(person, entry, EntryState.HELD)
        changed = _tried_again(person, entry)
    person.note("entry.retry", entry)
    return changed


def ignore(person: Person, entry_id: str, given: Mapping[str, Any]) -> Entry:
    """Set an entry aside; the tie-out goes on naming it with the reason. Raises ``Unprocessable`` without a reason."""
    reason = checked_reason(given)
    entry = find(person, entry_id)
    try:
        ignored = release.ignore(person.table, person.shop, entry_id, reason)
    except NotAllowed as error:
        raise Conflict(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error
    person.note("entry.ignore", entry, reason=reason)
    return ignored


def checked_reason(given: Mapping[str, Any]) -> str:
    """Why an entry is set aside. Raises ``Unprocessable`` without one."""
    reason = given.get("reason")
    if not isinstance(reason, str) or not reason.strip() or len(reason) > LONGEST_REASON:
        fix = f"Say in up to {LONGEST_REASON} characters why: it stands in the tie-out."
        raise Unprocessable([Fault("reason", "A reason is needed.", fix)])
    return reason.strip()


def fix(person: Person, entry_id: str, given: Mapping[str, Any]) -> Entry:
    """Remove the cause and try again. Raises ``Unprocessable`` for what is asked wrongly, ``Conflict`` otherwise."""
    kind = given.get("fix")
    if not isinstance(kind, str) or kind not in _FIXES:
        raise Unprocessable([Fault("fix", f'"{kind}" is not a fix.', f"Use one of {', '.join(_FIXES)}.")])
    entry = find(person, entry_id)
    if entry.state is not EntryState.HELD or entry.document is None:
        raise Conflict("Only an entry that is held and has a document can be fixed.")
    fixed = _FIXES[kind](person, entry, given)
    asked = {name: str(given[name])[:LONGEST_REASON] for name in _ASKED if given.get(name)}
    person.note(f"entry.fix.{kind}", entry, **asked)
    return fixed


def each(ids: Any, act: Callable[[str], Entry]) -> list[dict[str, Any]]:
    """The same for many entries; one that can't be helped doesn't keep the others from it."""
    if not isinstance(ids, list) or not 0 < len(ids) <= MOST_AT_ONCE or not all(isinstance(i, str) for i in ids):
        raise Unprocessable([Fault("ids", f"A list of 1 to {MOST_AT_ONCE} ids of entries is needed.")])
    results = []
    for entry_id in dict.fromkeys(ids):
        try:
            results.append({"id": entry_id, "state": act(entry_id).state.value})
        except (Conflict, Unprocessable) as error:
            results.append({"id": entry_id, "problem": error.faults[0].problem})
        except NotFound as error:
            results.append({"id": entry_id, "problem": str(error)})
    return results


def _tried_again(person: Person, entry: Entry) -> Entry:
    try:
        return release.retry(person.table, person.shop, entry.id)
    except NotAllowed as error:
        raise Conflict(f"{str(error)[:1].upper()}{str(error)[1:]}.") from error


def _taken_up(person: Person, entry: Entry) -> Entry:
    """An exception that a person had set aside: its order must look changed to the next sync, which then says anew what
    becomes of it."""
    writes = [move_write(entry, EntryState.HELD, reason=_NEXT_SYNC)]
    kind, _, legacy_id = entry.key.partition(":")
    if kind == problems.KIND:
        for record in orders.get_many(person.table, person.shop, [legacy_id]).values():
            writes.append(replace(record, problem=_NEXT_SYNC).write())
    _transact(person.table, writes)
    return replace(entry, state=EntryState.HELD, reason=_NEXT_SYNC)


def _moved(person: Person, entry: Entry, to: EntryState) -> Entry:
    _transact(person.table, [move_write(entry, to)])
    return replace(entry, state=to)


def _replaced(person: Person, entry: Entry, **changes: Any) -> Entry:
    """The entry with another document, still held; then it is tried again."""
    changed = replace(entry, **changes)
    write = put_write(
        changed.to_item(),
        "#state = :was AND set_id = :was_in",
        names={"#state": "state"},
        values={":was": entry.state.value, ":was_in": entry.set_id},
    )
    _transact(person.table, [write])
    return _tried_again(person, changed)


def _transact(table: Table, writes: list[dict[str, Any]]) -> None:
    try:
        table.transact(writes)
    except ConditionFailed as error:
        raise Conflict(_MOVED) from error


# The fixes.


def _account(person: Person, entry: Entry, given: Mapping[str, Any]) -> Entry:
    used = accounts_of(entry.document)
    to, default = str(given.get("to") or "").strip(), next(iter(used)) if len(used) == 1 else ""
    old = str(given.get("from") or default)
    if old not in used:
        raise Unprocessable([Fault("from", f'The entry does not use "{old}".', f"It uses {', '.join(sorted(used))}.")])
    group = "tenders" if used[old] & _MONEY else "accounts"
    chart = person.services.company(person.shop).chart
    wrong = chart.faults(group, {"to": to}) if to else [Fault("to", "No account is chosen.", "Choose one.")]
    if wrong:
        raise Unprocessable([replace(fault, key="to") for fault in wrong])
    to = chart.spelled({"to": to})["to"]
    element = _element(person, entry)
    if element is not None and element.state is ListState.HELD:
        helped = replace(element, ref=_with_account(element.ref, old, to))
        _transact(person.table, [element_store.move_write(helped, ListState.HELD)])
    return _replaced(person, entry, document=_with_account(entry.document, old, to))


def accounts_of(value: Any) -> dict[str, set[str]]:
    """The accounts a document names, each with the fields it stands in."""
    found: dict[str, set[str]] = {}
    for field in fields(value) if is_dataclass(value) else ():
        part = getattr(value, field.name)
        if field.name in _ACCOUNTS and isinstance(part, str) and part:
            found.setdefault(part, set()).add(field.name)
        for one in part if isinstance(part, tuple) else (part,):
            for name, places in accounts_of(one).items() if not isinstance(one, type) else ():
                found.setdefault(name, set()).update(places)
    return found


def _with_account(value: Any, old: str, new: str) -> Any:
    """``value`` with ``new`` wherever it names ``old``.

    A line of a sales form says so itself: QuickBooks may have its item already, with the old account.
    """
    if isinstance(value, tuple):
        return tuple(_with_account(part, old, new) for part in value)
    if not is_dataclass(value) or isinstance(value, type):
        return value
    if isinstance(value, Line):
        account = value.account_override or (value.item.item.account if value.item.item else "")
        value = replace(value, account_override=new) if account == old else value
    changes = {}
    for field in fields(value):
        part = getattr(value, field.name)
        changed = new if field.name in _ACCOUNTS and part == old else _with_account(part, old, new)
        if changed is not part:
            changes[field.name] = changed
    return replace(value, **changes) if changes else value


def _rename(person: Person, entry: Entry, given: Mapping[str, Any]) -> Entry:
    element = _held_element(person, entry)
    wish = str(given.get("name") or "").strip()
    limit, kind = LIMITS[element.ref.kind], element.ref.kind
    if not wish or len(wish) > limit or fit_name(kind, wish, element.ref.key) != wish:
        fix = f"Use up to {limit} characters, no colon, no blanks at the ends."
        raise Unprocessable([Fault("name", "QuickBooks would not take this name.", fix)])
    renamed = replace(element, name=wish, clashed=False, set_id="", reason="", attempts=0)
    item = replace(renamed, state=ListState.WANTED).to_item()
    same = put_write(
        item,
        "#state = :state AND #name = :name",
        names={"#state": "state", "#name": "name"},
        values={":state": element.state.value, ":name": element.name},
    )
    try:
        person.table.transact([same, wanting.reserve_write(renamed)])
    except ConditionFailed as error:
        problem = Fault("name", f'"{wish}" is the name of something else that this shop posts.', "Choose another.")
        raise Unprocessable([problem]) from error
    return _released(person, entry)


def _reactivate(person: Person, entry: Entry, given: Mapping[str, Any]) -> Entry:
    if not entry.held_by.startswith("LIST#"):
        return _reactivate_accounts(person, entry)
    element = _held_element(person, entry)
    if element.reason != INACTIVE:
        raise Conflict(f"{element.name} is not inactive in QuickBooks.")
    if element.ref.kind in UNCHANGEABLE:
        what = "a payment method" if element.ref.kind is ListKind.PAYMENT_METHOD else "terms"
        raise Conflict(f"QuickBooks lets no program make {what} active: do it there for {element.name}.")
    wanted = replace(element, reactivate=True)
    _transact(person.table, [element_store.move_write(wanted, ListState.WANTED, set_id="", reason="", attempts=0)])
    return _released(person, entry)


def _reactivate_accounts(person: Person, entry: Entry) -> Entry:
    """The next set that writes makes them active before it posts the entry."""
    chart = person.services.company(person.shop).chart
    found = [account for name in accounts_of(entry.document) if (account := chart.find(name)) and not account.is_active]
    if not found:
        raise Conflict("None of its accounts is inactive in QuickBooks, as far as they were read.")
    for account in found:
        new_accounts.reactivate(person.table, person.shop, account.full_name, account.type)
    return _tried_again(person, entry)


def _first_open_day(person: Person, entry: Entry, given: Mapping[str, Any]) -> Entry:
    profile = company.profile(person.table, person.shop)
    closing = profile.closing_date if profile else None
    if closing is None or entry.dated > closing:
        raise Conflict("Its day is not closed in QuickBooks, as far as the last update saw. Try it again.")
    document: Any = entry.document
    return _replaced(person, entry, document=replace(document, day=closing + timedelta(days=1)))


def _adopt(person: Person, entry: Entry, given: Mapping[str, Any]) -> Entry:
    txn_id = str(given.get("txn_id") or "")
    if txn_id not in entry.candidates:
        known = ", ".join(entry.candidates) or "none was found"
        raise Unprocessable([Fault("txn_id", "That is not one of those found in QuickBooks.", f"Found: {known}.")])
    change = repository.post(entry, txn_id, "")
    try:
        repository.commit(person.table, person.shop, lambda: ([change], []))
    except ConditionFailed as error:
        raise Conflict(_MOVED) from error
    release.release_held_by(person.table, person.shop)
    return find(person, entry.id)


_FIXES: dict[str, Callable[[Person, Entry, Mapping[str, Any]], Entry]] = {
    "account": _account,
    "rename": _rename,
    "reactivate": _reactivate,
    "first_open_day": _first_open_day,
    "adopt": _adopt,
}


def _released(person: Person, entry: Entry) -> Entry:
    release.release_held_by(person.table, person.shop)
    return find(person, entry.id)


def _element(person: Person, entry: Entry) -> ListElement | None:
    if not entry.held_by.startswith("LIST#"):
        return None
    return element_store.get_many(person.table, person.shop, [entry.held_by]).get(entry.held_by)


def _held_element(person: Person, entry: Entry) -> ListElement:
    element = _element(person, entry)
    if element is None or element.state is not ListState.HELD:
        raise Conflict("It does not wait for a customer, item or class.")
    return element


def view(person: Person, entry: Entry) -> dict[str, Any]:
    """What the row's page needs to offer: which fixes there are, and what they may choose from."""
    known = fixable(person.table, person.shop)
    closing, used = known.closing, accounts_of(entry.document)
    fixes = offered(entry.to_item(), known)
    if "account" in fixes and "reactivate" not in fixes and used.keys() & known.inactive:
        fixes.append("reactivate")
    return {
        "fixes": fixes,
        "accounts": sorted(used),
        "inactive_accounts": sorted(used.keys() & known.inactive),
        "candidates": list(entry.candidates),
        "dated": entry.dated.isoformat(),
        "first_open_day": (closing + timedelta(days=1)).isoformat() if closing else "",
        "seen_at": stamp(person.services.clock()),
    }
