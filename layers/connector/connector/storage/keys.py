"""Every key of the table, in one place. A shop's items share the partition ``SHOP#<domain>``.

| item | sk | what |
|---|---|---|
| installation | INSTALLATION | sealed tokens, scopes, state |
| profile | PROFILE | the shop's time zone, currency, name |
| settings | SETTINGS, SETTINGS#000001 | the current version, and each version that ever was |
| integration | INTEGRATION | started once; the schedule |
| connection | CONNECTION | Web Connector user, token hash, FileID, company profile, contacts |
| company list | COMPANY#<list> | a list as read from the company |
| sync | SYNC#<id> | one run for a window |
| order | ORDER#<legacy id> | an order's facts and which entry carries each |
| entry | ENTRY#<id> | one QuickBooks transaction to be |
| list element | LIST#<kind>#<key> | one customer, item, class, … and its ListID |
| name | NAME#<name space>#<name> | who uses a name of a QuickBooks list |
| reference | REF#<number> | who uses a Ref No. |
| message set | SET#<id> | the exact bytes of a round trip, and the answer |
| outstanding | OUTSTANDING | the one write set whose outcome is not known yet |
| day | DAY#<date> | tie-out amounts of a business day |

Outside a shop: ``USER#<user name>`` and ``TICKET#<ticket>`` of the Web Connector, ``STATE#<state>`` of an install.
The sparse index ``gsi1`` holds what waits for work: see the ``…_queue`` functions.
"""

from __future__ import annotations

from datetime import date


def shop(domain: str) -> str:
    return f"SHOP#{domain}"


def user(name: str) -> str:
    return f"USER#{name}"


def ticket(value: str) -> str:
    return f"TICKET#{value}"


def oauth_state(value: str) -> str:
    return f"STATE#{value}"


INSTALLATION = "INSTALLATION"
PROFILE = "PROFILE"
SETTINGS = "SETTINGS"
INTEGRATION = "INTEGRATION"
CONNECTION = "CONNECTION"
OUTSTANDING = "OUTSTANDING"


def settings_version(version: int) -> str:
    return f"SETTINGS#{version:06d}"


def company_list(name: str) -> str:
    return f"COMPANY#{name}"


def sync(sync_id: str) -> str:
    return f"SYNC#{sync_id}"


def order(legacy_id: str) -> str:
    return f"ORDER#{legacy_id}"


def entry(entry_id: str) -> str:
    return f"ENTRY#{entry_id}"


def list_element(kind: str, key: str) -> str:
    return f"LIST#{kind}#{key}"


def name(space: str, value: str) -> str:
    return f"NAME#{space}#{value.lower()}"


def reference(number: str) -> str:
    return f"REF#{number}"


def message_set(set_id: str) -> str:
    return f"SET#{set_id}"


def day(value: date) -> str:
    return f"DAY#{value.isoformat()}"


def open_orders_queue(domain: str) -> str:
    """Orders with facts that no entry carries yet."""
    return f"{shop(domain)}#OPEN"


def entries_queue(domain: str, state: str) -> str:
    """Entries by state, in posting order. States that wait for nothing (done) are not in the index."""
    return f"{shop(domain)}#ENTRIES#{state}"


def list_elements_queue(domain: str) -> str:
    """List elements whose ListID is not known yet."""
    return f"{shop(domain)}#LISTS"
