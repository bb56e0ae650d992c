"""Every key of the table, in one place. A shop's items share the partition ``SHOP#<domain>``.

| item | sk | what |
|---|---|---|
| installation | INSTALLATION | sealed tokens, scopes, state |
| install under way | INSTALLING | one load of the page at a time exchanges its token |
| profile | PROFILE | the shop's time zone, currency, name |
| settings | SETTINGS, SETTINGS#000001 | the current version, and each version that ever was |
| integration | INTEGRATION | started once; the schedule |
| connection | CONNECTION | Web Connector user, token hash, FileID, company profile, contacts |
| company list | COMPANY#<list> | a list as read from the company |
| sync | SYNC#<id> | one run for a window |
| note of reading | READ#<sync id>#<legacy id>#<version> | which orders a transaction of a sync's reading changed |
| order | ORDER#<legacy id> | an order's facts and which entry carries each |
| entry | ENTRY#<id> | one QuickBooks transaction to be |
| list element | LIST#<kind>#<key> | one customer, item, class, … and its ListID |
| name | NAME#<name space>#<hash of the name> | who uses a name of a QuickBooks list |
| Ref Nos. | REF#<base without its last two digits> | who uses which of them |
| message set | SET#<id> | the exact bytes of a round trip, and the answer |
| outstanding | OUTSTANDING | the one write set whose outcome is not known yet |
| suspects | SUSPECTS | entries among which QuickBooks could not read one, in groups that are sent apart |
| anchors | ANCHORS | a few posted transactions by which the company's books are known again |
| recheck | RECHECK | how far reading everything back again has come |
| pace | PACE | how many writes the next message set may have |
| session | SESSION | the ticket of the run that counts |
| day | DAY#<date> | tie-out amounts of a business day |
| webhook | WEBHOOK#<id> | a webhook that has been carried out |
| finished bulk operation | BULKFINISH#<gid> | Shopify has said that it ended |
| privacy request | PRIVACY#<id> | a customer's data is asked for, or is to be forgotten |
| summary draft | DRAFT#<day>#<location>#<channel> | a summary document that still grows while its orders are read |
| fact | FACT#<topic>#<id> | a payout, cash session, purchase, … and which entry carries each part of it |
| chunk of a fact | FACTCHUNK#<topic>#<id>#<n> | what does not fit into its item |
| fact of a day | FACTDAY#<topic>#<date>#<id> | which facts a business day has |
| variant | VARIANT#<inventory item> | the variant whose stock an inventory item is |
| inventory item | ITEMOF#<variant> | a variant's |
| code | CODE#<hash of the code>#<inventory item> | which variants have a SKU or barcode |
| payment by gift card | CARDPAID#<date>#<transaction> | which change of a card is the other side of it |
| tender totals | TENDERS#<date> | Shopify's tender transactions of a day by method: a control |
| stock | STOCK, STOCK#<moment>#<n> | when the latest snapshot was taken, and its parts |
| stock being read | STOCKREAD#<moment>#<what>#<n> | pages of a snapshot that is not whole yet |
| summary numbers | SUMMARY#<date> | how many summary documents a day has |
| audit line | AUDIT#<moment>#<n> | who did what by hand: resets, undos, fixes |
| adoption | ADOPT | up to which day documents are looked for in QuickBooks before they are first posted |
| users | ROLES | who uses the app in this shop, and what they may do |
| set-up | SETUP | which steps of the set-up somebody has gone through |
| drift | DRIFT | since when changes made in QuickBooks are known |

Outside a shop: ``USER#<user name>`` and ``TICKET#<ticket>`` of the Web Connector, ``STATE#<state>`` of an install.
The sparse index ``gsi1`` holds what waits for work: see the ``…_queue`` functions.
"""

from __future__ import annotations

import hashlib
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
INSTALLING = "INSTALLING"
PROFILE = "PROFILE"
SETTINGS = "SETTINGS"
INTEGRATION = "INTEGRATION"
CONNECTION = "CONNECTION"
OUTSTANDING = "OUTSTANDING"
ROLES = "ROLES"
SETUP = "SETUP"
SUSPECTS = "SUSPECTS"
ANCHORS = "ANCHORS"
RECHECK = "RECHECK"
PACE = "PACE"
STOCK = "STOCK"
ADOPT = "ADOPT"
DRIFT = "DRIFT"
SESSION = "SESSION"


