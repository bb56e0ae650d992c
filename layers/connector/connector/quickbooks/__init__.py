"""QuickBooks Desktop's language: qbXML messages, names and text, status codes, the company's profile."""
