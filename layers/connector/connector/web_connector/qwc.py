"""The .qwc file with which a bookkeeper adds us to the Web Connector.

Elements: Intuit, QuickBooks Web Connector Programmer's Guide, chapter 4. The same arguments always give the same
bytes: the Web Connector refuses a second file that pairs our OwnerID with another FileID.
"""

from __future__ import annotations

from datetime import timedelta

from connector.outbox import health
from connector.web_connector.soap import escape

FILE_NAME = "shopify-quickbooks.qwc"
MINUTES_BETWEEN_RUNS = health.RUNS_EVERY // timedelta(minutes=1)
_LONGEST_DESCRIPTION = 80


def qwc_file(user_name: str, file_id: str, owner_id: str, public_url: str, shop_name: str) -> str:
    """``file_id`` and ``owner_id`` are GUIDs, with or without braces; ``public_url`` is https in the cloud.

    IsReadOnly must be false: with true the Web Connector cannot write our FileID into the company. The style must be
    said: an RPC client would read the answer to ``authenticate`` as null.
    """
    base = public_url.rstrip("/")
    name = f"Shopify Connector - {shop_name}"
    elements = (
        ("AppName", name),
        ("AppID", ""),
        ("AppURL", f"{base}/quickbooks"),
        ("AppDescription", f"Posts the sales of {shop_name} to QuickBooks"[:_LONGEST_DESCRIPTION]),
        ("AppSupport", f"{base}/support"),
        ("AppUniqueName", f"{name} ({user_name})"),
        ("UserName", user_name),
        ("OwnerID", _braced(owner_id)),
        ("FileID", _braced(file_id)),
        ("QBType", "QBFS"),
        ("Style", "Document"),
        ("AuthFlags", "0xF"),
        ("IsReadOnly", "false"),
        ("Notify", "false"),
        ("PersonalDataPref", "pdpNotNeeded"),
        ("UnattendedModePref", "umpRequired"),
    )
    lines = [f"  <{element}>{escape(value)}</{element}>" for element, value in elements]
    schedule = f"  <Scheduler><RunEveryNMinutes>{MINUTES_BETWEEN_RUNS}</RunEveryNMinutes></Scheduler>"
    return "\n".join(['<?xml version="1.0"?>', "<QBWCXML>", *lines, schedule, "</QBWCXML>", ""])


def _braced(guid: str) -> str:
    return "{" + guid.strip("{}").upper() + "}"
