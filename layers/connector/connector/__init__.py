"""QuickBooks Desktop Connector for Shopify: one room a folder, imports only point down (see README)."""
