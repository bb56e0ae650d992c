"""What a page of ours weighs, and how long the first one takes.

The weight is that of what comes from our own origin, uncompressed: the document, the style and every module that it
loads, as a browser with an empty cache gets them. Shopify's own scripts from its CDN are not ours.
"""

from __future__ import annotations

import re
import statistics
import tempfile
import time
from collections.abc import Iterator
from contextlib import redirect_stdout
from io import StringIO
from pathlib import Path
from urllib.parse import urlsplit

import httpx

from infra.local import trying
from infra.local.demo import Size
from tests.bench.figures import Figure
from tests.browser.lived_in import LivedIn, lived_in
from tests.browser.site import Site
from tests.integration.processes import free_port

MOST_BYTES = 100_000
MOST_MILLISECONDS = 150
VISITS, FIRST = 20, 3
_IMPORT = re.compile(r"""(?:from|import)\s+["']\./([\w-]+\.js)["']""")
_ADDRESS = re.compile(r"""(?:src|href)="([^"]*/static/[^"]+)\"""")
PAGES = (
    *("/", "/setup/start", "/setup/tax", "/setup/connect", "/setup/mapping", "/setup/schedule", "/setup/modes"),
    *("/setup/purchases", "/setup/preview", "/setup/finish", "/syncs", "/exceptions", "/tie-out", "/purchases"),
    *("/mapping", "/settings", "/audit", "/month-end", "/reset"),
)


def measure() -> Iterator[Figure]:
    with lived_in() as shop:
        yield from _weights(shop)
        yield Figure("first page, the handler alone", 1000 * _handled(shop.site), "ms")
    yield from _on_the_stack()


def _weights(shop: LivedIn) -> Iterator[Figure]:
    """A shop with two days behind it: no page is empty."""
    weights = {path: _weight(shop.site, path) for path in PAGES}
    heaviest = max(weights, key=lambda path: weights[path])
    yield Figure("first page, our own html, css and js", weights["/"] / 1000, "kB", MOST_BYTES / 1000)
    yield Figure(f"heaviest page ({heaviest}), our own", weights[heaviest] / 1000, "kB", MOST_BYTES / 1000)


def _weight(site: Site, path: str) -> int:
    answer = httpx.get(site.address(path), timeout=30)
    if answer.status_code != 200:
        raise AssertionError(f"{path}: {answer.status_code}")
    total, origin = len(answer.content), urlsplit(site.url)
    waiting = {f"{origin.scheme}://{origin.netloc}{found}" for found in _ADDRESS.findall(answer.text)}
    seen: set[str] = set()
    while waiting - seen:
        address = (waiting - seen).pop()
        seen.add(address)
        file = httpx.get(address)
        file.raise_for_status()
        total += len(file.content)
        waiting |= {f"{address.rpartition('/')[0]}/{name}" for name in _IMPORT.findall(file.text)}
    return total


def _handled(site: Site) -> float:
    """Seconds of a visit in this process, over a table in memory: our part of the time."""
    seconds = []
    for _ in range(VISITS + 1):
        target = site.address("/").removeprefix(site.origin)
        began = time.perf_counter()
        answer = site.answer("GET", target, {}, "")
        seconds.append(time.perf_counter() - began)
        if answer["statusCode"] != 200:
            raise AssertionError(answer["body"][:300])
    return statistics.median(seconds[1:])


def _on_the_stack() -> Iterator[Figure]:
    """The first page of a shop that has just installed, as its admin opens it: a warm function, the emulator around it.

    The emulator keeps a function's process between calls, as Lambda does; the first visits start it and install.
    """
    with (
        tempfile.TemporaryDirectory() as folder,
        redirect_stdout(StringIO()),
        trying.set_up(Path(folder) / "local", free_port(), Size(1, 1, "detailed")) as (scene, _, _),
        httpx.Client(timeout=60) as browser,
    ):
        addresses = (scene.shop.shop.tokens.embedded_url(f"{scene.running.url}/") for _ in range(VISITS + FIRST))
        milliseconds = [1000 * _visited(browser, address) for address in addresses]
    milliseconds = milliseconds[FIRST:]
    yield Figure("first page, warm function, median", statistics.median(milliseconds), "ms", MOST_MILLISECONDS)
    yield Figure("first page, warm function, slowest", max(milliseconds), "ms")


def _visited(browser: httpx.Client, address: str) -> float:
    began = time.perf_counter()
    answer = browser.get(address)
    seconds = time.perf_counter() - began
    if answer.status_code != 200:
        raise AssertionError(f"{answer.status_code}: {answer.text[:300]}")
    return seconds
