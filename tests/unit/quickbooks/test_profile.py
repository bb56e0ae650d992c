"""The company's profile from what the Web Connector sends first, and how much room its lists have."""

from __future__ import annotations

from dataclasses import fields
from datetime import date
from decimal import Decimal

import pytest

from connector.quickbooks.answers import UnreadableAnswer
from connector.quickbooks.limits import capacity, overflow_day
from connector.quickbooks.profile import CompanyProfile, Edition, edition_of, read_hcp

OWNER = "{57F3B9B1-86F1-4FCC-B1EE-566DE1813D20}"
HCP = f"""<?xml version="1.0" ?>
<QBXML><QBXMLMsgsRs>
<HostQueryRs requestID="0" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><HostRet>
  <ProductName>QuickBooks Desktop Premier Plus 2024</ProductName>
  <MajorVersion>34</MajorVersion><MinorVersion>0</MinorVersion><Country>US</Country>
  <SupportedQBXMLVersion>1.0</SupportedQBXMLVersion><SupportedQBXMLVersion>13.0</SupportedQBXMLVersion>
  <SupportedQBXMLVersion>16.0</SupportedQBXMLVersion>
  <IsAutomaticLogin>true</IsAutomaticLogin><QBFileMode>MultiUser</QBFileMode>
  <ListMetaData><EntityMetaData><MaxCapacity>14500</MaxCapacity></EntityMetaData>
    <ItemMetaData><MaxCapacity>20000</MaxCapacity></ItemMetaData></ListMetaData>
</HostRet></HostQueryRs>
<CompanyQueryRs requestID="1" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><CompanyRet>
  <IsSampleCompany>false</IsSampleCompany><CompanyName>Larry's Landscaping &amp; Sons</CompanyName>
  <LegalCompanyName>Larry's Inc.</LegalCompanyName><EIN>12-3456789</EIN><SSN>123-45-6789</SSN>
  <DataExtRet><OwnerID>{OWNER}</OwnerID><DataExtName>AppLock</DataExtName><DataExtType>STR255TYPE</DataExtType>
    <DataExtValue>LOCKED:OFFICE-PC:638012345</DataExtValue></DataExtRet>
  <DataExtRet><OwnerID>{OWNER}</OwnerID><DataExtName>FileID</DataExtName><DataExtType>STR255TYPE</DataExtType>
    <DataExtValue>{{6C7CFD98-AF17-4A6B-8EAE-0A6F5E4F2F5C}}</DataExtValue></DataExtRet>
</CompanyRet></CompanyQueryRs>
<PreferencesQueryRs requestID="2" statusCode="0" statusSeverity="Info" statusMessage="Status OK"><PreferencesRet>
  <AccountingPreferences><IsUsingAccountNumbers>true</IsUsingAccountNumbers>
    <IsRequiringAccounts>true</IsRequiringAccounts><IsUsingClassTracking>true</IsUsingClassTracking>
    <IsUsingAuditTrail>true</IsUsingAuditTrail>
    <IsAssigningJournalEntryNumbers>true</IsAssigningJournalEntryNumbers>
    <ClosingDate>2023-12-31</ClosingDate></AccountingPreferences>
  <MultiCurrencyPreferences><IsMultiCurrencyOn>true</IsMultiCurrencyOn>
    <HomeCurrencyRef><ListID>80000001-1</ListID><FullName>US Dollar</FullName></HomeCurrencyRef>
  </MultiCurrencyPreferences>
  <PurchasesAndVendorsPreferences><IsUsingInventory>true</IsUsingInventory></PurchasesAndVendorsPreferences>
  <SalesTaxPreferences><DefaultItemSalesTaxRef><FullName>County</FullName></DefaultItemSalesTaxRef>
    <PaySalesTax>Monthly</PaySalesTax>
    <DefaultTaxableSalesTaxCodeRef><FullName>Tax</FullName></DefaultTaxableSalesTaxCodeRef>
    <DefaultNonTaxableSalesTaxCodeRef><FullName>NT</FullName></DefaultNonTaxableSalesTaxCodeRef></SalesTaxPreferences>
  <CurrentAppAccessRights><IsAutomaticLoginAllowed>true</IsAutomaticLoginAllowed>
    <AutomaticLoginUserName>Admin</AutomaticLoginUserName>
    <IsPersonalDataAccessAllowed>false</IsPersonalDataAccessAllowed></CurrentAppAccessRights>
  <ItemsAndInventoryPreferences><IsBarcodeEnabled>true</IsBarcodeEnabled></ItemsAndInventoryPreferences>
</PreferencesRet></PreferencesQueryRs>
</QBXMLMsgsRs></QBXML>"""


