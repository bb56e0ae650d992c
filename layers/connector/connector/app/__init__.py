"""The embedded pages and the JSON API below them, the merchant's settings, and what Shopify's webhooks ask for."""
