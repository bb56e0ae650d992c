"""Lists: names and their spaces, references, changes, what editions and preferences allow."""

from __future__ import annotations

import pytest

from infra.local.company import DEMO_ACCOUNTS, Company
from tests.unit.local.company.desk import Desk, receipt, ref, sold


def named(kind: str, name: str, more: str = "") -> str:
    return f"<{kind}AddRq><{kind}Add><Name>{name}</Name>{more}</{kind}Add></{kind}AddRq>"


ACCOUNT = f"<SalesOrPurchase>{ref('AccountRef', 'Sales')}</SalesOrPurchase>"
INVENTORY = (
    f"{ref('IncomeAccountRef', 'Sales')}{ref('COGSAccountRef', 'Cost of Goods Sold')}"
    f"{ref('AssetAccountRef', 'Inventory Asset')}"
)


@pytest.mark.parametrize(
    ("first", "second", "code"),
    [
        (named("Customer", "Arnold Oil"), named("Vendor", "ARNOLD OIL"), 3100),
        (named("Customer", "Gone", "<IsActive>false</IsActive>"), named("Customer", "gone"), 3100),
        (named("ItemService", "Wash", ACCOUNT), named("ItemOtherCharge", "wash", ACCOUNT), 3100),
        (named("Customer", "Twin"), named("ItemService", "Twin", ACCOUNT), 0),
        (named("Class", "Shop"), named("PaymentMethod", "Shop"), 0),
        (named("ItemSalesTax", "Zero"), named("ItemInventory", "Zero", INVENTORY), 3100),
    ],
)
def test_names_are_unique_in_their_space_whatever_their_case(desk: Desk, first: str, second: str, code: int) -> None:
    desk.add(first)
    answer = desk.one(second)
    assert answer.get("statusCode") == str(code)
    if code:
        assert "of the list element is already in use." in answer.get("statusMessage", "")


def test_employees_and_other_names_hold_customers_names_too(desk: Desk) -> None:
    assert desk.code(named("Customer", "Pat Clerk")) == 3100
    found = desk.one("<EntityQueryRq><FullName>pat clerk</FullName></EntityQueryRq>")
    assert [each.tag for each in found] == ["EmployeeRet"]


def test_a_colon_can_not_be_stored_in_a_name(desk: Desk) -> None:
    answer = desk.one(named("Customer", "Incorrect : Name"))
    assert answer.get("statusCode") == "3090"
    assert 'storing "Incorrect : Name" in the "customer name" field' in answer.get("statusMessage", "")


def test_children_carry_their_parents_name(desk: Desk) -> None:
    desk.add(named("Class", "Stores"))
    child = desk.add(named("Class", "Main", ref("ParentRef", "Stores")))
    assert (child.findtext("FullName"), child.findtext("Sublevel")) == ("Stores:Main", "1")
    assert desk.code(named("Class", "Main", ref("ParentRef", "Nowhere"))) == 3140
    parent = desk.add("<ClassQueryRq><FullName>Stores</FullName></ClassQueryRq>")
    desk.add(
        f"<ClassModRq><ClassMod><ListID>{parent.findtext('ListID')}</ListID>"
        f"<EditSequence>{parent.findtext('EditSequence')}</EditSequence><Name>Shops</Name></ClassMod></ClassModRq>"
    )
    assert desk.code("<ClassQueryRq><FullName>Shops:Main</FullName></ClassQueryRq>") == 0


def test_mod_needs_the_current_edit_sequence(desk: Desk) -> None:
    was = desk.add(named("Customer", "Jane"))
    mod = (
        f"<CustomerModRq><CustomerMod><ListID>{was.findtext('ListID')}</ListID><EditSequence>{{}}</EditSequence>"
        "<Phone>503-555-0199</Phone></CustomerMod></CustomerModRq>"
    )
    changed = desk.add(mod.format(was.findtext("EditSequence")))
    assert changed.findtext("Phone") == "503-555-0199"
    stale = desk.one(mod.format(was.findtext("EditSequence")))
    assert stale.get("statusCode") == "3200"
    assert (
        stale.findtext("CustomerRet/EditSequence") == changed.findtext("EditSequence") != was.findtext("EditSequence")
    )
    assert desk.code(mod.replace(str(was.findtext("ListID")), "80000FFF-1").format("1")) == 3120


def test_inactive_elements_can_not_be_referred_to(shop: Desk) -> None:
    item = shop.add("<ItemQueryRq><FullName>Tee</FullName></ItemQueryRq>")
    shop.add(
        f"<ItemOtherChargeModRq><ItemOtherChargeMod><ListID>{item.findtext('ListID')}</ListID><EditSequence>"
        f"{item.findtext('EditSequence')}</EditSequence><IsActive>false</IsActive></ItemOtherChargeMod>"
        "</ItemOtherChargeModRq>"
    )
    assert shop.code(receipt(sold("Tee", "1.00"))) == 3140
    assert shop.code("<ItemQueryRq><NameFilter><MatchCriterion>StartsWith</MatchCriterion><Name>Tee</Name></NameFilter>"
                     "</ItemQueryRq>") == 1  # fmt: skip


