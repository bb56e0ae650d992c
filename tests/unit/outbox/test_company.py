"""The company's profile and lists: read at first contact, in pages, shown only when complete."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.outbox import company, connection, reading_lists
from connector.quickbooks.profile import CompanyProfile
from infra.local.company import DEMO_ACCOUNTS, ComError
from infra.local.web_connector import Fault
from tests.fakes.office import SHOP, START, Office, receipt


@pytest.fixture
def office() -> Office:
    return Office()


def add_customers(office: Office, count: int) -> None:
    adds = "".join(
        f'<CustomerAddRq requestID="{n}"><CustomerAdd><Name>Person {n:05d}</Name></CustomerAdd></CustomerAddRq>'
        for n in range(count)
    )
    office.company.process(
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
        f"{adds}</QBXMLMsgsRq></QBXML>"
    )


def test_first_contact_reads_everything_the_settings_page_needs(office: Office) -> None:
    assert office.update().ok
    names = {account["full_name"] for account in company.accounts(office.table, SHOP)}
    assert set(DEMO_ACCOUNTS.values()) <= names
    for name in company.LISTS:
        company.elements(office.table, SHOP, name)
    seen = company.profile(office.table, SHOP)
    assert seen is not None
    assert seen.company_name == "Demo Company"


def test_an_unknown_list_is_an_error(office: Office) -> None:
    with pytest.raises(KeyError):
        company.elements(office.table, SHOP, "employees")


def test_lists_are_read_again_when_they_are_old_or_asked_for(office: Office) -> None:
    office.update()
    office.pass_time(minutes=15)
    assert office.update().round_trips == 0
    company.want_lists(office.table, SHOP, office.now)
    office.pass_time(minutes=15)
    assert office.update().round_trips > 0
    office.pass_time(hours=13)
    assert office.update().round_trips > 0


def test_long_lists_come_in_pages_and_are_counted(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_lists, "PAGE", 40)
    add_customers(office, 150)
    run = office.update()
    assert run.ok
    people = [c["full_name"] for c in company.elements(office.table, SHOP, "customers")]
    assert len([p for p in people if p.startswith("Person")]) == 150
    assert len(set(people)) == len(people)
    limits = company.limits(office.table, SHOP, office.now)
    assert limits["names"]["used"] >= 150
    assert limits["names"]["used"] < limits["names"]["limit"]


def test_a_session_that_ends_between_two_pages_leaves_the_old_list(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    office.update()
    before = company.elements(office.table, SHOP, "customers")
    monkeypatch.setattr(reading_lists, "PAGE", 40)
    add_customers(office, 150)
    office.pass_time(hours=13)
    office.update(faults={6: Fault.DIE_BEFORE})
    assert company.elements(office.table, SHOP, "customers") == before
    office.pass_time(minutes=15)
    assert office.update().ok
    assert len(company.elements(office.table, SHOP, "customers")) == len(before) + 150


def test_old_parts_are_forgotten(office: Office) -> None:
    office.update()
    first = sum(1 for _ in office.table.query(f"SHOP#{SHOP}", "COMPANY#"))
    for _ in range(3):
        office.pass_time(hours=13)
        office.update()
    assert sum(1 for _ in office.table.query(f"SHOP#{SHOP}", "COMPANY#")) == first


def test_lists_quickbooks_refuses_do_not_stop_the_posting(office: Office) -> None:
    office.company.faults.refuse("VendorQueryRq", 3261, "No access to personal data.", times=100)
    office.add([receipt(1)])
    office.update()
    assert office.states() == {"READ_BACK": 1}


def test_lists_quickbooks_cannot_even_read_the_question_for_are_put_off(office: Office) -> None:
    real = office.company.process

    def process(qbxml: str) -> str:
        if "AccountQueryRq" in qbxml:
            raise ComError("0x80040400", "Parse error.")
        return real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.add([receipt(1)])
    assert not office.update().ok
    office.pass_time(minutes=15)
    office.update()
    assert office.states() == {"READ_BACK": 1}


def test_the_forecast_goes_on_as_the_lists_grew() -> None:
    office = Office()
    company.store_profile(office.table, SHOP, CompanyProfile(product="QuickBooks Pro 2024"), START)
    company.complete(office.table, SHOP, "g1", START, {"names": 10_000, "items": 100})
    later = START + timedelta(days=90)
    company.complete(office.table, SHOP, "g2", later, {"names": 11_800, "items": 100})
    limits = company.limits(office.table, SHOP, later)
    assert limits["names"] == {
        "used": 11_800,
        "limit": 14_500,
        "full_on": (later + timedelta(days=135)).date().isoformat(),
    }
    assert limits["items"]["full_on"] == ""


def test_the_connection_page_tells_of_the_company(office: Office) -> None:
    office.update()
    view = connection.view(office.table, SHOP, office.now)
    assert view["company"]["name"] == "Demo Company"
    assert view["limits"]["items"]["limit"] > 0
    assert view["last_contact"]