def settings_version(version: int) -> str:
    return f"SETTINGS#{version:06d}"


def company_list(name: str) -> str:
    return f"COMPANY#{name}"


def sync(sync_id: str) -> str:
    return f"SYNC#{sync_id}"


def read_note(sync_id: str, tail: str = "") -> str:
    return f"READ#{sync_id}#{tail}"


def order(legacy_id: str) -> str:
    return f"ORDER#{legacy_id}"


def entry(entry_id: str) -> str:
    return f"ENTRY#{entry_id}"


def list_element(kind: str, key: str) -> str:
    return f"LIST#{kind}#{key}"


def name(space: str, value: str) -> str:
    """By a hash: names are people's too, and a key outlives what is forgotten of them."""
    digest = hashlib.blake2b(value.lower().encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"NAME#{space}#{digest}"


def references(alike: str) -> str:
    return f"REF#{alike}"


def message_set(set_id: str) -> str:
    return f"SET#{set_id}"


def day(value: date) -> str:
    return f"DAY#{value.isoformat()}"


def webhook(delivery_id: str) -> str:
    return f"WEBHOOK#{delivery_id}"


def bulk_finish(operation: str) -> str:
    return f"BULKFINISH#{operation}"


def privacy_request(delivery_id: str) -> str:
    return f"PRIVACY#{delivery_id}"


def summary_draft(day: date, location: str, channel: str) -> str:
    return f"DRAFT#{day.isoformat()}#{location}#{channel}"


def summary_numbers(day: date) -> str:
    return f"SUMMARY#{day.isoformat()}"


def audit(moment: str, tail: str = "") -> str:
    return f"AUDIT#{moment}#{tail}"


def fact(topic: str, fact_id: str) -> str:
    return f"FACT#{topic}#{fact_id}"


def fact_chunk(topic: str, fact_id: str, number: int) -> str:
    return f"FACTCHUNK#{topic}#{fact_id}#{number}"


def fact_of_day(topic: str, value: date, fact_id: str) -> str:
    return f"FACTDAY#{topic}#{value.isoformat()}#{fact_id}"


def variant(inventory_item: str) -> str:
    return f"VARIANT#{inventory_item}"


def item_of_variant(variant_id: str) -> str:
    return f"ITEMOF#{variant_id}"


def variant_code(code: str, inventory_item: str) -> str:
    """By a hash: a code may hold any character, also the one that ends it here."""
    digest = hashlib.blake2b(code.strip().casefold().encode("utf-8", "surrogatepass"), digest_size=16).hexdigest()
    return f"CODE#{digest}#{inventory_item}"


def card_payment(value: date, transaction: str) -> str:
    return f"CARDPAID#{value.isoformat()}#{transaction}"


def tenders_of_day(value: date) -> str:
    return f"TENDERS#{value.isoformat()}"


def stock_part(taken_at: str, number: int) -> str:
    return f"STOCK#{taken_at}#{number:05d}"


def stock_read(taken_at: str, what: str, number: int) -> str:
    return f"STOCKREAD#{taken_at}#{what}#{number:06d}"


def facts_queue(domain: str, topic: str) -> str:
    """Facts of a topic with parts that no entry carries yet."""
    return f"{shop(domain)}#FACTS#{topic}"


def open_orders_queue(domain: str) -> str:
    """Orders with facts that no entry carries yet."""
    return f"{shop(domain)}#OPEN"


def entries_queue(domain: str, state: str) -> str:
    """Entries by state, in posting order. States that wait for nothing (done) are not in the index."""
    return f"{shop(domain)}#ENTRIES#{state}"


def list_elements_queue(domain: str) -> str:
    """List elements whose ListID is not known yet."""
    return f"{shop(domain)}#LISTS"


KEEP_ALIVE_QUEUE = "KEEP_ALIVE"
"""Installations by the day on which their chain of tokens must be renewed at the latest."""

PRIVACY_QUEUE = "PRIVACY"
"""Privacy requests that have not been carried out, oldest first."""
