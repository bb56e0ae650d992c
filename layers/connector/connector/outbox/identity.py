"""Which company file is open, and whether it is the shop's (design §5.6).

The Web Connector writes the FileID of our .qwc into the company when it is added there. Another FileID means another
company: nothing is read or written. Some companies we can read but must not write to; then the reason is given.
"""

from __future__ import annotations

from collections.abc import Mapping
from typing import Any

from connector.outbox.connection import OWNER_ID
from connector.quickbooks.messages import QBXML_VERSION
from connector.quickbooks.profile import CompanyProfile

_READ_NEVER = "The open company is not the one this shop belongs to"
_MOVED = "If it is that one under a new name in a new place, confirm it in the app."


def stranger(connection: Mapping[str, Any], profile: CompanyProfile, company_file: str) -> str:
    """Why the open company is not this shop's, in words for the Web Connector's status; empty if it is."""
    found, ours = profile.file_id(OWNER_ID), str(connection["file_id"]).lower()
    seen = connection.get("company_seen") or {}
    name = profile.company_name or company_file or "another company"
    if found and found != ours:
        return f"{_READ_NEVER}: {name} is open. Open {seen.get('name') or 'the right company'} and update again."
    # At the very first contact the FileID may not be written yet; afterwards it is there, but in a copy or in a backup
    # from before. The Web Connector writes it into whatever file is open when it finds none, so a FileID alone is no
    # proof either: the file's path or the company's name must agree too.
    if not found and seen.get("file_id"):
        return f"{name} has lost the connector's mark. If it is the right company, start the update once more."
    if seen and not _same_company(seen, profile, company_file):
        right = seen.get("name") or seen.get("file")
        return f"{_READ_NEVER}: {name} is open. Open {right} and update again. {_MOVED}"
    return ""


def seen_now(profile: CompanyProfile, company_file: str) -> dict[str, Any]:
    """What is remembered of the company, to know it again."""
    return {"name": profile.company_name, "file": company_file, "file_id": profile.file_id(OWNER_ID)}


def _same_company(seen: Mapping[str, Any], profile: CompanyProfile, company_file: str) -> bool:
    """A file may be moved and a company be renamed, but not both between two updates."""
    file, name = str(seen.get("file", "")), str(seen.get("name", ""))
    if not (file and company_file) and not (name and profile.company_name):
        return True
    return (bool(file) and company_file.lower() == file.lower()) or (bool(name) and profile.company_name == name)


def refusal(profile: CompanyProfile, shop_currency: str) -> str:
    """Why nothing may be written in this company though it is the shop's; empty if it may."""
    if profile.country and profile.country != "US":
        return f"This is QuickBooks for {profile.country}; only the US edition can be posted to."
    if not profile.understands(QBXML_VERSION):
        return "This QuickBooks is too old: QuickBooks 2014 or later is needed."
    currency = profile.currency_code
    if profile.uses_multi_currency and profile.home_currency and not currency and shop_currency:
        return (
            f"The company keeps its books in {profile.home_currency}, the shop sells in {shop_currency}. "
            "They must be the same."
        )
    if currency and shop_currency and currency != shop_currency:
        return f"The company keeps its books in {currency}, the shop sells in {shop_currency}. They must be the same."
    return ""


def machine(profile: CompanyProfile) -> str:
    """The computer that holds the connection, from ``LOCKED:<machine>:<ticks>``; empty if it is not told."""
    parts = profile.app_lock(OWNER_ID).split(":")
    return parts[1].lower() if len(parts) > 1 else ""
