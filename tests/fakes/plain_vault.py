"""A vault without any secrecy."""

from __future__ import annotations

import base64
import json

from connector.storage.vault import SealBroken


class PlainVault:
    """Seals for a shop and a purpose, without any secrecy."""

    def seal(self, shop: str, purpose: str, text: str) -> bytes:
        return base64.b64encode(json.dumps([shop, purpose, text]).encode())

    def open(self, shop: str, purpose: str, sealed: bytes) -> str:
        found_shop, found_purpose, text = json.loads(base64.b64decode(sealed))
        if (found_shop, found_purpose) != (shop, purpose):
            raise SealBroken
        return str(text)
