"""The company's profile and lists: read at first contact, in pages, shown only when complete."""

from __future__ import annotations

from datetime import timedelta

import pytest

from connector.outbox import company, connection, reading_lists, recheck
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


def asked(office: Office) -> list[str]:
    """What QuickBooks is asked from now on."""
    sent: list[str] = []
    real = office.company.process

    def process(qbxml: str) -> str:
        sent.append(qbxml)
        return real(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    return sent


def whole(sent: list[str]) -> bool:
    """Whether the last reading of the lists asked for everything."""
    start = next(text for text in reversed(sent) if "<AccountQueryRq" in text)
    return "FromModifiedDate" not in start


def customers(office: Office) -> list[str]:
    return [c["full_name"] for c in company.elements(office.table, SHOP, "customers")]


def change(office: Office, requests: str) -> None:
    answer = office.company.process(
        f'<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">{requests}'
        "</QBXMLMsgsRq></QBXML>"
    )
    assert answer.count('statusCode="0"') == requests.count("Rq>") // 2, answer


def rename(office: Office, old: str, new: str) -> None:
    (record,) = [r for r in company.records(office.table, SHOP, "customers") if r.name == old]
    change(
        office,
        f"<CustomerModRq><CustomerMod><ListID>{record.list_id}</ListID><EditSequence>{record.edit_sequence}"
        f"</EditSequence><Name>{new}</Name></CustomerMod></CustomerModRq>",
    )


@pytest.mark.parametrize("page", [3, 500])
def test_of_long_lists_only_what_changed_is_read_again(
    office: Office, monkeypatch: pytest.MonkeyPatch, page: int
) -> None:
    add_customers(office, 40)
    office.update()
    monkeypatch.setattr(reading_lists, "PAGE", page)
    before = customers(office)
    items = company.limits(office.table, SHOP, office.now)["items"]["used"]
    office.pass_time(hours=13)
    rename(office, "Person 00007", "Renamed")
    change(
        office,
        "".join(f"<CustomerAddRq><CustomerAdd><Name>New {n}</Name></CustomerAdd></CustomerAddRq>" for n in "1234"),
    )
    sent = asked(office)
    assert office.update().ok
    assert not whole(sent)
    expected = {*before, "Renamed", "New 1", "New 2", "New 3", "New 4"} - {"Person 00007"}
    assert sorted(customers(office)) == sorted(expected)
    counts = company.state(office.table, SHOP)["counts"]
    assert int(counts["customers"]) == len(expected)
    assert int(counts["names"]) >= len(expected)
    assert company.limits(office.table, SHOP, office.now)["items"]["used"] == items
    office.pass_time(hours=13)
    rename(office, "Renamed", "Twice")
    office.update()
    assert sorted(customers(office)) == sorted({*expected, "Twice"} - {"Renamed"})


def test_everything_is_read_once_a_week_and_deleted_elements_go(office: Office) -> None:
    add_customers(office, 3)
    office.update()
    (gone,) = [r for r in company.records(office.table, SHOP, "customers") if r.name == "Person 00001"]
    change(office, f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{gone.list_id}</ListID></ListDelRq>")
    sent = asked(office)
    kinds = []
    for _ in range(14):
        office.pass_time(hours=12, minutes=15)
        office.update()
        kinds.append(whole(sent))
        assert ("Person 00001" in customers(office)) is not any(kinds)
    assert kinds.count(True) == 1


def test_everything_is_read_when_a_person_asks_or_all_is_read_back(office: Office) -> None:
    office.update()
    sent = asked(office)
    office.pass_time(hours=13)
    office.update()
    assert not whole(sent)
    company.want_lists(office.table, SHOP, office.now)
    office.pass_time(minutes=15)
    office.update()
    assert whole(sent)
    office.pass_time(hours=13)
    office.update()
    assert not whole(sent)
    recheck.start(office.table, SHOP)
    office.pass_time(minutes=15)
    office.update()
    assert whole(sent)


def test_a_wish_in_the_middle_of_a_reading_is_not_forgotten(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(reading_lists, "PAGE", 2)
    add_customers(office, 5)
    office.update()
    office.pass_time(hours=13)
    change(
        office, "".join(f"<CustomerAddRq><CustomerAdd><Name>N{n}</Name></CustomerAdd></CustomerAddRq>" for n in "12345")
    )
    sent = asked(office)
    recorded = office.company.process

    def process(qbxml: str) -> str:
        if 'iterator="Continue"' in qbxml:
            company.want_lists(office.table, SHOP, office.now)
            office.company.process = recorded  # type: ignore[method-assign]
        return recorded(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    starts = [text for text in sent if "<AccountQueryRq" in text]
    assert ["FromModifiedDate" in text for text in starts] == [True, False]


def test_a_reading_that_breaks_off_moves_no_watermark(office: Office, monkeypatch: pytest.MonkeyPatch) -> None:
    office.update()
    marks = company.state(office.table, SHOP)["marks"]
    assert set(marks) >= {"items"}
    monkeypatch.setattr(reading_lists, "PAGE", 2)
    office.pass_time(hours=13)
    add_customers(office, 5)
    office.company.faults.refuse("VendorQueryRq", 3261, "No access.")
    office.update()
    assert company.state(office.table, SHOP)["marks"] == marks
    office.pass_time(hours=1)
    office.update()
    assert len([name for name in customers(office) if name.startswith("Person")]) == 5
    assert company.state(office.table, SHOP)["marks"] != marks


def test_a_watermark_is_a_minute_before_the_newest_in_the_computers_own_time() -> None:
    times = ["2026-03-05T23:00:30-08:00", "2026-03-05T23:59:30-08:00", ""]
    assert company.watermark(times, START) == "2026-03-05T23:58:30"
    assert company.watermark([], START) == ""
    assert company.watermark(["soon"], START) == ""
    assert company.watermark([*times, "2030-01-01T00:00:00-08:00"], START) == "", "a clock was wrong"


def test_an_iterator_given_up_is_stopped_where_the_session_goes_on(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(reading_lists, "PAGE", 2)
    add_customers(office, 9)
    office.company.faults.refuse("VendorQueryRq", 3261, "No access to personal data.")
    sent = asked(office)
    office.add([receipt(1)])
    office.update()
    stops = [text for text in sent if 'iterator="Stop"' in text]
    assert len(stops) == 1
    assert "<CustomerQueryRq" in stops[0]
    assert not office.company._queries._iterators
    assert office.states() == {"READ_BACK": 1}


@pytest.mark.parametrize(("code", "stopped"), [(3391, False), (3261, True)])
def test_only_iterators_quickbooks_still_has_are_stopped(
    office: Office, monkeypatch: pytest.MonkeyPatch, code: int, stopped: bool
) -> None:
    monkeypatch.setattr(reading_lists, "PAGE", 2)
    add_customers(office, 9)
    sent = asked(office)
    office.add([receipt(1)])
    recorded = office.company.process

    def process(qbxml: str) -> str:
        if 'iterator="Continue"' in qbxml:
            office.company.faults.refuse("CustomerQueryRq", code, "No.")
        return recorded(qbxml)

    office.company.process = process  # type: ignore[method-assign]
    office.update()
    stops = [text for text in sent if 'iterator="Stop"' in text]
    assert any("<CustomerQueryRq" in text for text in stops) is stopped
    assert len(stops) <= 1
    assert office.states() == {"READ_BACK": 1}
