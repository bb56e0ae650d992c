"""Shopify: install and tokens, the Admin GraphQL API, orders read as facts."""
