"""What the set-up makes in QuickBooks for the merchant: accounts to map, and the sales tax item of 0 %.

Both are queued as list elements; the next update of the Web Connector looks for them there and adds what is missing.
"""

from __future__ import annotations

from collections.abc import Mapping
from contextlib import suppress
from typing import Any

from connector.accounting.documents import AccountDetail
from connector.accounting.items import ZERO_TAX
from connector.app import audit
from connector.app.accounts import LONGEST_NAME, Chart
from connector.app.errors import Conflict, Fault, Unprocessable
from connector.app.services import Services
from connector.outbox import company, element_store, new_accounts, tax_check
from connector.outbox.lists import ListState
from connector.outbox.wanting import want
from connector.quickbooks.text import clean
from connector.storage.table import ConditionFailed

TYPES = (
    "AccountsPayable", "AccountsReceivable", "Bank", "CostOfGoodsSold", "CreditCard", "Equity", "Expense", "FixedAsset",
    "Income", "LongTermLiability", "OtherAsset", "OtherCurrentAsset", "OtherCurrentLiability", "OtherExpense",
    "OtherIncome",
)  # fmt: skip
"""qbXML's AccountType without NonPosting, whose accounts QuickBooks makes itself."""

LONGEST_LEVEL, LONGEST_NUMBER, LONGEST_DESCRIPTION = 31, 7, 200
"""Characters of an account's own name, number and description (qbXML 13.0, AccountAdd)."""

_KNOWN = ("name", "type", "number", "parent", "description")


def account(services: Services, shop: str, user_id: str, given: Mapping[str, Any]) -> dict[str, Any]:
    """Queue an account; returns it as the list of accounts shows it. Raises ``Unprocessable`` and ``Conflict``."""
    chart = services.company(shop).chart
    known_keys = f"Use {', '.join(_KNOWN)}."
    faults = [Fault(key, f'"{key}" is not known here.', known_keys) for key in given.keys() - {*_KNOWN}]
    faults += [Fault(key, "This must be text.") for key in _KNOWN if not isinstance(given.get(key) or "", str)]
    if faults:
        raise Unprocessable(faults)
    if not chart.known:
        raise Conflict("QuickBooks' accounts have not been read yet.", "Let the Web Connector update once, then again.")
    wish = {key: str(given.get(key) or "").strip() for key in _KNOWN}
    parent, parent_faults = _parent(wish["parent"], wish["type"], chart)
    full_name = f"{parent}:{wish['name']}" if parent else wish["name"]
    faults = [*_text_faults(wish, full_name), *parent_faults, *_number_faults(wish["number"], services, shop)]
    if faults:
        raise Unprocessable(faults)
    known = chart.find(full_name)
    if known is not None:
        raise Conflict(f'QuickBooks has the account "{known.full_name}" already.', "Choose it.", "name")
    detail = AccountDetail(wish["type"], wish["number"], wish["description"])
    element = new_accounts.create(services.table, shop, full_name, detail)
    audit.note(services.table, shop, services.clock(), user_id, "account.create", element.name, {"type": wish["type"]})
    rows = new_accounts.wanted(services.table, shop)
    return next((row for row in rows if row["full_name"] == element.name), {"full_name": element.name})


def tax_item(services: Services, shop: str, user_id: str) -> dict[str, Any]:
    """Queue the sales tax item, anew if it was refused; returns the check of the tax preferences as it is now."""
    (sk,) = want(services.table, shop, (ZERO_TAX,))
    element = element_store.get_many(services.table, shop, [sk])[sk]
    if element.state is ListState.HELD:
        with suppress(ConditionFailed):  # it has just moved
            fresh = {"set_id": "", "reason": "", "attempts": 0}
            services.table.transact([element_store.move_write(element, ListState.WANTED, **fresh)])
    audit.note(services.table, shop, services.clock(), user_id, "tax_item.create", ZERO_TAX.name)
    return tax_check.view(services.table, shop)


def _text_faults(wish: Mapping[str, str], full_name: str) -> list[Fault]:
    found = []
    name, longest = wish["name"], f"Use up to {LONGEST_LEVEL} characters, no colon."
    if not name or len(name) > LONGEST_LEVEL or ":" in name or clean(name) != name:
        found.append(Fault("name", "QuickBooks would not take this name.", longest))
    elif len(full_name) > LONGEST_NAME:
        found.append(Fault("name", "With the names above it this is too long.", "Choose a shorter name."))
    if wish["type"] not in TYPES:
        found.append(Fault("type", f'"{wish["type"]}" is not a type of account.', f"Use {', '.join(TYPES)}."))
    if len(wish["description"]) > LONGEST_DESCRIPTION:
        found.append(Fault("description", "This is too long.", f"Use at most {LONGEST_DESCRIPTION} characters."))
    return found


def _number_faults(number: str, services: Services, shop: str) -> list[Fault]:
    if len(number) > LONGEST_NUMBER or clean(number) != number:
        return [Fault("number", "QuickBooks would not take this number.", f"Use up to {LONGEST_NUMBER} characters.")]
    if number and any(one["number"] == number for one in company.accounts(services.table, shop)):
        return [Fault("number", f"Another account has the number {number}.", "Choose another number.")]
    return []


def _parent(name: str, account_type: str, chart: Chart) -> tuple[str, list[Fault]]:
    """The parent's full name as QuickBooks spells it. A part of an account is of the same type."""
    if not name:
        return "", []
    faults = chart.faults("parent", {"account": name}, any_type=True)
    if faults:
        return name, [Fault("parent", fault.problem, fault.fix) for fault in faults]
    found = chart.find(name)
    if found is not None and found.type and found.type != account_type:
        fix = f"Use {found.type}, or another parent."
        return name, [Fault("type", f'"{found.full_name}" is of type {found.type}; its parts must be too.', fix)]
    return found.full_name if found else name, []
