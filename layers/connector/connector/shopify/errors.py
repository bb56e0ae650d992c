"""What can go wrong between a shop and us. Messages are plain enough for a page and never carry a token."""

from __future__ import annotations


class ShopifyError(Exception):
    """Base of everything below."""


class InvalidShop(ShopifyError):
    """Not the domain of a shop."""


class InstallRefused(ShopifyError):
    """A request of the install dance is not to be trusted. ``status`` is the HTTP answer."""

    def __init__(self, reason: str, status: int = 400) -> None:
        super().__init__(reason)
        self.status = status


class InvalidSessionToken(ShopifyError):
    """A session token that proves nothing. ``str`` of it says why."""


class NeedsMerchant(ShopifyError):
    """Only the merchant can help: the app must be opened (or installed) in the Shopify admin again."""


class ShopifyUnavailable(ShopifyError):
    """Shopify did not answer properly after every retry; the same call may work later."""


class ShopifyRefused(ShopifyError):
    """Shopify answered with a status that no retry changes."""

    def __init__(self, status: int, reason: str) -> None:
        super().__init__(reason)
        self.status = status


class GraphQLFailed(ShopifyError):
    """The document was answered with errors. ``messages`` are Shopify's own; ``codes`` their extension codes."""

    def __init__(self, document: str, messages: list[str], codes: frozenset[str] = frozenset()) -> None:
        super().__init__(f"{document}: " + "; ".join(messages))
        self.messages = messages
        self.codes = codes


class FieldsDenied(GraphQLFailed):
    """The shop's grant does not cover some fields; ``fields`` are their paths (``orders.nodes.customer``)."""

    def __init__(self, document: str, fields: list[str], messages: list[str]) -> None:
        named = [f"no access to {field}: {message}" for field, message in zip(fields, messages, strict=True)]
        super().__init__(document, named, frozenset({"ACCESS_DENIED"}))
        self.fields = fields
