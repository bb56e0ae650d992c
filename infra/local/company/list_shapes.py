"""Requests about lists: accounts, names, items, the small lists. Order, types and lengths as qbXML 13.0 has them."""

from __future__ import annotations

LIST_PIECES: dict[str, str] = {
    "NAME_FILTERS": "( NameFilter { MatchCriterion %Match Name str } | NameRangeFilter { FromName str? "
    "ToName str? } )?",
    "CHANGED_SINCE": ("ActiveStatus %Active? FromModifiedDate datetime? ToModifiedDate datetime? ...NAME_FILTERS"),
    "LIST_FILTERS": "MaxReturned int? ...CHANGED_SINCE",
    "NAMED_IN": "( ListID id+ | FullName str+ | ListIDWithChildren id | FullNameWithChildren str )",
    "CURRENCY_FILTER": "CurrencyFilter { ( ListID id+ | FullName str64+ ) }?",
    "CLASS_FILTER": "ClassFilter { ...NAMED_IN }?",
    "BALANCE_FILTERS": ("TotalBalanceFilter { Operator %Operator Amount amt }? ...CURRENCY_FILTER ...CLASS_FILTER"),
    "RETURNED": "IncludeRetElement str50*",
    "CARD": (
        "CreditCardNumber str25? ExpirationMonth int? ExpirationYear int? NameOnCard str41? CreditCardAddress str41? "
        "CreditCardPostalCode str41?"
    ),
    "CONTACTS": (
        "Salutation str15? FirstName str25 MiddleName str5? LastName str25? JobTitle str41? "
        "AdditionalContactRef CONTACT_VALUE*"
    ),
    "JOB": (
        "JobStatus %JobStatus? JobStartDate date? JobProjectedEndDate date? JobEndDate date? JobDesc str99? "
        "JobTypeRef ref159? Notes str4095?"
    ),
    "CUSTOMER_TERMS": "CustomerTypeRef ref159? TermsRef ref31? SalesRepRef ref5?",
    "CUSTOMER_TAX": (
        "SalesTaxCodeRef ref3? ItemSalesTaxRef ref31? ResaleNumber str15? AccountNumber str99? CreditLimit amt? "
        "PreferredPaymentMethodRef ref31? CreditCardInfo CARD?"
    ),
    "INVENTORY_SIDES": (
        "SalesTaxCodeRef ref3? SalesDesc str4095? SalesPrice price? IncomeAccountRef ref159? PurchaseDesc str4095? "
        "PurchaseCost price? COGSAccountRef ref159? PrefVendorRef ref41? AssetAccountRef ref159? ReorderPoint quan? "
        "Max quan?"
    ),
    "SIDES": "( SalesOrPurchase ONE_SIDE | SalesAndPurchase TWO_SIDES )",
    "ONE_SIDE_MOD": "Desc str4095? ( Price price | PricePercent pct )? AccountRef ref159? "
    "ApplyAccountRefToExistingTxns bool?",
    "TWO_SIDES_MOD": (
        "SalesDesc str4095? SalesPrice price? IncomeAccountRef ref159? ApplyIncomeAccountRefToExistingTxns bool? "
        "PurchaseDesc str4095? PurchaseCost price? ExpenseAccountRef ref159? "
        "ApplyExpenseAccountRefToExistingTxns bool? PrefVendorRef ref41?"
    ),
    "SIDES_MOD": "( SalesOrPurchaseMod ONE_SIDE_MOD | SalesAndPurchaseMod TWO_SIDES_MOD )?",
    "MOD": "ListID id EditSequence str16",
}


def _query(filters: str, owner: bool = False) -> str:
    tail = " OwnerID guid*" if owner else ""
    return f"( ListID id+ | FullName str+ | {filters} )? ...RETURNED{tail}"


def _add(name: str, body: str) -> str:
    return f"{name} {{ {body} }} ...RETURNED"


