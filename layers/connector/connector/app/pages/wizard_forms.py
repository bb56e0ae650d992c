"""What the forms of the settings show: the same in the set-up's steps and on the pages that stay."""

from __future__ import annotations

import re
from collections.abc import Iterable, Mapping
from datetime import timedelta
from typing import Any
from zoneinfo import ZoneInfo, available_timezones

from connector.accounting.policy import OPTIONAL_ACCOUNTS, REQUIRED_ACCOUNTS
from connector.app import company_checks, making, roles, settings, suggestions
from connector.app.accounts import Account, allowed_types
from connector.app.known_company import FILLS, KnownCompany
from connector.app.pages.frame import Visit
from connector.app.settings import Settings
from connector.app.texts.words import Words
from connector.app.views.setup import schedule_text
from connector.outbox import company, new_accounts
from connector.storage import days

GROUPS: tuple[tuple[str, tuple[str, ...]], ...] = (
    ("sales", ("sales_income", "shipping_income", "discounts", "refunds", "cash_rounding")),
    ("owed", ("sales_tax", "tips", "gift_cards")),
    ("money", ("clearing", "bank", "payment_fees", "accounts_receivable")),
    ("stock", ("cost_of_goods_sold", "inventory_asset", "accounts_payable")),
)
"""The required accounts in the order a bookkeeper reads them; a test sees that none is left out."""

GATEWAYS = ("shopify_payments", "cash", "paypal", "manual")
"""Those that most shops have; what the shop's own orders were paid with comes besides."""

_SEEN_DAYS = 92


def of_everyone(visit: Visit) -> dict[str, Any]:
    """What every page with a form needs: the settings' version, and whether the user may change anything."""
    role = roles.role_of(visit.services.table, visit.shop, visit.user_id)
    return {
        "settings": settings.read(visit.services.table, visit.shop),
        "may_change": role != roles.ACCOUNTANT,
        "is_owner": role == roles.OWNER,
    }


def mapping(visit: Visit, chosen: Settings) -> dict[str, Any]:
    """The accounts, tenders and classes with what can be chosen for each."""
    table, shop = visit.services.table, visit.shop
    stored = [one for one in company.accounts(table, shop) if one["is_active"] and one["type"] != "NonPosting"]
    proposed = suggestions.suggested(Account(one["full_name"], one["type"], True) for one in stored)
    required = [(group, [_row(key, chosen, proposed) for key in keys]) for group, keys in GROUPS]
    optional = [_row(key, chosen, proposed) for key in OPTIONAL_ACCOUNTS]
    rows = [row for _, found in required for row in found]
    return {
        "accounts_known": bool(stored),
        "waiting_accounts": list(new_accounts.wanted(table, shop)),
        "required_groups": required,
        "optional_rows": optional,
        "required_count": len(REQUIRED_ACCOUNTS),
        "mapped_count": sum(1 for row in rows if row["value"]),
        "account_lists": _lists(stored),
        "account_types": [(kind, type_words(kind)) for kind in making.TYPES],
        "tender_rows": _tender_rows(visit, chosen, proposed),
        **_classes(visit, chosen),
    }


def _row(key: str, chosen: Settings, proposed: Mapping[str, str]) -> dict[str, Any]:
    value = chosen.accounts.get(key, "")
    proposal = proposed.get(key, "") if not value else ""
    usual = suggestions.USUAL[key].types
    return {
        "key": key,
        "name": f"accounts.{key}",
        "value": value or proposal,
        "suggested": bool(proposal),
        "list": _list_name(key),
        "strict": allowed_types("accounts", key) is not None,
        "usual": ", ".join(type_words(kind) for kind in usual[:2]),
        "type": usual[0],
    }


def _list_name(key: str) -> str:
    return "accounts-" + "-".join(suggestions.USUAL[key].types).lower()


def _lists(stored: Iterable[Mapping[str, Any]]) -> dict[str, list[tuple[str, str]]]:
    """The company's accounts by the types that are usual somewhere; each as its full name and what to say of it."""
    known = sorted(stored, key=lambda one: one["full_name"].lower())
    wanted = {_list_name(key): usual.types for key, usual in suggestions.USUAL.items()}
    return {name: [_choice(one) for one in known if one["type"] in types] for name, types in wanted.items()}


