"""The elements of our requests in QuickBooks' order. Source: qbXML 13.0 schema, US edition.

``?`` at most once, ``*`` any number, ``+`` at least one, ``{0,3}`` up to three, no mark exactly once;
``( A | B )`` one of them; ``Name:41`` where an element's type differs from ``field_types``; ``^`` may name a
transaction of the same message set by a macro. Left out: blocks for card processing, which we never send. Elements of
other countries' editions and of QuickBooks Online are not here, though the schema lets them pass.
"""

from __future__ import annotations

_ADDRESS = "Addr1? Addr2? Addr3? Addr4? Addr5? City? State? PostalCode? Country? Note?"
_MOD = "ListID EditSequence"
_ITEM = "Name BarCode? IsActive?"
_ITEM_MOD = f"{_MOD} Name? BarCode? IsActive?"
_SIDES = "( SalesOrPurchase | SalesAndPurchase ) ExternalGUID?"
_SIDES_MOD = "( SalesOrPurchaseMod | SalesAndPurchaseMod )?"
_PERSON = "Salutation? FirstName? MiddleName? LastName? JobTitle?"
_REACH = "Phone? AltPhone? Fax? Email? Cc? Contact? AltContact? AdditionalContactRef*"
_CUSTOMER_TERMS = "CustomerTypeRef? TermsRef? SalesRepRef?"
_CUSTOMER_TAX = (
    "SalesTaxCodeRef? ItemSalesTaxRef? ResaleNumber? AccountNumber?:99 CreditLimit? PreferredPaymentMethodRef?"
)
_JOB = "JobStatus? JobStartDate? JobProjectedEndDate? JobEndDate? JobDesc? JobTypeRef? Notes?"
_PREFILL = "PrefillAccountRef{0,3}"
_VENDOR_END = "VendorTypeRef? TermsRef? CreditLimit? VendorTaxIdent? IsVendorEligibleFor1099?"