@pytest.mark.parametrize(
    ("request_text", "code"),
    [
        (named("ItemService", "NoAccount", "<SalesOrPurchase><Desc>d</Desc></SalesOrPurchase>"), 3270),
        (named("ItemInventory", "NoAccounts"), 3270),
        (named("ItemInventory", "Wrong", INVENTORY.replace("Inventory Asset", "Sales")), 3140),
        (named("ItemOtherCharge", "Payable", ACCOUNT.replace("Sales<", "Sales Tax Payable<")), 3180),
        (named("ItemSalesTax", "Rate", "<TaxRate>5</TaxRate>"), 3150),
        (named("ItemSalesTax", "Zero", "<TaxRate>0</TaxRate>"), 0),
        (named("Vendor", "Odd terms", ref("TermsRef", "Never")), 3140),
        (named("Customer", "   "), 3150),
    ],
)
def test_what_an_element_must_have(desk: Desk, request_text: str, code: int) -> None:
    assert desk.code(request_text) == code


def test_capacity_of_pro_is_that_of_all_names_together(desk: Desk, monkeypatch: pytest.MonkeyPatch) -> None:
    from infra.local.company import profile

    monkeypatch.setitem(profile.CAPACITIES, "Pro", {"Entity": 5})
    desk.company.set(edition="Pro")
    codes = [desk.code(named("Customer", f"C{number}")) for number in range(4)]
    assert codes == [0, 0, 3180, 3180]
    host = desk.add(
        "<HostQueryRq><IncludeListMetaData><IncludeMaxCapacity>true</IncludeMaxCapacity></IncludeListMetaData></HostQueryRq>"
    )
    assert host.findtext("ListMetaData/EntityMetaData/MaxCapacity") == "5"


def test_switched_off_features_are_refused(shop: Desk) -> None:
    shop.company.set(class_tracking=False)
    assert (
        shop.code(receipt(sold("Tee", "1.00")).replace("<TxnDate>", ref("ClassRef", "Online Store") + "<TxnDate>"))
        == 3250
    )
    shop.company.set(sales_tax=False)
    assert shop.code(receipt(sold("Tee", "1.00"))) == 3250
    assert shop.code(receipt(sold("Tee", "1.00", code=""), tax="")) == 0
    assert shop.code(named("ItemSalesTax", "Late")) == 3250
    preferences = shop.add("<PreferencesQueryRq/>")
    assert preferences.find("SalesTaxPreferences") is None
    assert preferences.findtext("AccountingPreferences/IsUsingClassTracking") == "false"


def test_multi_currency_shows_and_takes_the_home_currency_only(shop: Desk) -> None:
    assert shop.code("<CurrencyQueryRq/>") == 3250
    shop.company.set(multi_currency=True)
    assert (
        shop.add("<PreferencesQueryRq/>").findtext("MultiCurrencyPreferences/HomeCurrencyRef/FullName") == "US Dollar"
    )
    assert shop.add(receipt(sold("Tee", "1.00"))).findtext("CurrencyRef/FullName") == "US Dollar"
    shop.add(named("Customer", "Européen", ref("CurrencyRef", "Euro")).replace("é", "&#233;"))
    assert shop.code(receipt(sold("Tee", "1.00")).replace("Ada Abbott", "Europ&#233;en")) == 3250


def test_an_element_in_use_can_not_be_deleted(shop: Desk) -> None:
    shop.add(receipt(sold("Tee", "1.00")))
    list_id = shop.add("<CustomerQueryRq><FullName>Ada Abbott</FullName></CustomerQueryRq>").findtext("ListID")
    assert shop.code(f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{list_id}</ListID></ListDelRq>") == 3160
    unused = shop.add(named("Customer", "Nobody")).findtext("ListID")
    assert shop.code(f"<ListDelRq><ListDelType>Customer</ListDelType><ListID>{unused}</ListID></ListDelRq>") == 0
    gone = shop.add("<ListDeletedQueryRq><ListDelType>Customer</ListDelType></ListDeletedQueryRq>")
    assert gone.findtext("FullName") == "Nobody"


def test_opening_stock_is_posted_against_opening_balance_equity(desk: Desk) -> None:
    more = INVENTORY + "<QuantityOnHand>4</QuantityOnHand><TotalValue>20.00</TotalValue>"
    assert desk.add(named("ItemInventory", "Mug", more)).findtext("QuantityOnHand") == "4"
    assert desk.balances() == {"Inventory Asset": "20.00", "Opening Balance Equity": "-20.00"}


def test_every_demo_account_is_in_the_chart_with_a_fitting_type(desk: Desk) -> None:
    chart = {each.findtext("FullName"): each.findtext("AccountType") for each in desk.one("<AccountQueryRq/>")}
    assert set(DEMO_ACCOUNTS.values()) <= set(chart)
    assert chart[DEMO_ACCOUNTS["accounts_receivable"]] == "AccountsReceivable"
    assert chart[DEMO_ACCOUNTS["gift_cards"]] == "OtherCurrentLiability"


def test_the_company_profile_shows_its_marks_and_edition(company: Company) -> None:
    owner = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
    company.set(edition="Enterprise", year=2024)
    assert "FileID" not in company.hcp(owner)
    company.mark(owner, FileID="{90A44FB5-33D9-4815-AC85-BC87A7E7D1EB}", AppLock="LOCKED:PC:1")
    hcp = company.hcp(owner)
    assert "<DataExtName>FileID</DataExtName>" in hcp
    assert "<ProductName>QuickBooks Enterprise Solutions 24.0</ProductName>" in hcp
    other = Company()
    assert other.marked(owner) == {}
