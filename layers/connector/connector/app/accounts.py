"""Whether the accounts a merchant chose exist in the company, and are of a kind that fits."""

from __future__ import annotations

import difflib
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from connector.accounting.policy import ACCOUNT_KEYS, REQUIRED_ACCOUNTS
from connector.app.errors import Fault

LONGEST_NAME = 159
"""Characters of an account's full name (qbXML, ``AccountRef``)."""

_MONEY = frozenset({"Bank", "OtherCurrentAsset"})
"""What QuickBooks lets a Sales Receipt deposit to, and a refund be paid from."""

_TYPES: Mapping[str, frozenset[str]] = {
    "accounts_receivable": frozenset({"AccountsReceivable"}),
    "accounts_payable": frozenset({"AccountsPayable"}),
    "cost_of_goods_sold": frozenset({"CostOfGoodsSold"}),
    "inventory_asset": frozenset({"OtherCurrentAsset"}),
    "clearing": _MONEY,
    "bank": _MONEY,
}
"""Where QuickBooks itself takes only certain types (AccountType in qbXML). Everywhere else the bookkeeper decides."""

_NEVER = frozenset({"AccountsReceivable", "AccountsPayable", "NonPosting"})
"""Types that take a customer or vendor on every line, or no postings at all."""

_WORDS = {
    "AccountsReceivable": "Accounts Receivable",
    "AccountsPayable": "Accounts Payable",
    "CostOfGoodsSold": "Cost of Goods Sold",
    "OtherCurrentAsset": "Other Current Asset",
    "OtherCurrentLiability": "Other Current Liability",
    "NonPosting": "Non-Posting",
}


@dataclass(frozen=True, slots=True)
class Account:
    full_name: str
    type: str
    is_active: bool


class Chart:
    """The company's accounts. Names compare as QuickBooks compares them: without regard to case."""

    def __init__(self, accounts: Iterable[Mapping[str, Any]]) -> None:
        self._by_name = {
            account["full_name"].lower(): Account(
                account["full_name"], account.get("type", ""), bool(account.get("is_active", True))
            )
            for account in accounts
        }

    @property
    def known(self) -> bool:
        """False until the Web Connector has read the company's accounts: then nothing can be said of any name."""
        return bool(self._by_name)

    def find(self, name: str) -> Account | None:
        return self._by_name.get(name.lower())

    def inactive(self) -> frozenset[str]:
        """Full names of the accounts that QuickBooks takes nothing on."""
        return frozenset(account.full_name for account in self._by_name.values() if not account.is_active)

    def spelled(self, chosen: Mapping[str, str]) -> dict[str, str]:
        """The accounts as QuickBooks spells them."""
        found = {key: self._by_name.get(name.lower()) for key, name in chosen.items()}
        return {key: account.full_name if account else chosen[key] for key, account in found.items()}

    def unusable(self, accounts: Mapping[str, str], tenders: Mapping[str, str]) -> dict[str, str]:
        """Which of the chosen accounts (``accounts.clearing``) QuickBooks would refuse as they are now, and why.

        They fitted when they were chosen: since then somebody has deleted or changed them in QuickBooks.
        """
        found = (*self.faults("accounts", accounts), *self.faults("tenders", tenders))
        return {fault.key: f"{fault.problem} {fault.fix}" for fault in found}

    def faults(self, group: str, chosen: Mapping[str, str], *, any_type: bool = False) -> list[Fault]:
        """``group`` is where they stand in the settings: ``accounts`` or ``tenders``."""
        if not self.known:
            return []
        return [fault for key, name in chosen.items() for fault in self._faults(f"{group}.{key}", name, any_type)]

    def _faults(self, key: str, name: str, any_type: bool) -> list[Fault]:
        found = self._by_name.get(name.lower())
        if found is None:
            near = self._near(name)
            fix = (
                f'Did you mean "{near}"?' if near else "Choose one of the company's accounts, or add it in QuickBooks."
            )
            return [Fault(key, f'QuickBooks has no account "{name}".', fix)]
        if not found.is_active:
            return [
                Fault(key, f'"{name}" is inactive in QuickBooks.', "Make it active there, or choose another account.")
            ]
        return [] if any_type else self._type_faults(key, found)

    def _type_faults(self, key: str, account: Account) -> list[Fault]:
        group, _, name = key.partition(".")
        allowed = allowed_types(group, name)
        if not account.type or (account.type in allowed if allowed else account.type not in _NEVER):
            return []
        kind = _words([account.type])
        if allowed:
            fix = f"Choose an account of type {_words(sorted(allowed))}."
        else:
            fix = f"Choose an account that is not {_words(sorted(_NEVER))}."
        return [Fault(key, f'"{account.full_name}" is of type {kind}, which does not fit here.', fix)]

    def _near(self, name: str) -> str:
        """The account most like ``name``, by its full name or by its last part; empty if none is like it."""
        last_parts = {full.rsplit(":", 1)[-1]: full for full in self._by_name}
        for candidates in ({full: full for full in self._by_name}, last_parts):
            close = difflib.get_close_matches(name.lower(), candidates, n=1, cutoff=0.7)
            if close:
                return self._by_name[candidates[close[0]]].full_name
        return ""


def allowed_types(group: str, name: str) -> frozenset[str] | None:
    """The only types QuickBooks takes there; None where every type does that is not of ``_NEVER``."""
    return _MONEY if group == "tenders" else _TYPES.get(name)


def key_faults(accounts: Mapping[str, str]) -> list[Fault]:
    """Keys that are none of ours, and required ones that are missing."""
    unknown = [
        Fault(f"accounts.{key}", f'"{key}" is not an account key.', did_you_mean(key, ACCOUNT_KEYS))
        for key in accounts
        if key not in ACCOUNT_KEYS
    ]
    return unknown + missing_faults(accounts)


def missing_faults(accounts: Mapping[str, str]) -> list[Fault]:
    return [
        Fault(f"accounts.{key}", "No account is chosen.", "Choose a QuickBooks account.")
        for key in REQUIRED_ACCOUNTS
        if not accounts.get(key)
    ]


def did_you_mean(name: str, known: Sequence[str]) -> str:
    close = difflib.get_close_matches(name.lower(), known, n=1, cutoff=0.6)
    return f'Did you mean "{close[0]}"?' if close else "Leave it out."


def _words(types: Sequence[str]) -> str:
    return " or ".join(_WORDS.get(kind, kind) for kind in types)
