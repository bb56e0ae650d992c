"""Export and starting over: everything can be taken along, and nothing ends without being typed."""

from __future__ import annotations

import csv
import io
import json
from collections.abc import Iterator
from pathlib import Path

import pytest
from playwright.sync_api import expect

from connector.app import export, integration
from connector.outbox.entries import EntryState
from tests.browser.conftest import AdminOf, axe
from tests.browser.lived_in import LivedIn, lived_in, reads_well
from tests.fakes.preparation import SHOP

LANGUAGES = ("en", "da")


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in() as shop:
        yield shop


@pytest.fixture
def own() -> Iterator[LivedIn]:
    """A shop to change."""
    with lived_in() as shop:
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_what_happens_is_named_before(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    frame = reads_well(admin_of(shop.site, phone=phone), "/reset", "reset", language)
    expect(frame.get_by_text(".qwc").first).to_be_visible()


def test_a_reset_is_typed_and_then_done(own: LivedIn, admin_of: AdminOf) -> None:
    own.update()
    own.update()
    admin = admin_of(own.site)
    frame = admin.open("/reset", locale="da")
    frame.get_by_role("button", name="Nulstil").click()
    expect(frame.get_by_text("Det, der blev skrevet, er ikke butikkens domæne.")).to_be_visible()
    expect(frame.get_by_text("Sig, hvad der skal ske med det, der er bogført.")).to_be_visible()
    axe(frame)
    assert integration.find(own.job.table, SHOP).started
    frame.get_by_label("Fjern det").check()
    frame.get_by_label(f"Skriv {SHOP} for at bekræfte").fill(SHOP)
    admin.page.keyboard.press("Enter")
    expect(frame.get_by_text("Integrationen er nulstillet.")).to_be_visible()
    assert not integration.find(own.job.table, SHOP).started
    assert own.entries(EntryState.UNDO)
    frame = admin.open("/reset", locale="da")
    expect(frame.get_by_text("der er ikke noget at nulstille")).to_be_visible()
    expect(frame.locator("#reset")).to_have_count(0)


def test_everything_is_downloaded_whole_though_it_comes_in_parts(
    own: LivedIn, admin_of: AdminOf, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(export, "MOST_ROWS", 5)
    admin = admin_of(own.site)
    frame = admin.open("/reset")
    frame.get_by_label("From", exact=True).fill("2026-03-01")
    frame.get_by_label("To", exact=True).fill("2026-04-30")

    def fetched(what: str) -> str:
        frame.get_by_label("What", exact=True).select_option(what)
        with admin.page.expect_download() as saved:
            frame.get_by_role("button", name="Download").click()
        return Path(saved.value.path()).read_text(encoding="utf-8-sig")

    entries = list(csv.DictReader(io.StringIO(fetched("entries"))))
    assert {one["id"] for one in entries} == {entry.id for entry in own.entries()}
    facts = list(csv.DictReader(io.StringIO(fetched("facts"))))
    known = {
        f.id for record in own.job.preparation.records().values() for f in (*record.facts.sales, *record.facts.money)
    }
    assert {one["id"] for one in facts} == known
    lines = list(csv.DictReader(io.StringIO(fetched("tie-out"))))
    assert {one["day"] for one in lines} >= {day.isoformat() for day in own.job.world.days}
    settings = json.loads(fetched("settings"))
    assert settings["versions"] and "stocky_api_key" not in settings["versions"][0]
    assert admin.complaints == []
