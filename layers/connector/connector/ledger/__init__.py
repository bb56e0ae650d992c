"""What happened in Shopify, as immutable facts. Pure: no AWS, no HTTP, no clock."""
