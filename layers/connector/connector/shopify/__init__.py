"""Shopify: installing, tokens, webhooks, and the Admin API."""