def test_a_company_is_known_by_what_it_says_of_itself() -> None:
    profile = read_hcp(HCP)

    assert (profile.product, profile.edition, profile.year, profile.country) == (
        "QuickBooks Desktop Premier Plus 2024",
        Edition.PREMIER,
        2024,
        "US",
    )
    assert (profile.company_name, profile.file_mode) == ("Larry's Landscaping & Sons", "MultiUser")
    assert profile.understands("13.0")
    assert not profile.understands("17.0")
    assert profile.is_automatic_login
    assert profile.automatic_login_allowed
    assert not profile.personal_data_allowed
    assert profile.closing_date == date(2023, 12, 31)
    assert profile.uses_classes and profile.uses_account_numbers and profile.uses_inventory and profile.uses_barcodes
    assert not profile.uses_sites
    assert (profile.uses_multi_currency, profile.currency_code) == (True, "USD")
    assert (profile.uses_sales_tax, profile.taxable_code, profile.line_tax_code) == (True, "Tax", "NT")


@pytest.mark.parametrize("owner", [OWNER, OWNER.strip("{}"), OWNER.lower()])
def test_the_file_is_told_by_our_own_mark_in_it(owner: str) -> None:
    profile = read_hcp(HCP)

    assert profile.file_id(owner) == "6c7cfd98-af17-4a6b-8eae-0a6f5e4f2f5c"
    assert profile.app_lock(owner) == "LOCKED:OFFICE-PC:638012345"
    assert profile.file_id("{00000000-0000-0000-0000-000000000000}") == ""


def test_tax_ids_are_not_kept() -> None:
    profile = read_hcp(HCP)

    kept = repr([getattr(profile, field.name) for field in fields(profile)])
    assert "12-3456789" not in kept
    assert "123-45-6789" not in kept


def test_without_sales_tax_no_line_carries_a_code() -> None:
    start, end = HCP.index("<SalesTaxPreferences>"), HCP.index("<CurrentAppAccessRights>")
    profile = read_hcp(HCP[:start] + HCP[end:])

    assert (profile.uses_sales_tax, profile.line_tax_code) == (False, "")


def test_a_home_currency_other_than_the_dollar_is_seen() -> None:
    assert read_hcp(HCP.replace("US Dollar", "Canadian Dollar")).currency_code == "CAD"
    assert read_hcp(HCP.replace("US Dollar", "Moon Dollar")).currency_code == ""
    single = HCP.replace("<IsMultiCurrencyOn>true", "<IsMultiCurrencyOn>false")
    assert read_hcp(single).currency_code == "USD"


def test_an_answer_of_errors_gives_an_empty_profile() -> None:
    refused = '<HostQueryRs statusCode="3261" statusSeverity="Error" statusMessage="no"/>'

    assert read_hcp(f"<QBXML><QBXMLMsgsRs>{refused}</QBXMLMsgsRs></QBXML>") == CompanyProfile()
    with pytest.raises(UnreadableAnswer):
        read_hcp("")


@pytest.mark.parametrize(
    ("product", "edition"),
    [
        ("QuickBooks Pro 2014", Edition.PRO),
        ("QuickBooks Desktop Pro Plus 2024", Edition.PRO),
        ("QuickBooks Premier: Retail Edition 2021", Edition.PREMIER),
        ("QuickBooks Accountant 2012", Edition.ACCOUNTANT),
        ("QuickBooks Enterprise Solutions: Accountant 24.0", Edition.ENTERPRISE),
        ("QuickBooks Desktop Enterprise 24.0", Edition.ENTERPRISE),
        ("Something Else", Edition.UNKNOWN),
    ],
)
def test_the_edition_is_read_from_the_products_name(product: str, edition: Edition) -> None:
    assert edition_of(product) is edition


def test_pro_and_premier_hold_14_500_names_and_items() -> None:
    for edition in (Edition.PRO, Edition.PREMIER):
        limits = capacity(CompanyProfile(edition=edition))
        assert (limits.names, limits.items, limits.accounts) == (14_500, 14_500, 10_000)


def test_enterprise_holds_more_and_the_files_own_numbers_win() -> None:
    assert capacity(CompanyProfile(edition=Edition.ENTERPRISE)).names == 100_000
    assert capacity(CompanyProfile(edition=Edition.ENTERPRISE, capacities={"Entity": 1_000_000})).names == 1_000_000
    assert capacity(read_hcp(HCP)).items == 20_000


def test_the_day_a_list_is_full_is_forecast() -> None:
    today = date(2024, 3, 1)

    assert overflow_day(14_400, 14_500, Decimal("10"), today) == date(2024, 3, 11)
    assert overflow_day(14_400, 14_500, Decimal("2.5"), today) == date(2024, 4, 10)
    assert overflow_day(14_500, 14_500, Decimal("1"), today) == today
    assert overflow_day(100, 14_500, Decimal("0"), today) is None
    assert overflow_day(100, 1_000_000, Decimal("0.001"), today) is None
