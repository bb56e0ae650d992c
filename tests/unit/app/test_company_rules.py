"""What QuickBooks' company allows: accounts made and made active from here, classes and sales tax off, full lists."""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta
from typing import Any

import pytest

from connector.accounting.documents import ListKind, ListRef, SalesReceipt
from connector.app import company_checks, entries, entries_fixing, making, settings
from connector.app.entries_fixing import Person
from connector.app.errors import Conflict, Unprocessable
from connector.outbox import company, connection, new_accounts, tax_check
from connector.outbox.entries import Entry, EntryState
from infra.local.company import DEMO_ACCOUNTS
from tests.fakes.desk import person_in, services_of
from tests.fakes.office import SHOP, Office, customer, receipt

CLASS = ListRef(ListKind.CLASS, "class:1", "Online Store")


@pytest.fixture
def office() -> Office:
    office = Office()
    office.update()
    return office


@pytest.fixture
def person(office: Office) -> Person:
    return person_in(office)


def process(office: Office, request: str) -> str:
    head = '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="continueOnError">'
    return office.company.process(f"{head}{request}</QBXMLMsgsRq></QBXML>")


def change_account(office: Office, name: str, change: str) -> None:
    answer = process(office, f"<AccountQueryRq><FullName>{name}</FullName></AccountQueryRq>")
    list_id = answer.partition("<ListID>")[2].partition("<")[0]
    edit = answer.partition("<EditSequence>")[2].partition("<")[0]
    changed = process(
        office,
        f"<AccountModRq><AccountMod><ListID>{list_id}</ListID><EditSequence>{edit}</EditSequence>{change}"
        "</AccountMod></AccountModRq>",
    )
    assert 'statusCode="0"' in changed, changed


def read_again(office: Office) -> None:
    office.pass_time(hours=13)
    office.update()


def make(office: Office, **given: Any) -> dict[str, Any]:
    return making.account(services_of(office), SHOP, "42", given)


def row(office: Office, name: str) -> dict[str, Any]:
    listed = [*company.accounts(office.table, SHOP), *new_accounts.wanted(office.table, SHOP)]
    (found,) = [one for one in listed if one["full_name"] == name]
    return found


def checks(office: Office) -> dict[str, str]:
    return {one["check"]: one["text"] for one in company_checks.rows(services_of(office), SHOP)}


def map_accounts(office: Office, **changes: Any) -> None:
    accounts = {key: name for key, name in DEMO_ACCOUNTS.items() if key != "cash"}
    now = settings.read(office.table, SHOP)
    settings.store(office.table, SHOP, replace(now, accounts=accounts, **changes), "42", office.now)


# Accounts made from here.


def test_an_account_is_made_in_quickbooks_and_can_be_chosen_at_once(office: Office) -> None:
    waiting = make(office, name="Shopify Fees", type="Expense", number="6150", description="Card fees")
    assert (waiting["state"], waiting["full_name"]) == ("waiting to be created", "Shopify Fees")
    office.update()
    made = row(office, "Shopify Fees")
    assert (made["type"], made["number"], made["is_active"]) == ("Expense", "6150", True)
    assert services_of(office).company(SHOP).chart.faults("accounts", {"payment_fees": "shopify fees"}) == []
    there = process(office, "<AccountQueryRq><FullName>Shopify Fees</FullName></AccountQueryRq>")
    assert "<AccountType>Expense</AccountType>" in there and "<AccountNumber>6150</AccountNumber>" in there
    read_again(office)
    assert row(office, "Shopify Fees")["list_id"] == made["list_id"]


def test_a_part_of_an_account_stands_under_its_parent(office: Office) -> None:
    make(office, name="Wholesale", type="Income", parent="sales")
    office.update()
    assert row(office, "Sales:Wholesale")["type"] == "Income"


def test_what_quickbooks_would_not_take_is_refused_and_all_of_it_named(office: Office) -> None:
    wrong: list[tuple[dict[str, Any], set[str]]] = [
        ({"name": "a:b", "type": "Bank"}, {"name"}),
        ({"name": "x" * 32, "type": "Money", "number": "12345678"}, {"name", "type", "number"}),
        ({"name": "", "type": "NonPosting"}, {"name", "type"}),
        ({"name": "Fees ☂", "type": "Expense"}, {"name"}),
        ({"name": "New", "type": "Expense", "parent": "Sales"}, {"type"}),
        ({"name": "New", "type": "Expense", "parent": "Nowhere"}, {"parent"}),
        ({"name": 1, "type": "Expense", "color": "red"}, {"name", "color"}),
    ]
    for given, keys in wrong:
        with pytest.raises(Unprocessable) as refused:
            make(office, **given)
        assert {fault.key for fault in refused.value.faults} == keys, given
    with pytest.raises(Conflict):
        make(office, name="CHECKING", type="Bank")
    assert list(new_accounts.wanted(office.table, SHOP)) == []