_PLAIN = "...LIST_FILTERS"
_NAMES = "...LIST_FILTERS ...BALANCE_FILTERS"

LIST_REQUESTS: dict[str, str] = {
    "HostQueryRq": "IncludeListMetaData { IncludeMaxCapacity bool }? ...RETURNED",
    "CompanyQueryRq": "...RETURNED OwnerID guid*",
    "PreferencesQueryRq": "...RETURNED",
    "AccountQueryRq": _query(f"{_PLAIN} AccountType %AccountType* ...CURRENCY_FILTER", owner=True),
    "AccountAddRq": _add(
        "AccountAdd",
        "Name str31 IsActive bool? ParentRef ref? AccountType %AccountType AccountNumber str7? BankNumber str25? "
        "Desc str200? OpenBalance amt? OpenBalanceDate date? TaxLineID int? CurrencyRef ref64?",
    ),
    "AccountModRq": _add(
        "AccountMod",
        "...MOD Name str31? IsActive bool? ParentRef ref? AccountType %AccountType? AccountNumber str7? "
        "BankNumber str25? Desc str200? OpenBalance amt? OpenBalanceDate date? TaxLineID int? CurrencyRef ref64?",
    ),
    "CustomerQueryRq": _query(_NAMES, owner=True),
    "CustomerAddRq": _add(
        "CustomerAdd",
        "Name str41 IsActive bool? ClassRef ref159? ParentRef ref? ...PERSON BillAddress ADDRESS? ShipAddress ADDRESS? "
        "ShipToAddress NAMED_ADDRESS* ...REACH AdditionalContactRef CONTACT_VALUE* Contacts CONTACTS* "
        "...CUSTOMER_TERMS "
        "OpenBalance amt? OpenBalanceDate date? ...CUSTOMER_TAX ...JOB AdditionalNotes { Note str4095 }* "
        "PreferredDeliveryMethod %Delivery? PriceLevelRef ref31? ExternalGUID guid? CurrencyRef ref64?",
    ),
    "CustomerModRq": _add(
        "CustomerMod",
        "...MOD Name str41? IsActive bool? ClassRef ref159? ParentRef ref? ...PERSON BillAddress ADDRESS? "
        "ShipAddress ADDRESS? ShipToAddress NAMED_ADDRESS* ...REACH AdditionalContactRef CONTACT_VALUE* "
        "ContactsMod { ...MOD ...CONTACTS }* ...CUSTOMER_TERMS ...CUSTOMER_TAX ...JOB "
        "AdditionalNotesMod { NoteID int Note str4095 }* PreferredDeliveryMethod %Delivery? PriceLevelRef ref31? "
        "CurrencyRef ref64?",
    ),
    "VendorQueryRq": _query(_NAMES, owner=True),
    "VendorAddRq": _add(
        "VendorAdd",
        "Name str41 IsActive bool? ClassRef ref159? ...PERSON VendorAddress ADDRESS? ShipAddress ADDRESS? ...REACH "
        "AdditionalContactRef CONTACT_VALUE* Contacts CONTACTS* NameOnCheck str41? AccountNumber str99? Notes str4095? "
        "AdditionalNotes { Note str4095 }* VendorTypeRef ref159? TermsRef ref31? CreditLimit amt? "
        "VendorTaxIdent str15? "
        "IsVendorEligibleFor1099 bool? OpenBalance amt? OpenBalanceDate date? BillingRateRef ref31? ExternalGUID guid? "
        "PrefillAccountRef ref159* CurrencyRef ref64?",
    ),
    "VendorModRq": _add(
        "VendorMod",
        "...MOD Name str41? IsActive bool? ClassRef ref159? ...PERSON VendorAddress ADDRESS? ShipAddress ADDRESS? "
        "...REACH AdditionalContactRef CONTACT_VALUE* ContactsMod { ...MOD ...CONTACTS }* NameOnCheck str41? "
        "AccountNumber str99? Notes str4095? AdditionalNotesMod { NoteID int Note str4095 }* VendorTypeRef ref159? "
        "TermsRef ref31? CreditLimit amt? VendorTaxIdent str15? IsVendorEligibleFor1099 bool? BillingRateRef ref31? "
        "PrefillAccountRef ref159* CurrencyRef ref64?",
    ),
    "OtherNameQueryRq": _query(_PLAIN, owner=True),
    "OtherNameAddRq": _add(
        "OtherNameAdd",
        "Name str41 IsActive bool? CompanyName str41? Salutation str15? FirstName str25? MiddleName str5? "
        "LastName str25? OtherNameAddress ADDRESS? Phone str21? AltPhone str21? Fax str21? Email str1023? "
        "Contact str41? AltContact str41? AccountNumber str99? Notes str4095? ExternalGUID guid?",
    ),
    "EntityQueryRq": _query(_PLAIN),
    "ItemInventoryAddRq": _add(
        "ItemInventoryAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ParentRef ref? ManufacturerPartNumber str31? "
        "UnitOfMeasureSetRef ref31? ...INVENTORY_SIDES QuantityOnHand quan? TotalValue amt? InventoryDate date? "
        "ExternalGUID guid?",
    ),
    "ItemInventoryModRq": _add(
        "ItemInventoryMod",
        "...MOD Name str31? ...ITEM_HEAD ClassRef ref159? ParentRef ref? ManufacturerPartNumber str31? "
        "UnitOfMeasureSetRef ref31? ForceUOMChange bool? SalesTaxCodeRef ref3? SalesDesc str4095? SalesPrice price? "
        "IncomeAccountRef ref159? ApplyIncomeAccountRefToExistingTxns bool? PurchaseDesc str4095? PurchaseCost price? "
        "COGSAccountRef ref159? ApplyCOGSAccountRefToExistingTxns bool? PrefVendorRef ref41? AssetAccountRef ref159? "
        "ReorderPoint quan? Max quan?",
    ),
    "ItemNonInventoryAddRq": _add(
        "ItemNonInventoryAdd",
        "Name str31 ...ITEM_HEAD ParentRef ref? ClassRef ref159? ManufacturerPartNumber str31? "
        "UnitOfMeasureSetRef ref31? SalesTaxCodeRef ref3? ...SIDES ExternalGUID guid?",
    ),
    "ItemNonInventoryModRq": _add(
        "ItemNonInventoryMod",
        "...MOD Name str31? ...ITEM_HEAD ClassRef ref159? ParentRef ref? ManufacturerPartNumber str31? "
        "UnitOfMeasureSetRef ref31? ForceUOMChange bool? SalesTaxCodeRef ref3? ...SIDES_MOD",
    ),
    "ItemServiceAddRq": _add(
        "ItemServiceAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ParentRef ref? UnitOfMeasureSetRef ref31? SalesTaxCodeRef ref3? "
        "...SIDES ExternalGUID guid?",
    ),
    "ItemServiceModRq": _add(
        "ItemServiceMod",
        "...MOD Name str31? ...ITEM_HEAD ClassRef ref159? ParentRef ref? UnitOfMeasureSetRef ref31? "
        "ForceUOMChange bool? SalesTaxCodeRef ref3? ...SIDES_MOD",
    ),
    "ItemOtherChargeAddRq": _add(
        "ItemOtherChargeAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ParentRef ref? SalesTaxCodeRef ref3? ...SIDES ExternalGUID guid?",
    ),
    "ItemOtherChargeModRq": _add(
        "ItemOtherChargeMod",
        "...MOD Name str31? ...ITEM_HEAD ClassRef ref159? ParentRef ref? SalesTaxCodeRef ref3? ...SIDES_MOD",
    ),
    "ItemDiscountAddRq": _add(
        "ItemDiscountAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ParentRef ref? ItemDesc str4095? SalesTaxCodeRef ref3? "
        "( DiscountRate price | DiscountRatePercent pct )? AccountRef ref159? ExternalGUID guid?",
    ),
    "ItemPaymentAddRq": _add(
        "ItemPaymentAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ItemDesc str4095? DepositToAccountRef ref159? "
        "PaymentMethodRef ref31? ExternalGUID guid?",
    ),
    "ItemSubtotalAddRq": _add("ItemSubtotalAdd", "Name str31 ...ITEM_HEAD ItemDesc str4095? ExternalGUID guid?"),
    "ItemSalesTaxAddRq": _add(
        "ItemSalesTaxAdd",
        "Name str31 ...ITEM_HEAD ClassRef ref159? ItemDesc str4095? TaxRate pct? TaxVendorRef ref41? "
        "ExternalGUID guid?",
    ),
    "ItemSalesTaxModRq": _add(
        "ItemSalesTaxMod",
        "...MOD Name str31? ...ITEM_HEAD ClassRef ref159? ItemDesc str4095? TaxRate pct? TaxVendorRef ref41?",
    ),
    "ItemSalesTaxGroupAddRq": _add(
        "ItemSalesTaxGroupAdd",
        "Name str31 ...ITEM_HEAD ItemDesc str4095? ExternalGUID guid? ItemSalesTaxRef ref31+",
    ),
    "SalesTaxCodeQueryRq": _query(_PLAIN),
    "SalesTaxCodeAddRq": _add("SalesTaxCodeAdd", "Name str3 IsActive bool? IsTaxable bool Desc str31?"),
    "PaymentMethodQueryRq": _query(f"{_PLAIN} PaymentMethodType %PaymentType*"),
    "PaymentMethodAddRq": _add("PaymentMethodAdd", "Name str31 IsActive bool? PaymentMethodType %PaymentType?"),
    "ClassQueryRq": _query(_PLAIN),
    "ClassAddRq": _add("ClassAdd", "Name str31 IsActive bool? ParentRef ref?"),
    "ClassModRq": _add("ClassMod", "...MOD Name str31? IsActive bool? ParentRef ref?"),
    "ShipMethodQueryRq": _query(_PLAIN),
    "ShipMethodAddRq": _add("ShipMethodAdd", "Name str15 IsActive bool?"),
    "StandardTermsQueryRq": _query(_PLAIN),
    "StandardTermsAddRq": _add(
        "StandardTermsAdd", "Name str31 IsActive bool? StdDueDays int? StdDiscountDays int? DiscountPct pct?"
    ),
    "TermsQueryRq": _query(_PLAIN),
    "CurrencyQueryRq": _query(_PLAIN),
    "InventorySiteQueryRq": _query("...CHANGED_SINCE"),
    "ListDelRq": "ListDelType %List ListID id",
    "ListDeletedQueryRq": (
        "ListDelType %List+ DeletedDateRangeFilter { FromDeletedDate datetime? ToDeletedDate datetime? }? ...RETURNED"
    ),
    "DataExtAddRq": (
        "DataExtAdd { OwnerID guid DataExtName str31 ( ListDataExtType %ListExt ListObjRef ref159 | "
        "TxnDataExtType %TxnExt TxnID txn TxnLineID id? | OtherDataExtType %OtherExt ) DataExtValue str }"
    ),
}

ITEM_KINDS = [
    "ItemService",
    "ItemNonInventory",
    "ItemOtherCharge",
    "ItemInventory",
    "ItemDiscount",
    "ItemPayment",
    "ItemSubtotal",
    "ItemSalesTax",
    "ItemSalesTaxGroup",
]
"""In the order an ItemQuery answers them."""

LIST_REQUESTS["ItemQueryRq"] = _query(_PLAIN, owner=True)
for _kind in ITEM_KINDS:
    _of_class = "" if _kind in ("ItemSubtotal", "ItemSalesTaxGroup") else " ...CLASS_FILTER"
    LIST_REQUESTS[f"{_kind}QueryRq"] = _query(_PLAIN + _of_class, owner=True)
