"""Dataclasses to compact JSON and back, for what is kept inside an item."""

from __future__ import annotations

import gzip
from typing import Any, TypeVar

import msgspec

T = TypeVar("T")


def pack(value: Any) -> bytes:
    """Gzipped JSON; ``mtime=0`` so that equal values give equal bytes."""
    return gzip.compress(msgspec.json.encode(value), compresslevel=6, mtime=0)


def unpack(data: bytes, type_: type[T]) -> T:
    return msgspec.json.decode(gzip.decompress(data), type=type_)


def text_of(data: bytes) -> bytes:
    """The JSON of what was packed, for looking for something in it without taking it apart."""
    return gzip.decompress(data)
