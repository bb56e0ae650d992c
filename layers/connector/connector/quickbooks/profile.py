"""The company behind the connection: edition, limits and preferences, from what the Web Connector sends first.

``strHCPResponse`` holds the answers to HostQuery, CompanyQuery and PreferencesQuery. Tax ids (EIN, SSN), addresses
and phone numbers in it are not kept.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from datetime import date
from enum import StrEnum
from typing import Any

from lxml import etree

from connector.quickbooks.answers import parse_answers, plain_guid, value

FILE_ID = "FileID"
APP_LOCK = "AppLock"
_FIRST_YEAR = 1990
"""A MajorVersion of 34 is QuickBooks 2024."""


class Edition(StrEnum):
    PRO = "Pro"
    PREMIER = "Premier"
    ACCOUNTANT = "Accountant"
    ENTERPRISE = "Enterprise"
    UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class CompanyProfile:
    """``data`` holds the data extensions as ``<owner id>/<name>`` → value, owner ids in lower case without braces.

    ``capacities`` are the file's own limits by list ("Entity", "Item", "Account", "Class", …), where they were asked.
    Fields QuickBooks didn't answer are empty, False or None.
    """

    product: str = ""
    edition: Edition = Edition.UNKNOWN
    major_version: str = ""
    minor_version: str = ""
    country: str = ""
    qbxml_versions: tuple[str, ...] = ()
    file_mode: str = ""
    is_automatic_login: bool = False
    company_name: str = ""
    legal_name: str = ""
    is_sample: bool = False
    data: Mapping[str, str] = field(default_factory=dict)
    capacities: Mapping[str, int] = field(default_factory=dict)
    closing_date: date | None = None
    uses_account_numbers: bool = False
    requires_accounts: bool = False
    uses_classes: bool = False
    uses_multi_currency: bool = False
    home_currency: str = ""
    uses_inventory: bool = False
    uses_sites: bool = False
    uses_barcodes: bool = False
    enhanced_receiving: bool = False
    uses_sales_tax: bool = False
    taxable_code: str = ""
    non_taxable_code: str = ""
    default_tax_item: str = ""
    auto_applies_payments: bool = False
    automatic_login_allowed: bool = False
    automatic_login_user: str = ""
    personal_data_allowed: bool = False

    def file_id(self, owner_id: str) -> str:
        """The FileID of our .qwc kept in the company file, in lower case without braces; empty if there is none."""
        return plain_guid(self.data.get(f"{plain_guid(owner_id)}/{FILE_ID}", ""))

    def app_lock(self, owner_id: str) -> str:
        """``LOCKED:<machine>:<ticks>`` of the computer that holds the connection; empty if there is none."""
        return self.data.get(f"{plain_guid(owner_id)}/{APP_LOCK}", "")

    @property
    def year(self) -> int | None:
        """The year QuickBooks itself is named after, e.g. 2024."""
        return int(self.major_version) + _FIRST_YEAR if self.major_version.isdecimal() else None

    @property
    def has_sales_orders(self) -> bool:
        """Premier, Accountant and Enterprise have Sales Orders; of an edition not known nothing is promised."""
        return self.edition in (Edition.PREMIER, Edition.ACCOUNTANT, Edition.ENTERPRISE)

    @property
    def currency_code(self) -> str:
        """ISO code of the home currency. Without multiple currencies a US company keeps dollars; else empty."""
        if self.uses_multi_currency:
            return _CURRENCIES.get(self.home_currency.lower(), "")
        return "USD" if self.country == "US" else ""

    @property
    def line_tax_code(self) -> str:
        """What every line carries so that QuickBooks adds no tax; empty where sales tax is switched off."""
        return (self.non_taxable_code or "Non") if self.uses_sales_tax else ""

    def understands(self, version: str) -> bool:
        """Whether this QuickBooks takes qbXML of ``version``; a profile without versions is given the benefit."""
        return not self.qbxml_versions or version in self.qbxml_versions


_CURRENCIES = {
    "us dollar": "USD",
    "canadian dollar": "CAD",
    "british pound sterling": "GBP",
    "euro": "EUR",
    "australian dollar": "AUD",
    "new zealand dollar": "NZD",
    "mexican peso": "MXN",
    "japanese yen": "JPY",
    "swiss franc": "CHF",
    "swedish krona": "SEK",
    "norwegian krone": "NOK",
    "danish krone": "DKK",
    "singapore dollar": "SGD",
    "hong kong dollar": "HKD",
    "indian rupee": "INR",
    "chinese yuan renminbi": "CNY",
    "south korean won": "KRW",
    "taiwan dollar": "TWD",
    "thai baht": "THB",
    "malaysian ringgit": "MYR",
    "philippine peso": "PHP",
    "indonesian rupiah": "IDR",
    "vietnamese dong": "VND",
    "south african rand": "ZAR",
    "brazilian real": "BRL",
    "colombian peso": "COP",
    "chilean peso": "CLP",
    "polish zloty": "PLN",
    "czech koruna": "CZK",
    "hungarian forint": "HUF",
    "romanian leu": "RON",
    "turkish lira": "TRY",
    "israeli shekel": "ILS",
    "uae dirham": "AED",
    "saudi riyal": "SAR",
}


def read_hcp(text: str) -> CompanyProfile:
    """Reads ``strHCPResponse``, or the answer to ``queries.company_profile``. Raises UnreadableAnswer."""
    found: dict[str, Any] = {}
    for answer in parse_answers(text).answers:
        reader = _READERS.get(answer.name)
        if reader is not None and answer.records:
            found |= reader(answer.records[0])
    return CompanyProfile(**found)


def _host(host: etree._Element) -> dict[str, Any]:
    product = value(host, "ProductName")
    return {
        "product": product,
        "edition": edition_of(product),
        "major_version": value(host, "MajorVersion"),
        "minor_version": value(host, "MinorVersion"),
        "country": value(host, "Country"),
        "qbxml_versions": tuple((version.text or "").strip() for version in host.iterfind("SupportedQBXMLVersion")),
        "file_mode": value(host, "QBFileMode"),
        "is_automatic_login": _true(host, "IsAutomaticLogin"),
        "capacities": dict(_capacities(host)),
    }


def _company(company: etree._Element) -> dict[str, Any]:
    return {
        "company_name": value(company, "CompanyName"),
        "legal_name": value(company, "LegalCompanyName"),
        "is_sample": _true(company, "IsSampleCompany"),
        "data": {
            f"{plain_guid(value(extension, 'OwnerID'))}/{value(extension, 'DataExtName')}": value(
                extension, "DataExtValue"
            )
            for extension in company.iterfind("DataExtRet")
        },
    }


_TEXTS = {
    "home_currency": "MultiCurrencyPreferences/HomeCurrencyRef/FullName",
    "taxable_code": "SalesTaxPreferences/DefaultTaxableSalesTaxCodeRef/FullName",
    "non_taxable_code": "SalesTaxPreferences/DefaultNonTaxableSalesTaxCodeRef/FullName",
    "default_tax_item": "SalesTaxPreferences/DefaultItemSalesTaxRef/FullName",
    "automatic_login_user": "CurrentAppAccessRights/AutomaticLoginUserName",
}
_SWITCHES = {
    "uses_account_numbers": "AccountingPreferences/IsUsingAccountNumbers",
    "requires_accounts": "AccountingPreferences/IsRequiringAccounts",
    "uses_classes": "AccountingPreferences/IsUsingClassTracking",
    "uses_multi_currency": "MultiCurrencyPreferences/IsMultiCurrencyOn",
    "uses_inventory": "PurchasesAndVendorsPreferences/IsUsingInventory",
    "uses_sites": "MultiLocationInventoryPreferences/IsMultiLocationInventoryEnabled",
    "uses_barcodes": "ItemsAndInventoryPreferences/IsBarcodeEnabled",
    "enhanced_receiving": "ItemsAndInventoryPreferences/EnhancedInventoryReceivingEnabled",
    "auto_applies_payments": "SalesAndCustomersPreferences/IsAutoApplyingPayments",
    "automatic_login_allowed": "CurrentAppAccessRights/IsAutomaticLoginAllowed",
    "personal_data_allowed": "CurrentAppAccessRights/IsPersonalDataAccessAllowed",
}


def _preferences(preferences: etree._Element) -> dict[str, Any]:
    return {
        **{name: value(preferences, path) for name, path in _TEXTS.items()},
        **{name: _true(preferences, path) for name, path in _SWITCHES.items()},
        # The block is there only while sales tax is switched on.
        "uses_sales_tax": preferences.find("SalesTaxPreferences") is not None,
        "closing_date": _date(value(preferences, "AccountingPreferences/ClosingDate")),
    }


_READERS = {"HostQuery": _host, "CompanyQuery": _company, "PreferencesQuery": _preferences}


def edition_of(product: str) -> Edition:
    """From a product name such as ``QuickBooks Desktop Pro Plus 2024``. Enterprise comes first: there is also an
    "Enterprise Solutions: Accountant"."""
    words = set(re.findall(r"[a-z]+", product.lower()))
    for edition in (Edition.ENTERPRISE, Edition.PREMIER, Edition.ACCOUNTANT, Edition.PRO):
        if edition.value.lower() in words:
            return edition
    return Edition.UNKNOWN


def _capacities(host: etree._Element) -> Iterator[tuple[str, int]]:
    for element in host.iterfind("ListMetaData/*"):
        capacity = value(element, "MaxCapacity")
        if capacity.isdecimal():
            yield element.tag.removesuffix("MetaData"), int(capacity)


def _date(text: str) -> date | None:
    try:
        return date.fromisoformat(text[:10])
    except ValueError:
        return None


def _true(element: etree._Element, path: str) -> bool:
    return value(element, path) in ("true", "1")