_LISTS: dict[str, str] = {
    "CustomerAdd": f"""Name:41 IsActive? ClassRef? ParentRef? CompanyName? {_PERSON} BillAddress? ShipAddress?
        ShipToAddress* {_REACH} Contacts* {_CUSTOMER_TERMS} OpenBalance? OpenBalanceDate? {_CUSTOMER_TAX} {_JOB}
        AdditionalNotes* PreferredDeliveryMethod? PriceLevelRef? ExternalGUID? CurrencyRef?""",
    "CustomerMod": f"""{_MOD} Name?:41 IsActive? ClassRef? ParentRef? CompanyName? {_PERSON} BillAddress? ShipAddress?
        ShipToAddress* {_REACH} ContactsMod* {_CUSTOMER_TERMS} {_CUSTOMER_TAX} {_JOB} AdditionalNotesMod*
        PreferredDeliveryMethod? PriceLevelRef? CurrencyRef?""",
    "VendorAdd": f"""Name:41 IsActive? ClassRef? CompanyName? {_PERSON} VendorAddress? ShipAddress? {_REACH} Contacts*
        NameOnCheck? AccountNumber?:99 Notes? AdditionalNotes* {_VENDOR_END} OpenBalance? OpenBalanceDate?
        BillingRateRef? ExternalGUID? {_PREFILL} CurrencyRef?""",
    "VendorMod": f"""{_MOD} Name?:41 IsActive? ClassRef? CompanyName? {_PERSON} VendorAddress? ShipAddress? {_REACH}
        ContactsMod* NameOnCheck? AccountNumber?:99 Notes? AdditionalNotesMod* {_VENDOR_END} BillingRateRef?
        {_PREFILL} CurrencyRef?""",
    "BillAddress": _ADDRESS,
    "ShipAddress": _ADDRESS,
    "VendorAddress": _ADDRESS,
    "Address": _ADDRESS,
    "ShipToAddress": f"Name:41 {_ADDRESS} DefaultShipTo?",
    "AdditionalContactRef": "ContactName ContactValue",
    "Contacts": "Salutation? FirstName MiddleName? LastName? JobTitle? AdditionalContactRef*",
    # Without an id it is a new one.
    "ContactsMod": "ListID? EditSequence? Salutation? FirstName MiddleName? LastName? JobTitle? AdditionalContactRef*",
    "AdditionalNotes": "Note:4095",
    "AdditionalNotesMod": "NoteID Note:4095",
    "ClassAdd": "Name IsActive? ParentRef?",
    "ClassMod": f"{_MOD} Name? IsActive? ParentRef?",
    "PaymentMethodAdd": "Name IsActive? PaymentMethodType?",
    "SalesTaxCodeAdd": "Name:3 IsActive? IsTaxable Desc?:31",
    "StandardTermsAdd": "Name IsActive? StdDueDays? StdDiscountDays? DiscountPct?",
    "AccountAdd": """Name IsActive? ParentRef? AccountType AccountNumber? BankNumber? Desc?:200 OpenBalance?
        OpenBalanceDate? TaxLineID? CurrencyRef?""",
    "AccountMod": f"""{_MOD} Name? IsActive? ParentRef? AccountType? AccountNumber? BankNumber? Desc?:200 OpenBalance?
        OpenBalanceDate? TaxLineID? CurrencyRef?""",
    "BarCode": "BarCodeValue? AssignEvenIfUsed? AllowOverride?",
    "SalesOrPurchase": "Desc? ( Price | PricePercent )? AccountRef?",
    "SalesAndPurchase": """SalesDesc? SalesPrice? IncomeAccountRef? PurchaseDesc? PurchaseCost? ExpenseAccountRef?
        PrefVendorRef?""",
    "SalesOrPurchaseMod": "Desc? ( Price | PricePercent )? AccountRef? ApplyAccountRefToExistingTxns?",
    "SalesAndPurchaseMod": """SalesDesc? SalesPrice? IncomeAccountRef? ApplyIncomeAccountRefToExistingTxns?
        PurchaseDesc? PurchaseCost? ExpenseAccountRef? ApplyExpenseAccountRefToExistingTxns? PrefVendorRef?""",
    "ItemInventoryAdd": f"""{_ITEM} ClassRef? ParentRef? ManufacturerPartNumber? UnitOfMeasureSetRef? SalesTaxCodeRef?
        SalesDesc? SalesPrice? IncomeAccountRef? PurchaseDesc? PurchaseCost? COGSAccountRef? PrefVendorRef?
        AssetAccountRef? ReorderPoint? Max? QuantityOnHand? TotalValue? InventoryDate? ExternalGUID?""",
    "ItemInventoryMod": f"""{_ITEM_MOD} ClassRef? ParentRef? ManufacturerPartNumber? UnitOfMeasureSetRef?
        ForceUOMChange? SalesTaxCodeRef? SalesDesc? SalesPrice? IncomeAccountRef? ApplyIncomeAccountRefToExistingTxns?
        PurchaseDesc? PurchaseCost? COGSAccountRef? ApplyCOGSAccountRefToExistingTxns? PrefVendorRef? AssetAccountRef?
        ReorderPoint? Max?""",
    # The only one with its parent before its class.
    "ItemNonInventoryAdd": f"""{_ITEM} ParentRef? ClassRef? ManufacturerPartNumber? UnitOfMeasureSetRef?
        SalesTaxCodeRef? {_SIDES}""",
    "ItemNonInventoryMod": f"""{_ITEM_MOD} ClassRef? ParentRef? ManufacturerPartNumber? UnitOfMeasureSetRef?
        ForceUOMChange? SalesTaxCodeRef? {_SIDES_MOD}""",
    "ItemServiceAdd": f"{_ITEM} ClassRef? ParentRef? UnitOfMeasureSetRef? SalesTaxCodeRef? {_SIDES}",
    "ItemServiceMod": f"""{_ITEM_MOD} ClassRef? ParentRef? UnitOfMeasureSetRef? ForceUOMChange? SalesTaxCodeRef?
        {_SIDES_MOD}""",
    "ItemOtherChargeAdd": f"{_ITEM} ClassRef? ParentRef? SalesTaxCodeRef? {_SIDES}",
    "ItemOtherChargeMod": f"{_ITEM_MOD} ClassRef? ParentRef? SalesTaxCodeRef? {_SIDES_MOD}",
    "ItemSalesTaxAdd": f"{_ITEM} ClassRef? ItemDesc? TaxRate? TaxVendorRef? ExternalGUID?",
    "ItemSalesTaxMod": f"{_ITEM_MOD} ClassRef? ItemDesc? TaxRate? TaxVendorRef?",
    "ItemDiscountAdd": f"""{_ITEM} ClassRef? ParentRef? ItemDesc? SalesTaxCodeRef?
        ( DiscountRate | DiscountRatePercent )? AccountRef? ExternalGUID?""",
    "ItemPaymentAdd": f"{_ITEM} ClassRef? ItemDesc? DepositToAccountRef? PaymentMethodRef? ExternalGUID?",
}

