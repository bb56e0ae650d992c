"""Requests that no page of ours makes: each is refused in words or finds nothing, and never comes to a 500."""

from __future__ import annotations

from typing import Any

import pytest

from connector.storage import keys
from tests.fakes.memory_table import MemoryTable
from tests.unit.app.conftest import SHOP, Call, Clock, session_token, settings_document

LONG = "x" * 2_000


@pytest.mark.parametrize(
    ("path", "query"),
    [
        ("/api/entries", {"state": "HELD", "after": "\u00b2"}),
        ("/api/entries", {"state": "HELD", "after": "9" * 30}),
        ("/api/export", {"what": "entries", "after": "~~"}),
        ("/api/export", {"what": "facts", "after": "\u00e9"}),
        ("/api/export", {"what": "tie-out", "after": "9998-12-31"}),
        ("/api/audit", {"before": "\u00e9"}),
        ("/api/syncs", {"before": "\u00e9"}),
    ],
)
def test_a_place_that_no_page_named_finds_nothing(call: Call, installed: str, path: str, query: dict[str, str]) -> None:
    assert call("GET", path, query=query).status == 200


@pytest.mark.parametrize("day", ["0001-01-01", "1900-12-31", "3000-01-01", "9999-12-31"])
def test_days_that_no_books_have_are_refused(call: Call, connected: str, day: str) -> None:
    for path in ("/api/preview", "/api/tie-out"):
        assert call("GET", path, query={"from": day, "to": day}).status == 422
    assert call("POST", "/api/syncs", {"from": day, "to": day}).status == 422
    assert call("PUT", "/api/settings", settings_document(start_date=day)).status == 422
    assert call("GET", "/api/month-end", query={"month": day[:7]}).status == 422


@pytest.mark.parametrize("day", ["0001-01-01", "9999-12-31"])
def test_a_page_that_is_asked_for_such_days_shows_its_usual_ones(
    visit: Call, installed: str, clock: Clock, day: str
) -> None:
    signed = {"shop": SHOP, "id_token": session_token(clock())}
    assert visit("/tie-out", signed | {"from": day, "to": day}).status == 200
    assert visit("/tie-out", signed | {"part": "clearing", "to": day}).status == 200
    assert visit("/month-end", signed | {"month": day[:7]}).status == 200
    assert visit(f"/syncs/{LONG}", signed).status == 404


@pytest.mark.parametrize(
    "body", ['{"reason": "\\ud800"}', '{"reason": "\ud800"}', '{"version": NaN}', '{"version": -Infinity}']
)
def test_what_could_never_be_shown_again_is_no_json(call: Call, installed: str, body: str) -> None:
    assert call("PUT", "/api/settings", body).status == 400


def test_an_id_that_no_entry_can_have_is_not_found(call: Call, installed: str) -> None:
    """DynamoDB takes keys of up to 1,024 bytes, and refuses to look for others."""
    assert call("GET", f"/api/entries/{LONG}").status == call("GET", f"/api/syncs/{LONG}").status == 404
    answer = call("POST", "/api/entries/retry", {"ids": [LONG]})
    assert answer.json["entries"] == [{"id": LONG, "problem": "There is no such entry."}]


@pytest.mark.parametrize("fix", [[], {}, None, 1])
def test_a_fix_that_is_no_name_is_refused(call: Call, installed: str, fix: Any) -> None:
    assert call("POST", "/api/entries/e1/fix", {"fix": fix}).status == 422


def test_an_if_match_of_very_many_digits_is_another_version(call: Call, installed: str, table: MemoryTable) -> None:
    answer = call("PUT", "/api/settings", settings_document(), headers={"If-Match": "9" * 5_000})
    assert answer.status == 409
    assert table.get(keys.shop(SHOP), keys.SETTINGS) is None


@pytest.mark.parametrize("group", ["accounts", "tenders", "classes"])
def test_a_mapping_of_very_many_names_is_refused_as_a_whole(call: Call, connected: str, group: str) -> None:
    """For each name that is wrong one like it is looked for among the company's: thousands would take minutes."""
    many = {f"k{number}": "Salse" for number in range(501)}
    assert call("PUT", "/api/settings", {group: many}).faults == {group: "This is too long."}
