"""The merchant's API and pages."""
