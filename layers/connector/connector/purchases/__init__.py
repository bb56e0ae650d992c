"""Where purchases come from: Shopify's purchase orders, Stocky, and files of other programs; all as one source."""