def test_nothing_is_made_before_the_accounts_were_read() -> None:
    with pytest.raises(Conflict):
        make(Office(), name="New", type="Bank")


def test_asked_for_twice_it_is_made_once_and_a_lost_answer_does_no_harm(office: Office) -> None:
    make(office, name="Reserve", type="Bank")
    make(office, name="reserve", type="Bank")
    office.company.die_after(1)
    office.update()
    office.company.lose_stored_answers()
    for _ in range(3):
        office.pass_time(minutes=15)
        office.update()
    assert row(office, "Reserve")["type"] == "Bank"
    assert list(new_accounts.wanted(office.table, SHOP)) == []


def test_what_somebody_made_with_another_type_meanwhile_is_said_and_may_be_asked_for_anew(office: Office) -> None:
    process(
        office,
        "<AccountAddRq><AccountAdd><Name>Reserve</Name><AccountType>Equity</AccountType></AccountAdd></AccountAddRq>",
    )
    make(office, name="Reserve", type="Bank")
    office.update()
    refused = [one for one in new_accounts.wanted(office.table, SHOP) if one["full_name"] == "Reserve"]
    assert (refused[0]["state"], "type Equity" in refused[0]["reason"]) == ("refused", True)
    change_account(office, "Reserve", "<Name>Old Reserve</Name>")
    make(office, name="Reserve", type="Bank")
    office.update()
    assert row(office, "Reserve")["type"] == "Bank"


def test_a_number_that_is_taken_is_refused_by_quickbooks_and_corrected(office: Office) -> None:
    process(
        office,
        "<AccountAddRq><AccountAdd><Name>Other</Name><AccountType>Bank</AccountType><AccountNumber>100</AccountNumber>"
        "</AccountAdd></AccountAddRq>",
    )
    make(office, name="Reserve", type="Bank", number="100")
    office.update()
    assert row(office, "Reserve")["state"] == "refused"
    make(office, name="Reserve", type="Bank", number="101")
    office.update()
    assert row(office, "Reserve")["number"] == "101"


# Accounts that changed after they were chosen.


def entry_of(office: Office, draft: Any, state: EntryState = EntryState.HELD) -> Entry:
    entry = office.entry(draft)
    assert entry.state is state, (entry.state, entry.reason)
    return entry


def test_an_inactive_account_is_made_active_on_the_row(office: Office, person: Person) -> None:
    change_account(office, "Shopify Clearing", "<IsActive>false</IsActive>")
    read_again(office)
    draft = receipt(1)
    office.add([draft])
    office.update()
    office.update()
    entry = entry_of(office, draft)
    listed, _ = entries.page(office.table, SHOP, frozenset({EntryState.HELD}), "", "")
    assert "reactivate" in listed[0]["fixes"] and "account" in listed[0]["fixes"]
    shown = entries_fixing.view(person, entry)
    assert (shown["inactive_accounts"], "reactivate" in shown["fixes"]) == (["Shopify Clearing"], True)
    entries_fixing.fix(person, entry.id, {"fix": "reactivate"})
    office.update()
    office.update()
    entry_of(office, draft, EntryState.READ_BACK)
    assert row(office, "Shopify Clearing")["is_active"] is True
    assert office.ties_out()


def test_only_an_inactive_account_can_be_made_active(office: Office, person: Person) -> None:
    draft = receipt(1)
    assert isinstance(draft.document, SalesReceipt)
    draft = replace(draft, document=replace(draft.document, deposit_to="Sales"))
    office.add([draft])
    office.update()
    office.update()
    entry = entry_of(office, draft)
    assert "account" in entries_fixing.view(person, entry)["fixes"]
    with pytest.raises(Conflict):
        entries_fixing.fix(person, entry.id, {"fix": "reactivate"})
    entries_fixing.fix(person, entry.id, {"fix": "account", "from": "Sales", "to": "Checking"})
    office.update()
    entry_of(office, draft, EntryState.READ_BACK)


