"""Secrets sealed by KMS. What is sealed for one shop and purpose opens for no other."""

from __future__ import annotations

from typing import Any

from botocore.exceptions import ClientError

LONGEST = 4096
"""Bytes KMS encrypts directly (AWS KMS API reference, Encrypt)."""

_BROKEN = frozenset({"InvalidCiphertextException", "IncorrectKeyException"})


class SealBroken(Exception):
    """Sealed for another shop or purpose, by another key, or damaged."""


class Vault:
    """``kms_client`` is a boto3 KMS client; ``key_id`` a key's id, ARN or alias."""

    def __init__(self, kms_client: Any, key_id: str) -> None:
        self._kms = kms_client
        self._key_id = key_id

    def seal(self, shop: str, purpose: str, text: str) -> bytes:
        """Raises ``ValueError`` when ``text`` is longer than KMS takes."""
        plain = text.encode()
        if not 0 < len(plain) <= LONGEST:
            raise ValueError(f"a secret must have 1 to {LONGEST} bytes, this has {len(plain)}")
        answer = self._kms.encrypt(KeyId=self._key_id, Plaintext=plain, EncryptionContext=_context(shop, purpose))
        return bytes(answer["CiphertextBlob"])

    def open(self, shop: str, purpose: str, sealed: bytes) -> str:
        try:
            answer = self._kms.decrypt(
                KeyId=self._key_id, CiphertextBlob=sealed, EncryptionContext=_context(shop, purpose)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] in _BROKEN:
                raise SealBroken(f"the {purpose} of {shop} can't be opened") from None
            raise
        return bytes(answer["Plaintext"]).decode()


def _context(shop: str, purpose: str) -> dict[str, str]:
    return {"shop": shop, "purpose": purpose}