def _choice(one: Mapping[str, Any]) -> tuple[str, str]:
    words = type_words(one["type"])
    return one["full_name"], f"{words} · {one['number']}" if one.get("number") else words


def type_words(kind: str) -> str:
    """A type of account as QuickBooks' windows write it: ``OtherCurrentAsset`` is Other Current Asset."""
    return re.sub(r"(?<=[a-z])(?=[A-Z])", " ", kind).replace(" Of ", " of ")


def _tender_rows(visit: Visit, chosen: Settings, proposed: Mapping[str, str]) -> list[dict[str, Any]]:
    names = dict.fromkeys(["default", *_gateways_seen(visit), *GATEWAYS, *chosen.tenders])
    clearing = chosen.accounts.get("clearing") or proposed.get("clearing", "")
    default = chosen.tenders.get("default") or clearing
    return [
        {
            "key": name,
            "label": gateway_words(visit.words, name),
            "value": chosen.tenders.get(name, ""),
            "falls_to": clearing if name == "default" else default,
        }
        for name in names
    ]


def gateway_words(words: Words, name: str) -> str:
    """A gateway's name as people write it; ``name`` is Shopify's."""
    known = f"tender.{name}"
    return words(known) if words.has(known) else name.replace("_", " ").capitalize() if name.islower() else name


def _gateways_seen(visit: Visit) -> list[str]:
    """What the shop's orders of late were paid with."""
    today = visit.services.clock().date()
    seen = days.read(visit.services.table, visit.shop, today - timedelta(days=_SEEN_DAYS), today)
    lines = (line for _, columns in seen for line in columns["shopify"])
    return sorted({line.removeprefix("tender:") for line in lines if line.startswith("tender:")})


def _classes(visit: Visit, chosen: Settings) -> dict[str, Any]:
    found = [one["full_name"] for one in company.elements(visit.services.table, visit.shop, "classes")]
    seen = company.profile(visit.services.table, visit.shop)
    return {
        "class_names": sorted(found, key=str.lower),
        "class_rows": [{"key": key, "value": value} for key, value in chosen.classes.items()],
        "uses_classes": seen.uses_classes if seen else True,
    }


def schedule(visit: Visit, chosen: Settings) -> dict[str, Any]:
    zone = chosen.schedule.time_zone or visit.words.zone.key
    text = schedule_text(visit.words, chosen.schedule, visit.words.zone, visit.services.clock())
    return {
        "schedule": chosen.schedule,
        "time_zone": zone,
        "shop_zone": visit.words.zone.key,
        "time_zones": sorted(available_timezones() - {"localtime", "posixrules", "Factory"}),
        "schedule_text": text,
        "start_date": chosen.start_date.isoformat() if chosen.start_date else "",
        "closing_date": _closing_date(visit),
    }


def _closing_date(visit: Visit) -> str:
    """Up to when the company's books are closed; empty where they are not, or not known."""
    seen = company.profile(visit.services.table, visit.shop)
    return seen.closing_date.isoformat() if seen and seen.closing_date else ""


def modes(visit: Visit, chosen: Settings) -> dict[str, Any]:
    known = visit.services.company(visit.shop)
    seen = company.profile(visit.services.table, visit.shop)
    return {
        "modes": dict(chosen.modes),
        "refused_modes": _refused(known),
        "limits": _limits(known),
        "edition": seen.product if seen else "",
        "has_sales_orders": seen.has_sales_orders if seen else True,
        "checks": [
            one for one in company_checks.rows(visit.services, visit.shop) if one["check"].startswith("limits.")
        ],
    }


def _refused(known: KnownCompany) -> dict[str, str]:
    """Where Detailed is not possible, and why."""
    faults = known.mode_faults(dict.fromkeys(FILLS, "detailed"))
    return {fault.key.removeprefix("modes."): fault.problem for fault in faults}


def _limits(known: KnownCompany) -> list[dict[str, Any]]:
    return [
        {
            "name": name,
            "used": limit["used"],
            "limit": limit["limit"],
            "full_on": limit["full_on"],
            "share": min(1.0, limit["used"] / limit["limit"]) if limit["limit"] else 1.0,
        }
        for name, limit in known.limits.items()
    ]


def yesterday(visit: Visit) -> str:
    """The shop's last whole business day."""
    today = visit.services.clock().astimezone(ZoneInfo(visit.words.zone.key)).date()
    return (today - timedelta(days=1)).isoformat()