def test_accounts_that_do_not_fit_any_more_are_rows_of_the_company(office: Office) -> None:
    map_accounts(office)
    assert checks(office).keys() == set()
    change_account(office, "Shopify Clearing", "<IsActive>false</IsActive>")
    change_account(office, "Checking", "<AccountType>Expense</AccountType>")
    change_account(office, "Merchant Fees", "<Name>Card Fees</Name>")
    read_again(office)
    found = checks(office)
    assert found.keys() == {"accounts.clearing", "accounts.bank", "accounts.payment_fees"}
    assert "is inactive" in found["accounts.clearing"] and "is of type Expense" in found["accounts.bank"]


# Class tracking and sales tax.


def with_class(number: int) -> Any:
    draft = receipt(number)
    assert isinstance(draft.document, SalesReceipt)
    return replace(draft, document=replace(draft.document, location=CLASS))


def test_with_class_tracking_off_entries_flow_without_class_and_the_company_has_a_row() -> None:
    office = Office()
    office.company.set(class_tracking=False)
    office.update()
    map_accounts(office, classes={"1": "Online Store"})
    draft = with_class(1)
    office.add([draft])
    office.update()
    entry_of(office, draft, EntryState.READ_BACK)
    assert office.ties_out()
    (row_,) = company_checks.rows(services_of(office), SHOP)
    assert (row_["check"], row_["state"]) == ("classes", "warning") and "Online Store" in row_["text"]
    office.company.set(class_tracking=True)
    read_again(office)
    second = with_class(2)
    office.add([second])
    office.update()
    entry_of(office, second, EntryState.READ_BACK)
    assert checks(office) == {}
    kept = [
        form.body.get("ClassRef", {}).get("FullName")
        for form in office.company.store.txns("kind = ?", ("SalesReceipt",))
    ]
    assert kept == [None, "Online Store"]


def test_an_inactive_class_holds_entries_only_while_classes_are_used(person: Person, office: Office) -> None:
    process(office, "<ClassAddRq><ClassAdd><Name>Old Shop</Name><IsActive>false</IsActive></ClassAdd></ClassAddRq>")
    draft = with_class(1)
    assert isinstance(draft.document, SalesReceipt)
    old = replace(CLASS, key="class:2", name="Old Shop")
    draft = replace(draft, document=replace(draft.document, location=old))
    office.add([draft])
    office.update()
    entry = entry_of(office, draft)
    assert "reactivate" in entries_fixing.view(person, entry)["fixes"]
    office.company.set(class_tracking=False)
    read_again(office)
    entries_fixing.retry(person, entry.id)
    office.update()
    entry_of(office, draft, EntryState.READ_BACK)


def test_with_sales_tax_off_entries_flow_and_the_check_says_so() -> None:
    office = Office()
    office.company.set(sales_tax=False)
    office.update()
    draft = receipt(1)
    office.add([draft])
    office.update()
    entry_of(office, draft, EntryState.READ_BACK)
    tax = tax_check.view(office.table, SHOP)
    assert (tax["state"], tax["may_create"]) == ("problem", False)
    assert "switched off" in tax["text"] and "Do you charge sales tax" in tax["advice"]


def test_the_tax_item_is_made_from_here_and_the_check_follows_what_is_chosen(office: Office) -> None:
    assert tax_check.view(Office().table, SHOP)["state"] == "waiting"
    assert tax_check.view(office.table, SHOP)["state"] == "ok"  # the demo company's is 0 %
    store = office.company.store
    (state_tax,) = store.elements("full_name = ?", ("State Tax",))
    store.put("default:tax_item", state_tax.list_id)
    read_again(office)
    tax = tax_check.view(office.table, SHOP)
    assert (tax["state"], tax["default_item"], tax["may_create"]) == ("problem", "State Tax", True)
    assert "7.25 %" in tax["text"]
    assert company_checks.rows(services_of(office), SHOP)[0]["action"] == "/api/quickbooks/tax-item"
    asked = making.tax_item(services_of(office), SHOP, "42")
    assert (asked["item"]["state"], asked["may_create"]) == ("waiting to be created", False)
    office.update()
    assert tax_check.view(office.table, SHOP)["item"]["state"] == "in QuickBooks"
    (made,) = store.elements("full_name = ?", ("Shopify Tax 0%",))
    assert float(made.body["TaxRate"]) == 0
    store.put("default:tax_item", made.list_id)
    read_again(office)
    assert tax_check.view(office.table, SHOP)["state"] == "ok"


