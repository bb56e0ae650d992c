"""HMACs of Shopify's, compared in constant time."""

from __future__ import annotations

import hashlib
import hmac
from collections.abc import Iterable, Mapping, Sequence
from urllib.parse import quote

Query = Mapping[str, Sequence[str]]


def same(left: str, right: str) -> bool:
    """Constant-time comparison that also takes text which is not ASCII (``hmac.compare_digest`` would raise)."""
    return hmac.compare_digest(left.encode("utf-8", "surrogatepass"), right.encode("utf-8", "surrogatepass"))


def verify_query(query: Query, secrets: Iterable[str]) -> bool:
    """Whether the ``hmac`` of a query was made by Shopify with one of ``secrets``.

    Shopify's own libraries disagree on how values are encoded before signing: the Python one escapes only what would
    break the joined text, the JavaScript one form-encodes. Both are accepted; they differ only for unusual values.
    A name given twice is refused: which of its values was signed would be a guess.
    """
    given = query.get("hmac", ())
    signed = {name: values for name, values in query.items() if name not in ("hmac", "signature")}
    repeated = any(len(values) != 1 for name, values in signed.items() if not name.endswith("[]"))
    if len(given) != 1 or repeated:
        return False
    messages = (_escaped(signed), _form_encoded(signed))
    found = False
    for secret in secrets:
        for message in messages:
            digest = hmac.new(secret.encode(), message.encode("utf-8", "surrogatepass"), hashlib.sha256).hexdigest()
            found |= same(digest, given[0])
    return found


def _joined(name: str, values: Sequence[str]) -> tuple[str, str]:
    if name.endswith("[]"):
        return name.removesuffix("[]"), "[" + ", ".join(f'"{value}"' for value in values) + "]"
    return name, values[0]


def _escaped(query: Query) -> str:
    pairs = (_joined(name, values) for name, values in query.items())
    return "&".join(
        sorted(
            f"{name.replace('%', '%25').replace('&', '%26').replace('=', '%3D')}="
            f"{value.replace('%', '%25').replace('&', '%26')}"
            for name, value in pairs
        )
    )


def _form_encoded(query: Query) -> str:
    pairs = sorted((name, value) for name, values in query.items() for value in values)
    return "&".join(f"{quote(name, safe='*-._')}={quote(value, safe='*-._')}" for name, value in pairs)