_NUMBERED = "TxnDate? RefNumber?"
_FORM_END = "Memo? CustomerMsgRef? IsToBePrinted? IsToBeEmailed? CustomerSalesTaxCodeRef?"
_SHIPPED = "TermsRef? DueDate? SalesRepRef? FOB? ShipDate? ShipMethodRef? ItemSalesTaxRef?"
_LINE_PRICE = "ItemRef? Desc? Quantity? UnitOfMeasure? ( Rate | RatePercent | PriceLevelRef )? ClassRef? Amount?"
_SITES = "InventorySiteRef? InventorySiteLocationRef?"
_TRACKED = "( SerialNumber? | LotNumber? )?"
_GROUP_LINE = f"ItemGroupRef Quantity? UnitOfMeasure? {_SITES} DataExt*"
_OTHERS = "Other1? Other2?"
_COST_LINE = f"""ItemRef? {_SITES} {_TRACKED} Desc? Quantity? UnitOfMeasure? Cost? Amount? CustomerRef? ClassRef?
    BillableStatus? OverrideItemAccountRef?"""
_PAYABLE = "TxnDate? RefNumber?:20 Memo? ExchangeRate? ExternalGUID?"
_JOURNAL_LINE = "TxnLineID? AccountRef? Amount? Memo? EntityRef? ClassRef? BillableStatus?"
_DEPOSITED = "PaymentTxnID^ PaymentTxnLineID?^ OverrideMemo? OverrideCheckNumber? OverrideClassRef?"
_BANKED = "EntityRef? AccountRef Memo? CheckNumber? PaymentMethodRef? ClassRef? Amount?"
_PURCHASE_HEAD = """ClassRef? ( InventorySiteRef? | ShipToEntityRef? )? TemplateRef? TxnDate? RefNumber? VendorAddress?
    ShipAddress? TermsRef? DueDate? ExpectedDate? ShipMethodRef? FOB?"""
_PURCHASE_END = "Memo? VendorMsg? IsToBePrinted? IsToBeEmailed? Other1?:25 Other2? ExchangeRate?"
_PURCHASE_LINE = "Rate? ClassRef? Amount? InventorySiteLocationRef? CustomerRef? ServiceDate?"

