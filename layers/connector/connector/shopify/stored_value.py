"""Gift cards and store credit accounts, each with all its transactions."""

from __future__ import annotations

from datetime import datetime

from connector.shopify.client import AdminClient
from connector.shopify.paging import Node, Page, page, rest, run_page, since
from connector.shopify.permissions import granted_scopes, refused

CARDS, CARD_TRANSACTIONS = 40, 20
CUSTOMERS, ACCOUNTS, ACCOUNT_TRANSACTIONS = 30, 3, 10
MORE = 100


def gift_cards_page(client: AdminClient, updated_since: datetime, cursor: str | None) -> Page:
    """Cards changed at or after ``updated_since``, latest change first; Shopify has no search for it, so reading stops
    at the first older one. ``transactions`` is None without the permission for them."""

    def read() -> Node:
        variables = {"first": CARDS, "after": cursor, "transactions": CARD_TRANSACTIONS}
        connection: Node = run_page(client, "gift_cards_page", variables, optional={"transactions"})["giftCards"]
        fresh = [card for card in connection["nodes"] if datetime.fromisoformat(card["updatedAt"]) >= updated_since]
        ended = len(fresh) < len(connection["nodes"])
        whole = [card | {"transactions": _card_transactions(client, card)} for card in fresh]
        denied = any(card["transactions"] is None for card in whole)
        return {
            "nodes": whole,
            "pageInfo": _END if ended else connection["pageInfo"],
            "missing": refused("gift_cards", granted_scopes(client)) if denied else None,
        }

    return page(client, "gift_cards", read)


_END = {"hasNextPage": False, "endCursor": None}


def _card_transactions(client: AdminClient, card: Node) -> list[Node] | None:
    if card["transactions"] is None:
        return None
    variables = {"id": card["id"], "first": MORE}
    path = ("giftCard", "transactions")
    return rest(client, card["transactions"], "gift_card_transactions_page", path, variables)


def store_credit_page(client: AdminClient, updated_since: datetime | None, cursor: str | None) -> Page:
    """Store credit accounts of customers changed at or after ``updated_since``; None reads every customer.

    Whether a customer counts as changed when only the credit did is not documented, so read all of them once a week.
    Accounts of companies' locations are not read.
    """

    def read() -> Node:
        variables = {
            "first": CUSTOMERS,
            "after": cursor,
            "query": since("updated_at", updated_since) if updated_since else "",
            "accounts": ACCOUNTS,
            "transactions": ACCOUNT_TRANSACTIONS,
        }
        connection: Node = run_page(client, "store_credit_page", variables)["customers"]
        accounts = [
            account | {"transactions": _account_transactions(client, account)}
            for customer in connection["nodes"]
            for account in _accounts(client, customer)
        ]
        return {"nodes": accounts, "pageInfo": connection["pageInfo"]}

    return page(client, "store_credit", read)


def _accounts(client: AdminClient, customer: Node) -> list[Node]:
    """A customer has one account a currency."""
    variables = {"id": customer["id"], "first": ACCOUNTS, "transactions": ACCOUNT_TRANSACTIONS}
    path = ("customer", "storeCreditAccounts")
    return rest(client, customer["storeCreditAccounts"], "store_credit_accounts_page", path, variables)


def _account_transactions(client: AdminClient, account: Node) -> list[Node]:
    variables = {"id": account["id"], "first": MORE}
    path = ("storeCreditAccount", "transactions")
    return rest(client, account["transactions"], "store_credit_transactions_page", path, variables)
