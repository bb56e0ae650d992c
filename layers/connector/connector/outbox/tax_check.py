"""Whether QuickBooks' sales tax preferences are as step 1 of the set-up wants them: on, the most common item at 0 %.

QuickBooks must never compute the tax that Shopify has collected already. What we post carries a 0 % item of its own;
the most common item decides what QuickBooks proposes on everything that somebody types there.
"""

from __future__ import annotations

from typing import Any

from connector.accounting.items import ZERO_TAX
from connector.outbox import company, element_store
from connector.outbox.lists import ListState
from connector.outbox.wanting import sk_of
from connector.quickbooks.profile import CompanyProfile
from connector.quickbooks.records import ListRecord
from connector.storage.table import Table

OK, WAITING, PROBLEM = "ok", "waiting", "problem"
_WHERE = "In QuickBooks: Edit > Preferences > Sales Tax > Company Preferences"
_SEEN_AT = "It is checked again at the next update of the Web Connector."
_CHOOSE = f'{_WHERE}: choose a sales tax item of 0 % as "Your most common sales tax item".'


def view(table: Table, shop: str) -> dict[str, Any]:
    """``state`` (ok, waiting or problem), ``text``, ``advice``; ``item`` is our own item of 0 % and its ``state``.

    ``may_create`` says that the item can be made from here.
    """
    profile = company.profile(table, shop)
    items = list(company.records(table, shop, "sales_tax_items"))
    state, text, advice = _judged(profile, items)
    element = element_store.get_many(table, shop, [sk_of(ZERO_TAX)]).get(sk_of(ZERO_TAX))
    made = _made(element.state if element else None)
    switched_on = profile is not None and profile.uses_sales_tax
    return {
        "state": state,
        "text": text,
        "advice": advice,
        "default_item": profile.default_tax_item if profile else "",
        "item": {
            "name": element.name if element else ZERO_TAX.name,
            "state": made,
            "reason": element.reason if element else "",
        },
        "may_create": switched_on and made in ("", "refused"),
    }


def _judged(profile: CompanyProfile | None, items: list[ListRecord]) -> tuple[str, str, str]:
    if profile is None:
        return WAITING, "QuickBooks has not been seen yet.", "Let the Web Connector update once."
    if not profile.uses_sales_tax:
        text = "Sales tax is switched off in QuickBooks. Entries are posted without its tax items and tax codes."
        return PROBLEM, text, f'{_WHERE}: "Do you charge sales tax?" Yes. {_SEEN_AT}'
    name = profile.default_tax_item
    found = next((item for item in items if item.full_name.lower() == name.lower()), None)
    if not name or found is None or found.tax_rate is None:
        what = f'The rate of "{name}" is not known yet.' if name else "No most common sales tax item is chosen."
        return (WAITING if name else PROBLEM), what, f"{_CHOOSE} {_SEEN_AT}"
    if found.tax_rate:
        text = f'The most common sales tax item is "{found.full_name}" with {found.tax_rate.normalize():f} %.'
        return PROBLEM, text, f"{_CHOOSE} {_SEEN_AT}"
    return OK, f'Sales tax is on, and the most common sales tax item is "{found.full_name}" with 0 %.', ""


def _made(state: ListState | None) -> str:
    if state is None:
        return ""
    if state is ListState.KNOWN:
        return "in QuickBooks"
    return "refused" if state is ListState.HELD else "waiting to be created"