_TRANSACTIONS: dict[str, str] = {
    "SalesReceiptAdd": f"""CustomerRef? ClassRef? TemplateRef? {_NUMBERED} BillAddress? ShipAddress? IsPending?
        CheckNumber?:25 PaymentMethodRef? DueDate? SalesRepRef? ShipDate? ShipMethodRef? FOB? ItemSalesTaxRef?
        {_FORM_END} DepositToAccountRef? Other? ExchangeRate? ExternalGUID?
        ( SalesReceiptLineAdd | SalesReceiptLineGroupAdd )+""",
    "SalesReceiptLineAdd": f"""{_LINE_PRICE} OptionForPriceRuleConflict? {_SITES} {_TRACKED} ServiceDate?
        SalesTaxCodeRef? OverrideItemAccountRef? {_OTHERS} DataExt*""",
    "SalesReceiptLineGroupAdd": _GROUP_LINE,
    "InvoiceAdd": f"""CustomerRef ClassRef? ARAccountRef? TemplateRef? {_NUMBERED} BillAddress? ShipAddress? IsPending?
        IsFinanceCharge? PONumber? {_SHIPPED} {_FORM_END} Other? ExchangeRate? ExternalGUID? LinkToTxnID* SetCredit*
        ( InvoiceLineAdd | InvoiceLineGroupAdd )*""",
    "InvoiceLineAdd": f"""{_LINE_PRICE} OptionForPriceRuleConflict? {_SITES} {_TRACKED} ServiceDate? SalesTaxCodeRef?
        OverrideItemAccountRef? {_OTHERS} LinkToTxn? DataExt*""",
    "InvoiceLineGroupAdd": _GROUP_LINE,
    "CreditMemoAdd": f"""CustomerRef ClassRef? ARAccountRef? TemplateRef? {_NUMBERED} BillAddress? ShipAddress?
        IsPending? PONumber? {_SHIPPED} {_FORM_END} Other? ExchangeRate? ExternalGUID?
        ( CreditMemoLineAdd | CreditMemoLineGroupAdd )+""",
    "CreditMemoLineAdd": f"""{_LINE_PRICE} {_SITES} {_TRACKED} ServiceDate? SalesTaxCodeRef? OverrideItemAccountRef?
        {_OTHERS} DataExt*""",
    "CreditMemoLineGroupAdd": _GROUP_LINE,
    "SalesOrderAdd": f"""CustomerRef ClassRef? TemplateRef? {_NUMBERED} BillAddress? ShipAddress? PONumber? {_SHIPPED}
        IsManuallyClosed? {_FORM_END} Other? ExchangeRate? ExternalGUID?
        ( SalesOrderLineAdd | SalesOrderLineGroupAdd )+""",
    "SalesOrderLineAdd": f"""{_LINE_PRICE} OptionForPriceRuleConflict? {_SITES} {_TRACKED} SalesTaxCodeRef?
        IsManuallyClosed? {_OTHERS} DataExt*""",
    "SalesOrderLineGroupAdd": _GROUP_LINE,
    "SalesOrderMod": f"""TxnID EditSequence CustomerRef? ClassRef? TemplateRef? {_NUMBERED} BillAddress? ShipAddress?
        PONumber? {_SHIPPED} IsManuallyClosed? {_FORM_END} Other? ExchangeRate?
        ( SalesOrderLineMod | SalesOrderLineGroupMod )*""",
    "SalesOrderLineMod": f"""TxnLineID ItemRef? Desc? Quantity? UnitOfMeasure? OverrideUOMSetRef?
        ( Rate | RatePercent | PriceLevelRef )? ClassRef? Amount? OptionForPriceRuleConflict? {_SITES} {_TRACKED}
        SalesTaxCodeRef? IsManuallyClosed? {_OTHERS}""",
    "SalesOrderLineGroupMod": """TxnLineID ItemGroupRef? Quantity? UnitOfMeasure? OverrideUOMSetRef?
        SalesOrderLineMod*""",
    "ReceivePaymentAdd": """CustomerRef ARAccountRef? TxnDate? RefNumber?:20 TotalAmount? ExchangeRate?
        PaymentMethodRef? Memo? DepositToAccountRef? ExternalGUID? ( IsAutoApply | AppliedToTxnAdd+ )""",
    "AppliedToTxnAdd": "TxnID^ PaymentAmount? SetCredit* DiscountAmount? DiscountAccountRef? DiscountClassRef?",
    "SetCredit": "CreditTxnID^ AppliedAmount Override?",
    "ARRefundCreditCardAdd": f"""CustomerRef RefundFromAccountRef? ARAccountRef? {_NUMBERED} Address? PaymentMethodRef?
        Memo? ExchangeRate? ExternalGUID? RefundAppliedToTxnAdd+""",
    "RefundAppliedToTxnAdd": "TxnID^ RefundAmount",
    "CheckAdd": """AccountRef PayeeEntityRef? RefNumber? TxnDate? Memo? Address? IsToBePrinted? ExchangeRate?
        ExternalGUID? ApplyCheckToTxnAdd* ExpenseLineAdd* ( ItemLineAdd:UnlinkedItemLine | ItemGroupLineAdd )*""",
    "ApplyCheckToTxnAdd": "TxnID^ Amount?",
    # A deposit has no reference number.
    "DepositAdd": """TxnDate? DepositToAccountRef Memo? CashBackInfoAdd? CurrencyRef? ExchangeRate? ExternalGUID?
        DepositLineAdd*""",
    "CashBackInfoAdd": "AccountRef Memo? Amount?",
    "DepositLineAdd": f"( {_DEPOSITED} | {_BANKED} )",
    "JournalEntryAdd": f"""{_NUMBERED} IsAdjustment?
        ( IsHomeCurrencyAdjustment | IsAmountsEnteredInHomeCurrency? CurrencyRef? ExchangeRate? )? ExternalGUID?
        ( JournalDebitLine | JournalCreditLine )+""",
    "JournalDebitLine": _JOURNAL_LINE,
    "JournalCreditLine": _JOURNAL_LINE,
    "TransferAdd": "TxnDate? TransferFromAccountRef? TransferToAccountRef? ClassRef? Amount? Memo?",
    "BillAdd": """VendorRef VendorAddress? APAccountRef? TxnDate? DueDate? RefNumber?:20 TermsRef? Memo? ExchangeRate?
        ExternalGUID? LinkToTxnID* ExpenseLineAdd* ( ItemLineAdd | ItemGroupLineAdd )*""",
    "ItemReceiptAdd": f"""VendorRef APAccountRef? {_PAYABLE} LinkToTxnID* ExpenseLineAdd*
        ( ItemLineAdd | ItemGroupLineAdd )*""",
    "VendorCreditAdd": f"""VendorRef APAccountRef? {_PAYABLE} ExpenseLineAdd*
        ( ItemLineAdd:UnlinkedItemLine | ItemGroupLineAdd )*""",
    "ExpenseLineAdd": "AccountRef? Amount? Memo? CustomerRef? ClassRef? BillableStatus? SalesRepRef? DataExt*",
    "ItemLineAdd": f"{_COST_LINE} LinkToTxn? SalesRepRef? DataExt*",
    "UnlinkedItemLine": f"{_COST_LINE} SalesRepRef? DataExt*",
    "ItemGroupLineAdd": _GROUP_LINE,
    "LinkToTxn": "TxnID TxnLineID",
    "DataExt": "OwnerID DataExtName DataExtValue",
    "PurchaseOrderAdd": f"""VendorRef? {_PURCHASE_HEAD} {_PURCHASE_END} ExternalGUID?
        ( PurchaseOrderLineAdd | PurchaseOrderLineGroupAdd )+""",
    "PurchaseOrderLineAdd": f"""ItemRef? ManufacturerPartNumber? Desc? Quantity? UnitOfMeasure? {_PURCHASE_LINE}
        OverrideItemAccountRef? {_OTHERS} DataExt*""",
    "PurchaseOrderLineGroupAdd": "ItemGroupRef Quantity? UnitOfMeasure? InventorySiteLocationRef? DataExt*",
    "PurchaseOrderMod": f"""TxnID^ EditSequence VendorRef? {_PURCHASE_HEAD} IsManuallyClosed? {_PURCHASE_END}
        ( PurchaseOrderLineMod | PurchaseOrderLineGroupMod )*""",
    "PurchaseOrderLineMod": f"""TxnLineID^ ItemRef? ManufacturerPartNumber? Desc? Quantity? UnitOfMeasure?
        OverrideUOMSetRef? {_PURCHASE_LINE} IsManuallyClosed? OverrideItemAccountRef? {_OTHERS}""",
    "PurchaseOrderLineGroupMod": """TxnLineID^ ItemGroupRef? Quantity? UnitOfMeasure? OverrideUOMSetRef?
        PurchaseOrderLineMod*""",
    "InventoryAdjustmentAdd": f"""AccountRef {_NUMBERED} InventorySiteRef? CustomerRef? ClassRef? Memo? ExternalGUID?
        InventoryAdjustmentLineAdd+""",
    "InventoryAdjustmentLineAdd": "ItemRef ( QuantityAdjustment | ValueAdjustment )",
    "QuantityAdjustment": f"( NewQuantity | QuantityDifference ) {_TRACKED} InventorySiteLocationRef?",
    "ValueAdjustment": "( NewQuantity? | QuantityDifference ) ( NewValue | ValueDifference )?",
}

