"""Our own small files: kept for a year under the version they are of, and nothing but them can be had."""

from __future__ import annotations

import re

import pytest

from connector.app.pages import static
from tests.unit.app.conftest import SHOP, Call, Clock, session_token

MOST_BYTES = 100_000
"""Of all files together, of which a page loads a part: what is promised for a single page."""


def load(clock: Clock) -> dict[str, str]:
    return {"embedded": "1", "shop": SHOP, "locale": "en", "id_token": session_token(clock())}


def test_a_page_names_its_files_by_their_version_and_they_are_kept_for_a_year(
    visit: Call, clock: Clock, installed: str
) -> None:
    page = visit("/", load(clock))
    addresses = re.findall(r'(?:src|href)="(/live/static/[^"]+)"', page.text)
    assert {address.rpartition("/")[2] for address in addresses} == {"app.css", "page.js", "home.js"}
    for address in addresses:
        file = visit(address.removeprefix("/live"))
        assert file.status == 200
        assert file.headers["cache-control"] == "public, max-age=31536000, immutable"
        kind = "text/css" if address.endswith(".css") else "text/javascript"
        assert file.headers["content-type"] == f"{kind}; charset=utf-8"


def test_a_file_of_another_version_is_answered_with_todays_and_not_kept(visit: Call) -> None:
    file = visit("/static/0123456789ab/app.css")
    assert file.status == 200 and file.headers["cache-control"] == "no-store"


@pytest.mark.parametrize(
    "path",
    [
        "../services.py",
        "..%2Fservices.py",
        "static.py",
        "",
        "/etc/passwd",
        "x/app.css",
        "app.css\0",
        "..\\services.py",
    ],
)
def test_nothing_else_can_be_had(visit: Call, path: str) -> None:
    file = visit(f"/static/{static.version()}/{path}")
    assert file.status == 404 and "import" not in file.text


def test_they_weigh_little() -> None:
    assert sum(len(content.encode()) for content in static._files().values()) < MOST_BYTES


def test_a_page_itself_weighs_little(visit: Call, clock: Clock, installed: str) -> None:
    assert len(visit("/", load(clock)).text.encode()) < 12_000
