"""The embedded pages: documents in the Shopify admin's frame, rendered here; what changes anything goes by the API."""

from connector.app.pages.answer import handle, page

__all__ = ["handle", "page"]