_CHANGED = "FromModifiedDate? ToModifiedDate?"
_LIST_FILTER = f"MaxReturned? ActiveStatus? {_CHANGED} ( NameFilter | NameRangeFilter )?"
_LISTED = f"ListID+ | FullName+ | {_LIST_FILTER}"
_RETURNED = "IncludeRetElement*"
_OWNED = f"{_RETURNED} OwnerID*"
_WHO = "ListID+ | FullName+ | ListIDWithChildren | FullNameWithChildren"
_DATES = "( ModifiedDateRangeFilter | TxnDateRangeFilter )?"
_REF_FILTER = "( RefNumberFilter | RefNumberRangeFilter )?"
_FOUND = "TxnID+ | RefNumber+:str | RefNumberCaseSensitive+"
_FILTERED = f"MaxReturned? {_DATES} EntityFilter? AccountFilter? {_REF_FILTER} CurrencyFilter?"
_TXN_QUERY = f"( {_FOUND} | {_FILTERED} )? IncludeLineItems? {_OWNED}"
_LINKED_QUERY = f"( {_FOUND} | {_FILTERED} )? IncludeLineItems? IncludeLinkedTxns? {_OWNED}"

_QUERIES: dict[str, str] = {
    "HostQueryRq": f"IncludeListMetaData? {_RETURNED}",
    "CompanyQueryRq": _OWNED,
    "PreferencesQueryRq": _RETURNED,
    "AccountQueryRq": f"( {_LISTED} AccountType* CurrencyFilter? )? {_OWNED}",
    "ClassQueryRq": f"( {_LISTED} )? {_RETURNED}",
    "SalesTaxCodeQueryRq": f"( {_LISTED} )? {_RETURNED}",
    "CurrencyQueryRq": f"( {_LISTED} )? {_RETURNED}",
    "PaymentMethodQueryRq": f"( {_LISTED} PaymentMethodType* )? {_RETURNED}",
    "CustomerQueryRq": f"( {_LISTED} CurrencyFilter? ClassFilter? )? {_OWNED}",
    "VendorQueryRq": f"( {_LISTED} CurrencyFilter? ClassFilter? )? {_OWNED}",
    "TermsQueryRq": f"( {_LISTED} )? {_RETURNED}",
    "EntityQueryRq": f"( {_LISTED} )? {_RETURNED}",
    "ItemQueryRq": f"( {_LISTED} )? {_OWNED}",
    "ItemInventoryQueryRq": f"( {_LISTED} ClassFilter? )? {_OWNED}",
    "ItemSalesTaxQueryRq": f"( {_LISTED} ClassFilter? )? {_OWNED}",
    "SalesReceiptQueryRq": _TXN_QUERY,
    "ReceivePaymentQueryRq": _TXN_QUERY,
    "ARRefundCreditCardQueryRq": _TXN_QUERY,
    "JournalEntryQueryRq": _TXN_QUERY,
    "CreditMemoQueryRq": _LINKED_QUERY,
    "PurchaseOrderQueryRq": _LINKED_QUERY,
    "ItemReceiptQueryRq": _LINKED_QUERY,
    "VendorCreditQueryRq": _LINKED_QUERY,
    "CheckQueryRq": _LINKED_QUERY,
    "InvoiceQueryRq": f"( {_FOUND} | {_FILTERED} PaidStatus? )? IncludeLineItems? IncludeLinkedTxns? {_OWNED}",
    "BillQueryRq": f"( {_FOUND} | {_FILTERED} PaidStatus? )? IncludeLineItems? IncludeLinkedTxns? {_OWNED}",
    "SalesOrderQueryRq": f"""( {_FOUND} | MaxReturned? {_DATES} EntityFilter? {_REF_FILTER} CurrencyFilter? )?
        IncludeLineItems? IncludeLinkedTxns? {_OWNED}""",
    "InventoryAdjustmentQueryRq": f"""( {_FOUND} | MaxReturned? {_DATES} EntityFilter? AccountFilter? ItemFilter?
        {_REF_FILTER} )? IncludeLineItems? {_OWNED}""",
    "DepositQueryRq": f"""( TxnID+ | MaxReturned? {_DATES} EntityFilter? AccountFilter? CurrencyFilter? )?
        IncludeLineItems? {_OWNED}""",
    "TxnDeletedQueryRq": f"TxnDelType+ DeletedDateRangeFilter? {_RETURNED}",
    "IncludeListMetaData": "IncludeMaxCapacity",
    "NameFilter": "MatchCriterion Name:str",
    "NameRangeFilter": "FromName? ToName?",
    "RefNumberFilter": "MatchCriterion RefNumber:str",
    "RefNumberRangeFilter": "FromRefNumber? ToRefNumber?",
    "ModifiedDateRangeFilter": _CHANGED,
    "TxnDateRangeFilter": "FromTxnDate? ToTxnDate?",
    "DeletedDateRangeFilter": "FromDeletedDate? ToDeletedDate?",
    "CurrencyFilter": "( ListID+ | FullName+:64 )",
    "EntityFilter": f"( {_WHO} )",
    "AccountFilter": f"( {_WHO} )",
    "ClassFilter": f"( {_WHO} )",
    "ItemFilter": "( ListID+ | FullName+:159 | ListIDWithChildren | FullNameWithChildren:159 )",
}

