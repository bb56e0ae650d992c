"""Purchases: what was ordered, received and billed, and a file that is looked at before it is imported."""

from __future__ import annotations

from collections.abc import Iterator

import pytest
from playwright.sync_api import expect

from tests.browser.conftest import AdminOf, axe, fits
from tests.browser.lived_in import LivedIn, lived_in, reads_well

LANGUAGES = ("en", "da")
FILE = (
    "PO number;Leverandør;SKU;Antal;Kostpris\n"
    "P-901;Kaffe & Co;KOP-1;10;12,50\n"
    "P-901;Kaffe & Co;KOP-2;4;1.200,00\n"
    "P-902;;KOP-1;3;12,50\n"
)


@pytest.fixture(scope="module")
def shop() -> Iterator[LivedIn]:
    with lived_in() as shop:
        yield shop


@pytest.mark.parametrize("language", LANGUAGES)
@pytest.mark.parametrize("phone", [False, True], ids=["desktop", "phone"])
def test_purchases_with_their_documents(shop: LivedIn, admin_of: AdminOf, language: str, phone: bool) -> None:
    frame = reads_well(admin_of(shop.site, phone=phone), "/purchases", "purchases", language)
    expect(frame.get_by_text("#PO0001").first).to_be_visible()


@pytest.mark.parametrize("language", LANGUAGES)
def test_a_file_is_looked_at_and_brought_in(shop: LivedIn, admin_of: AdminOf, language: str) -> None:
    texts = {
        "en": ("1 purchase can be imported.", "The supplier is missing.", "Import", "Supplier"),
        "da": ("1 indkøb kan indlæses.", "Leverandøren mangler.", "Indlæs", "Leverandør"),
    }[language]
    admin = admin_of(shop.site)
    frame = admin.open("/purchases", locale=language)
    # As an old program on Windows writes it.
    frame.locator("input[type=file]").set_input_files(
        {"name": "po.csv", "mimeType": "text/csv", "buffer": FILE.encode("windows-1252")}
    )
    expect(frame.get_by_text(texts[0])).to_be_visible()
    expect(frame.get_by_text(texts[1])).to_be_visible()
    expect(frame.locator("#columns").get_by_label(texts[3]).first).to_have_value("Leverandør")
    axe(frame)
    fits(frame)
    frame.get_by_role("button", name=texts[2], exact=True).click()
    expect(frame.locator("#notices s-banner")).to_be_visible()
    frame = admin.open("/purchases", locale=language)
    expect(frame.get_by_text("P-901")).to_be_visible()
    expect(frame.get_by_text("Kaffe & Co")).to_be_visible()
    assert admin.complaints == []


def test_a_wrong_column_is_put_right_before_the_import(shop: LivedIn, admin_of: AdminOf) -> None:
    frame = admin_of(shop.site).open("/purchases", locale="da")
    text = FILE.replace("Antal", "Hvor mange")
    frame.locator("input[type=file]").set_input_files(
        {"name": "po.csv", "mimeType": "text/csv", "buffer": text.encode()}
    )
    expect(frame.locator("#preview .error")).to_be_visible()
    expect(frame.get_by_role("button", name="Indlæs", exact=True)).to_be_disabled()
    axe(frame)
    frame.locator("#columns").get_by_label("Bestilt antal").select_option("Hvor mange")
    expect(frame.get_by_text("1 indkøb kan indlæses.")).to_be_visible()


def test_no_file_is_said_beside_the_field(shop: LivedIn, admin_of: AdminOf) -> None:
    frame = admin_of(shop.site).open("/purchases")
    frame.get_by_role("button", name="Look at the file").click()
    expect(frame.get_by_text("There is no file.")).to_be_visible()
    frame.get_by_role("searchbox").fill("nobody")
    frame.get_by_role("button", name="Search").click()
    frame.wait_for_url("**q=nobody**")
    expect(frame.get_by_text("There is no purchase here yet.")).to_be_visible()
