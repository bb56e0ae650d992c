"""The SOAP endpoint that QuickBooks' Web Connector polls."""