_ASKED_WHOLE = frozenset({"HostQueryRq", "CompanyQueryRq", "PreferencesQueryRq"})
_NEVER_PAGED = frozenset(
    f"{name}QueryRq"
    for name in ("Account", "Class", "SalesTaxCode", "PaymentMethod", "Currency", "Terms", "TxnDeleted")
)
COUNTED = frozenset(name for name in _QUERIES if name.endswith("QueryRq")) - _ASKED_WHOLE
"""Queries that can be asked for the number of elements only."""
PAGED = COUNTED - _NEVER_PAGED
"""Queries that can be asked page by page, with an iterator."""

_DELETIONS: dict[str, str] = {
    "TxnDelRq": f"TxnDelType TxnID {_RETURNED}",
    "TxnVoidRq": f"TxnVoidType TxnID {_RETURNED}",
    "ListDelRq": f"ListDelType ListID {_RETURNED}",
}

_AGGREGATES = {**_LISTS, **_TRANSACTIONS}
_INSIDE = {element.rstrip("?*+^") for layout in _AGGREGATES.values() for element in layout.split()}
# An add or mod request holds one aggregate of its name; aggregates within others have no request.
_CHANGES = {
    f"{name}Rq": f"{name} {_RETURNED}" for name in _AGGREGATES if name.endswith(("Add", "Mod")) and name not in _INSIDE
}
LAYOUTS: dict[str, str] = {**_AGGREGATES, **_QUERIES, **_DELETIONS, **_CHANGES}

MAY_DEFINE_MACRO = frozenset(
    {
        *(name for name in _TRANSACTIONS if f"{name}Rq" in LAYOUTS and name.endswith("Add")),
        "SalesReceiptLineAdd",
        "InvoiceLineAdd",
        "CreditMemoLineAdd",
        "PurchaseOrderLineAdd",
        "ExpenseLineAdd",
        "CashBackInfoAdd",
        "DepositLineAdd",
        "JournalDebitLine",
        "JournalCreditLine",
    }
)
