"""The shop of the Admin API's tests: purchases come by the same door."""

from __future__ import annotations

from tests.unit.shopify.conftest import (
    app,
    aws,
    client,
    clock,
    http,
    installations,
    installed,
    pair,
    shopify,
    table,
    vault,
    waits,
)

__all__ = [
    "app",
    "aws",
    "client",
    "clock",
    "http",
    "installations",
    "installed",
    "pair",
    "shopify",
    "table",
    "vault",
    "waits",
]