def test_a_tax_item_that_was_refused_is_asked_for_anew(office: Office) -> None:
    office.company.faults.refuse("ItemSalesTaxAddRq", 3180, "There was an error when saving a item.", 1)
    making.tax_item(services_of(office), SHOP, "42")
    office.update()
    tax = tax_check.view(office.table, SHOP)
    assert (tax["item"]["state"], tax["may_create"]) == ("refused", True) and tax["item"]["reason"]
    assert making.tax_item(services_of(office), SHOP, "42")["item"]["state"] == "waiting to be created"
    office.update()
    assert tax_check.view(office.table, SHOP)["item"]["state"] == "in QuickBooks"


# Names and limits.


def test_names_of_vendors_employees_and_others_are_left_to_them(office: Office) -> None:
    names = ("Pat Clerk", "Landlord LLC", "State Board of Equalization", "landlord llc")
    drafts = [receipt(n, who=customer(n, name)) for n, name in enumerate(names, 1)]
    office.add(drafts)
    office.update()
    assert office.states() == {"READ_BACK": 4}
    taken = {one.name for one in office.company.store.elements("kind = 'Customer'")}
    assert len(taken) == 4 and not {name.lower() for name in taken} & {name.lower() for name in names}


def test_a_full_list_holds_what_needs_a_new_name_and_says_the_way_out(
    office: Office, person: Person, monkeypatch: pytest.MonkeyPatch
) -> None:
    from infra.local.company import profile

    process(office, "<CustomerAddRq><CustomerAdd><Name>House Account</Name></CustomerAdd></CustomerAddRq>")
    used = len(office.company.store.elements("space = 'name'"))
    monkeypatch.setitem(profile.CAPACITIES, "Premier", {**profile.CAPACITIES["Premier"], "Entity": used + 1})
    map_accounts(office)
    first, second = receipt(1, who=customer(1)), receipt(2, who=customer(2))
    office.add([first, second])
    office.update()
    office.update()
    states = {office.entry(one).state: one for one in (first, second)}
    assert states.keys() == {EntryState.READ_BACK, EntryState.HELD}
    stuck = entry_of(office, states[EntryState.HELD])
    assert "The list is full in QuickBooks" in stuck.reason
    read_again(office)
    profile_now = company.profile(office.table, SHOP)
    assert profile_now is not None
    company.store_profile(office.table, SHOP, replace(profile_now, capacities={"Entity": used + 1}), office.now)
    found = checks(office)
    assert f"{used + 1:,} of at most {used + 1:,} names" in found["limits.names"]
    (fault,) = services_of(office).company(SHOP).mode_faults({"customer": "detailed", "inventory": "detailed"})
    assert (fault.key, fault.fix) == ("modes.customer", "Use summary here.")
    # The name of a customer QuickBooks has needs no room.
    entries_fixing.fix(person, stuck.id, {"fix": "rename", "name": "House Account"})
    office.update()
    entry_of(office, states[EntryState.HELD], EntryState.READ_BACK)


def test_a_list_that_will_be_full_soon_is_a_warning_with_its_date(
    office: Office, monkeypatch: pytest.MonkeyPatch
) -> None:
    map_accounts(office)
    soon = (office.now.date() + timedelta(days=30)).isoformat()
    limit = {"used": 14_000, "limit": 14_500, "full_on": soon}
    monkeypatch.setattr(company, "limits", lambda table, shop, now: {"names": limit, "items": {**limit, "full_on": ""}})
    (row_,) = company_checks.rows(services_of(office), SHOP)
    assert (row_["check"], row_["state"], soon in row_["text"]) == ("limits.names", "warning", True)


def test_a_company_in_another_currency_is_refused_in_plain_words() -> None:
    office = Office()
    office.company.set(multi_currency=True)
    office.table.put({"pk": f"SHOP#{SHOP}", "sk": "PROFILE", "time_zone": "America/New_York", "currency": "EUR"})
    office.add([receipt(1)])
    office.update()
    assert office.company.transactions() == []
    health = connection.view(office.table, SHOP, office.now)["health"]
    assert health["text"] == "The company keeps its books in USD, the shop sells in EUR. They must be the same."
