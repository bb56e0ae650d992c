"""The file of a bulk operation, line by line, whatever happens to the connection.

Its address is signed and belongs to a file storage: nothing of ours goes there, least of all a token. What is cut off
is taken up where it ended (``Range``), or begun anew where the storage can't do that.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator

import httpx

from connector.shopify.errors import ShopifyError, ShopifyUnavailable

ATTEMPTS = 6
"""In a row without a byte more than before."""

_RETRIED = frozenset({408, 425, 429, 500, 502, 503, 504})


class FileGone(ShopifyError):
    """The address is not good any more: it expires, with the file, seven days after the operation."""


class BeginAnew(ShopifyError):
    """What has been read so far does not count: the storage gives the file from its beginning only."""


class Download:
    """``size`` is the file's, where Shopify says it: then nothing less is taken for the whole.

    ``lines`` may be read once. ``received`` counts the bytes so far, ``whole`` says whether the last line ended.
    """

    def __init__(self, http: httpx.Client, url: str, sleep: Callable[[float], None], size: int | None = None) -> None:
        self._http, self._url, self._sleep, self._size = http, url, sleep, size
        self.received = 0
        self.whole = True

    def lines(self) -> Iterator[bytes]:
        """Without their ends. Raises ``FileGone``, ``BeginAnew``, ``ShopifyUnavailable``."""
        rest = b""
        for piece in self._pieces():
            *lines, rest = (rest + piece).split(b"\n")
            yield from lines
        self.whole = not rest
        if rest:
            yield rest

    def _pieces(self) -> Iterator[bytes]:
        failures = 0
        while True:
            before = self.received
            try:
                yield from self._one_connection()
                if self._size is None or self.received >= self._size:
                    return
                problem = f"{self.received} of {self._size} bytes came"
            except httpx.TransportError as error:
                problem = type(error).__name__
            except _Unanswered as error:
                problem = str(error)
            failures = 0 if self.received > before else failures + 1
            if failures >= ATTEMPTS:
                raise ShopifyUnavailable(f"Shopify's file could not be fetched ({problem}).")
            self._sleep(min(2.0**failures, 30.0))

    def _one_connection(self) -> Iterator[bytes]:
        headers = {"Accept-Encoding": "identity"}  # so that bytes can be counted and asked for from the middle
        if self.received:
            headers["Range"] = f"bytes={self.received}-"
        with self._http.stream("GET", self._url, headers=headers, follow_redirects=True) as answer:
            if answer.status_code in _RETRIED:
                raise _Unanswered(f"status {answer.status_code}")
            if answer.status_code == 416 and self.received:
                return
            if answer.status_code not in (200, 206):
                raise FileGone(f"Shopify's file is not to be had any more (status {answer.status_code}).")
            if self.received and not _goes_on(answer, self.received):
                raise BeginAnew("the file is given from its beginning")
            for piece in answer.iter_bytes():
                self.received += len(piece)
                yield piece


class _Unanswered(Exception):
    """A status that may be another one in a moment."""


def _goes_on(answer: httpx.Response, at: int) -> bool:
    """Whether the answer is the file from byte ``at`` on; the bytes of a packed answer are others."""
    plain = answer.headers.get("Content-Encoding", "identity") == "identity"
    return answer.status_code == 206 and plain and answer.headers.get("Content-Range", "").startswith(f"bytes {at}-")
