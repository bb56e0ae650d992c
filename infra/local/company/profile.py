"""What kind of QuickBooks and company it is: edition, preferences, capacities, and the three profile answers.

Sources: Intuit's list limits (article 1768244), fixtures of real HostQuery answers for product names and versions.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from typing import Any

from infra.local.company.reading import Node

SUPPORTED_VERSIONS = ("1.0", "1.1", "2.0", "2.1", "3.0", "4.0", "4.1", "5.0", "6.0", "7.0", "8.0", "9.0", "10.0",
                      "11.0", "12.0", "13.0", "14.0", "15.0", "16.0")  # fmt: skip

PRODUCTS = {
    "Pro": "QuickBooks Desktop Pro {year}",
    "Premier": "QuickBooks Desktop Premier {year}",
    "Enterprise": "QuickBooks Enterprise Solutions {short}.0",
}
_SMALL = {"Entity": 14_500, "Item": 14_500, "Account": 10_000, "Class": 10_000, "Terms": 10_000}
_LARGE = {"Entity": 1_000_000, "Item": 1_000_000, "Account": 100_000, "Class": 100_000, "Terms": 29_000}
CAPACITIES = {"Pro": _SMALL, "Premier": _SMALL, "Enterprise": _LARGE}
_OTHER_CAPACITY = 10_000
_META_LISTS = [
    "Account",
    "BillingRate",
    "Class",
    "CustomerMsg",
    "CustomerType",
    "Entity",
    "Item",
    "JobType",
    "PaymentMethod",
    "PayrollItem",
    "PriceLevel",
    "SalesRep",
    "SalesTaxCode",
    "ShipMethod",
    "Template",
    "Terms",
    "ToDo",
    "Vehicle",
    "VendorType",
]


@dataclass(frozen=True, slots=True)
class Preferences:
    """Edition and switches of a company. Dates are ``YYYY-MM-DD``."""

    company_name: str = "Demo Company"
    edition: str = "Premier"
    year: int = 2024
    country: str = "US"
    multi_user: bool = False
    sales_tax: bool = True
    class_tracking: bool = True
    multi_currency: bool = False
    closing_date: str = ""
    account_numbers: bool = False
    inventory: bool = True
    barcodes: bool = False
    enhanced_receiving: bool = False
    automatic_login: bool = True
    personal_data: bool = True
    auto_apply_payments: bool = True
    keeps_answers: int = 8

    def capacity(self, name: str) -> int:
        return CAPACITIES[self.edition].get(name, _OTHER_CAPACITY)


def host(preferences: Preferences, with_capacity: bool) -> Node:
    year = preferences.year
    node: Node = {
        "ProductName": PRODUCTS[preferences.edition].format(year=year, short=year % 100),
        "MajorVersion": str(year - 1990),
        "MinorVersion": "0",
        "Country": preferences.country,
        "SupportedQBXMLVersion": list(SUPPORTED_VERSIONS),
        "IsAutomaticLogin": _bool(preferences.automatic_login),
        "QBFileMode": "MultiUser" if preferences.multi_user else "SingleUser",
    }
    if with_capacity:
        node["ListMetaData"] = {
            f"{name}MetaData": {"MaxCapacity": str(preferences.capacity(name))} for name in _META_LISTS
        }
    return node


def company(preferences: Preferences, extensions: list[Node]) -> Node:
    node: Node = {
        "IsSampleCompany": "false",
        "CompanyName": preferences.company_name,
        "LegalCompanyName": preferences.company_name,
        "Address": {"Addr1": "1 Harbor Way", "City": "Portland", "State": "OR", "PostalCode": "97201"},
        "FirstMonthFiscalYear": "January",
        "FirstMonthIncomeTaxYear": "January",
        "CompanyType": "Retail",
        "EIN": "12-3456789",
        "TaxForm": "OtherOrNone",
    }
    if extensions:
        node["DataExtRet"] = extensions
    return node


def _bool(value: Any) -> str:
    return "true" if value else "false"


_FIXED: Node = {
    "FinanceChargePreferences": {
        "GracePeriod": "0",
        "IsAssessingForOverdueCharges": "false",
        "CalculateChargesFrom": "DueDate",
        "IsMarkedToBePrinted": "false",
    },
    "JobsAndEstimatesPreferences": {
        "IsUsingEstimates": "true",
        "IsUsingProgressInvoicing": "false",
        "IsPrintingItemsWithZeroAmounts": "false",
    },
    "MultiLocationInventoryPreferences": {
        "IsMultiLocationInventoryAvailable": "false",
        "IsMultiLocationInventoryEnabled": "false",
    },
    "ReportsPreferences": {"AgingReportBasis": "AgeFromDueDate", "SummaryReportBasis": "Accrual"},
    "TimeTrackingPreferences": {"FirstDayOfWeek": "Monday"},
}
"""Preferences nobody can switch here."""


def preferences_answer(preferences: Preferences, refs: Mapping[str, Node]) -> Node:
    """``refs`` gives the default tax item and codes (``tax_item``, ``taxable``, ``non_taxable``), ``currency``."""
    node: Node = {
        **_FIXED,
        "AccountingPreferences": _accounting(preferences),
        "MultiCurrencyPreferences": {"IsMultiCurrencyOn": _bool(preferences.multi_currency)},
        "PurchasesAndVendorsPreferences": {
            "IsUsingInventory": _bool(preferences.inventory),
            "DaysBillsAreDue": "10",
            "IsAutomaticallyUsingDiscounts": "false",
        },
        "SalesAndCustomersPreferences": {
            "IsTrackingReimbursedExpensesAsIncome": "false",
            "IsAutoApplyingPayments": _bool(preferences.auto_apply_payments),
        },
        "CurrentAppAccessRights": {
            "IsAutomaticLoginAllowed": _bool(preferences.automatic_login),
            "IsPersonalDataAccessAllowed": _bool(preferences.personal_data),
        },
        "ItemsAndInventoryPreferences": {
            "EnhancedInventoryReceivingEnabled": _bool(preferences.enhanced_receiving),
            "IsTrackingSerialOrLotNumber": "None",
            "FIFOEnabled": "false",
            "IsRSBEnabled": "false",
            "IsBarcodeEnabled": _bool(preferences.barcodes),
        },
    }
    if preferences.multi_currency:
        node["MultiCurrencyPreferences"]["HomeCurrencyRef"] = refs["currency"]
    if preferences.sales_tax:
        node["SalesTaxPreferences"] = {
            "DefaultItemSalesTaxRef": refs["tax_item"],
            "PaySalesTax": "Monthly",
            "DefaultTaxableSalesTaxCodeRef": refs["taxable"],
            "DefaultNonTaxableSalesTaxCodeRef": refs["non_taxable"],
        }
    return node


def _accounting(preferences: Preferences) -> Node:
    node: Node = {
        "IsUsingAccountNumbers": _bool(preferences.account_numbers),
        "IsRequiringAccounts": "true",
        "IsUsingClassTracking": _bool(preferences.class_tracking),
        "IsUsingAuditTrail": "true",
        "IsAssigningJournalEntryNumbers": "true",
    }
    if preferences.closing_date:
        node["ClosingDate"] = preferences.closing_date
    return node
