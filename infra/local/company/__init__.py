"""A stand-in for a QuickBooks company: strict qbXML, lists, double entry, all in SQLite. Knows nothing of the app.

A message set goes ``reading`` (by the tables of ``messages``) → ``company`` → ``lists``, ``forms`` or ``queries`` →
``presenting`` and ``writing``. Not kept: group items, assemblies, price levels, sites, lots, jobs' estimates, bill
payments, payroll, amounts in a foreign currency; a request that needs one is refused, never quietly taken.
"""

from __future__ import annotations

from infra.local.company.company import Company
from infra.local.company.errors import ComError
from infra.local.company.profile import Preferences
from infra.local.company.seed import DEMO_ACCOUNTS

__all__ = ["DEMO_ACCOUNTS", "ComError", "Company", "Preferences"]
