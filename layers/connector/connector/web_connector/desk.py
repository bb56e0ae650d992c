"""What every operation has at hand, and the turns of work made from it."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime

from connector.outbox import company, identity
from connector.outbox.turn import Turn
from connector.quickbooks.profile import CompanyProfile
from connector.storage import keys
from connector.storage.table import Table
from connector.web_connector.sessions import Session


@dataclass(frozen=True, slots=True)
class Desk:
    """``source`` is the address the call came from, empty if unknown."""

    table: Table
    now: datetime
    random_bytes: Callable[[int], bytes]
    source: str = ""

    def turn(self, session: Session) -> Turn:
        """What the outbox works with for this session now."""
        settings = self.table.get(keys.shop(session.shop), keys.SETTINGS) or {}
        return Turn(
            table=self.table,
            shop=session.shop,
            now=self.now,
            random_bytes=self.random_bytes,
            ticket=session.ticket,
            profile=company.profile(self.table, session.shop),
            receivable=(settings.get("accounts") or {}).get("accounts_receivable", ""),
            refusal=session.refusal,
            memory=session.memory,
        )

    def refusal(self, shop: str, profile: CompanyProfile | None = None) -> str:
        """Why nothing may be written in the company (as last seen, if no profile is given); empty if it may."""
        profile = profile or company.profile(self.table, shop)
        own = self.table.get(keys.shop(shop), keys.PROFILE) or {}
        return identity.refusal(profile, str(own.get("currency", ""))) if profile else ""
