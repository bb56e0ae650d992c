"""Requests about transactions. Order, types and lengths as qbXML 13.0 has them for QuickBooks Desktop, US edition."""

from __future__ import annotations

_REF_FILTERS = (
    "( RefNumberFilter { MatchCriterion %Match RefNumber str } | "
    "RefNumberRangeFilter { FromRefNumber str? ToRefNumber str? } )?"
)

FORM_PIECES: dict[str, str] = {
    "DATES": (
        "( ModifiedDateRangeFilter { FromModifiedDate datetime? ToModifiedDate datetime? } | "
        "TxnDateRangeFilter { ( FromTxnDate date? ToTxnDate date? | DateMacro %DateMacro ) } )?"
    ),
    "PARTIES": "EntityFilter { ...NAMED_IN }? AccountFilter { ...NAMED_IN }?",
    "REF_FILTERS": _REF_FILTERS,
    "STANDARD_FILTERS": "MaxReturned int? ...DATES ...PARTIES ...REF_FILTERS ...CURRENCY_FILTER",
    "SHIPPING": "SalesRepRef ref5? ShipDate date? ShipMethodRef ref15? FOB str13?",
    "SHIPPING_FOB_FIRST": "SalesRepRef ref5? FOB str13? ShipDate date? ShipMethodRef ref15?",
    "MESSAGE_AND_PRINT": (
        "ItemSalesTaxRef ref31? Memo str4095? CustomerMsgRef ref101? IsToBePrinted bool? IsToBeEmailed bool? "
        "CustomerSalesTaxCodeRef ref3?"
    ),
    "DATED_FORM": (
        "TemplateRef ref31? TxnDate date? RefNumber str11? BillAddress ADDRESS? ShipAddress ADDRESS? IsPending bool?"
    ),
    "RATE": "( Rate price | RatePercent pct | PriceLevelRef ref31 )?",
    "SITE": "InventorySiteRef ref31? InventorySiteLocationRef ref31?",
    "SERIAL": "( SerialNumber str4095? | LotNumber str40? )?",
    "SALE_START": "ItemRef ref? Desc str4095? Quantity quan? UnitOfMeasure str31?",
    "SALE_START_MOD": "TxnLineID txn ...SALE_START OverrideUOMSetRef ref31?",
    "SALE_END": (
        "...SITE ...SERIAL ServiceDate date? SalesTaxCodeRef ref3? OverrideItemAccountRef ref159? Other1 str29? "
        "Other2 str29?"
    ),
    "SALE_LINE": (
        "...SALE_START ...RATE ClassRef ref159? Amount amt? OptionForPriceRuleConflict %PriceRule? ...SALE_END "
        "DataExt CUSTOM_FIELD*"
    ),
    "SALE_LINE_MOD": (
        "...SALE_START_MOD ...RATE ClassRef ref159? Amount amt? OptionForPriceRuleConflict %PriceRule? ...SALE_END"
    ),
    "INVOICE_LINE": (
        "...SALE_START ...RATE ClassRef ref159? Amount amt? OptionForPriceRuleConflict %PriceRule? ...SALE_END "
        "LinkToTxn { TxnID id TxnLineID id }? DataExt CUSTOM_FIELD*"
    ),
    "CREDIT_LINE": "...SALE_START ...RATE ClassRef ref159? Amount amt? ...SALE_END DataExt CUSTOM_FIELD*",
    "CREDIT_LINE_MOD": "...SALE_START_MOD ...RATE ClassRef ref159? Amount amt? ...SALE_END",
    "ORDER_LINE": (
        "...SALE_START ...RATE ClassRef ref159? Amount amt? OptionForPriceRuleConflict %PriceRule? ...SITE ...SERIAL "
        "SalesTaxCodeRef ref3? IsManuallyClosed bool? Other1 str29? Other2 str29? DataExt CUSTOM_FIELD*"
    ),
    "ORDER_LINE_MOD": (
        "...SALE_START_MOD ...RATE ClassRef ref159? Amount amt? OptionForPriceRuleConflict %PriceRule? ...SITE "
        "...SERIAL SalesTaxCodeRef ref3? IsManuallyClosed bool? Other1 str29? Other2 str29?"
    ),
    "GROUP_LINE": "ItemGroupRef ref31 Quantity quan? UnitOfMeasure str31? ...SITE DataExt CUSTOM_FIELD*",
    "SET_CREDIT": "CreditTxnID txn AppliedAmount amt Override bool?",
    "APPLIED": (
        "TxnID txn PaymentAmount amt? SetCredit SET_CREDIT* DiscountAmount amt? DiscountAccountRef ref159? "
        "DiscountClassRef ref159?"
    ),
    "EXPENSE_LINE": (
        "AccountRef ref159? Amount amt? Memo str4095? CustomerRef ref209? ClassRef ref159? BillableStatus %Billable? "
        "SalesRepRef ref5? DataExt CUSTOM_FIELD*"
    ),
    "ITEM_LINE_START": (
        "ItemRef ref? ...SITE ...SERIAL Desc str4095? Quantity quan? UnitOfMeasure str31? Cost price? Amount amt? "
        "CustomerRef ref209? ClassRef ref159? BillableStatus %Billable? OverrideItemAccountRef ref159?"
    ),
    "ITEM_LINE": "...ITEM_LINE_START SalesRepRef ref5? DataExt CUSTOM_FIELD*",
    "LINKED_ITEM_LINE": (
        "...ITEM_LINE_START LinkToTxn { TxnID id TxnLineID id }? SalesRepRef ref5? DataExt CUSTOM_FIELD*"
    ),
    "SPENT": "ExpenseLineAdd @EXPENSE_LINE* ( ItemLineAdd ITEM_LINE | ItemGroupLineAdd GROUP_LINE )*",
    "RECEIVED": "ExpenseLineAdd @EXPENSE_LINE* ( ItemLineAdd LINKED_ITEM_LINE | ItemGroupLineAdd GROUP_LINE )*",
    "DEPOSIT_LINE": (
        "( PaymentTxnID txn PaymentTxnLineID txn? OverrideMemo str4095? OverrideCheckNumber str11? "
        "OverrideClassRef ref159? | EntityRef ref209? AccountRef ref159 Memo str4095? CheckNumber str11? "
        "PaymentMethodRef ref31? ClassRef ref159? Amount amt? )"
    ),
    "JOURNAL_LINE": (
        "TxnLineID id? AccountRef ref159? Amount amt? Memo str4095? EntityRef ref209? ClassRef ref159? "
        "BillableStatus %Billable?"
    ),
    "PURCHASE_LINE": (
        "ItemRef ref? ManufacturerPartNumber str31? Desc str4095? Quantity quan? UnitOfMeasure str31? Rate price? "
        "ClassRef ref159? Amount amt? InventorySiteLocationRef ref31? CustomerRef ref209? ServiceDate date? "
        "OverrideItemAccountRef ref159? Other1 str29? Other2 str29? DataExt CUSTOM_FIELD*"
    ),
    "PURCHASE_LINE_MOD": (
        "TxnLineID txn ItemRef ref? ManufacturerPartNumber str31? Desc str4095? Quantity quan? UnitOfMeasure str31? "
        "OverrideUOMSetRef ref31? Rate price? ClassRef ref159? Amount amt? InventorySiteLocationRef ref31? "
        "CustomerRef ref209? ServiceDate date? IsManuallyClosed bool? OverrideItemAccountRef ref159? Other1 str29? "
        "Other2 str29?"
    ),
    "PURCHASE_GROUP": (
        "ItemGroupRef ref31 Quantity quan? UnitOfMeasure str31? InventorySiteLocationRef ref31? DataExt CUSTOM_FIELD*"
    ),
    "PURCHASE_HEAD": (
        "VendorRef ref41? ClassRef ref159? ( InventorySiteRef ref31? | ShipToEntityRef ref209? )? TemplateRef ref31? "
        "TxnDate date? RefNumber str11? VendorAddress ADDRESS? ShipAddress ADDRESS? TermsRef ref31? DueDate date? "
        "ExpectedDate date? ShipMethodRef ref15? FOB str13?"
    ),
    "PURCHASE_MESSAGE": (
        "Memo str4095? VendorMsg str99? IsToBePrinted bool? IsToBeEmailed bool? Other1 str25? Other2 str29? "
        "ExchangeRate float?"
    ),
    "CHANGED": "TxnID txn EditSequence str16",
}


def _add(name: str, body: str) -> str:
    return f"{name} @{{ {body} }} ...RETURNED"


def _mod(name: str, body: str) -> str:
    return f"{name} {{ ...CHANGED {body} }} ...RETURNED"


def _query(more: str = "", filters: str = "...STANDARD_FILTERS", linked: bool = False) -> str:
    links = "IncludeLinkedTxns bool?" if linked else ""
    keys = "TxnID id+ | RefNumber str+ | RefNumberCaseSensitive str+"
    return f"( {keys} | {filters} {more} )? IncludeLineItems bool? {links} ...RETURNED OwnerID guid*"


_RECEIPT = (
    "CustomerRef ref209? ClassRef ref159? ...DATED_FORM CheckNumber str25? PaymentMethodRef ref31? DueDate date? "
    "...SHIPPING ...MESSAGE_AND_PRINT DepositToAccountRef ref159?"
)
_INVOICE = "CustomerRef ref209{} ClassRef ref159? ARAccountRef ref159? ...DATED_FORM"
_BILLED = (
    "PONumber str25? TermsRef ref31? DueDate date? ...SHIPPING_FOB_FIRST ...MESSAGE_AND_PRINT Other "
    "str29? ExchangeRate float?"
)
_ORDERED = (
    "CustomerRef ref209{} ClassRef ref159? TemplateRef ref31? TxnDate date? RefNumber str11? BillAddress ADDRESS? "
    "ShipAddress ADDRESS? PONumber str25? TermsRef ref31? DueDate date? ...SHIPPING_FOB_FIRST ItemSalesTaxRef ref31? "
    "IsManuallyClosed bool? Memo str4095? CustomerMsgRef ref101? IsToBePrinted bool? IsToBeEmailed bool? "
    "CustomerSalesTaxCodeRef ref3? Other str29? ExchangeRate float?"
)
_PAYMENT = (
    "CustomerRef ref209{} ARAccountRef ref159? TxnDate date? RefNumber str20? TotalAmount amt? "
    "ExchangeRate float? PaymentMethodRef ref31? Memo str4095? DepositToAccountRef ref159?"
)

FORM_REQUESTS: dict[str, str] = {
    "SalesReceiptAddRq": _add(
        "SalesReceiptAdd",
        f"{_RECEIPT} Other str29? ExchangeRate float? ExternalGUID guid? "
        "( SalesReceiptLineAdd @SALE_LINE | SalesReceiptLineGroupAdd GROUP_LINE )+",
    ),
    "SalesReceiptModRq": _mod(
        "SalesReceiptMod", f"{_RECEIPT} Other str29? ExchangeRate float? ( SalesReceiptLineMod SALE_LINE_MOD )*"
    ),
    "InvoiceAddRq": _add(
        "InvoiceAdd",
        f"{_INVOICE.format('')} IsFinanceCharge bool? {_BILLED} ExternalGUID guid? LinkToTxnID id* "
        "SetCredit SET_CREDIT* ( InvoiceLineAdd @INVOICE_LINE | InvoiceLineGroupAdd GROUP_LINE )*",
    ),
    "InvoiceModRq": _mod(
        "InvoiceMod", f"{_INVOICE.format('?')} {_BILLED} SetCredit SET_CREDIT* ( InvoiceLineMod SALE_LINE_MOD )*"
    ),
    "CreditMemoAddRq": _add(
        "CreditMemoAdd",
        f"{_INVOICE.format('')} {_BILLED} ExternalGUID guid? "
        "( CreditMemoLineAdd @CREDIT_LINE | CreditMemoLineGroupAdd GROUP_LINE )+",
    ),
    "CreditMemoModRq": _mod(
        "CreditMemoMod", f"{_INVOICE.format('?')} {_BILLED} ( CreditMemoLineMod CREDIT_LINE_MOD )*"
    ),
    "SalesOrderAddRq": _add(
        "SalesOrderAdd",
        f"{_ORDERED.format('')} ExternalGUID guid? ( SalesOrderLineAdd @ORDER_LINE | SalesOrderLineGroupAdd "
        f"GROUP_LINE )+",
    ),
    "SalesOrderModRq": _mod("SalesOrderMod", f"{_ORDERED.format('?')} ( SalesOrderLineMod ORDER_LINE_MOD )*"),
    "ReceivePaymentAddRq": _add(
        "ReceivePaymentAdd",
        f"{_PAYMENT.format('')} ExternalGUID guid? ( IsAutoApply bool | AppliedToTxnAdd APPLIED+ )",
    ),
    "ReceivePaymentModRq": _mod("ReceivePaymentMod", f"{_PAYMENT.format('?')} AppliedToTxnMod APPLIED*"),
    "ARRefundCreditCardAddRq": _add(
        "ARRefundCreditCardAdd",
        "CustomerRef ref209 RefundFromAccountRef ref159? ARAccountRef ref159? TxnDate date? RefNumber str11? "
        "Address ADDRESS? PaymentMethodRef ref31? Memo str4095? ExchangeRate float? ExternalGUID guid? "
        "RefundAppliedToTxnAdd { TxnID txn RefundAmount amt }+",
    ),
    "CheckAddRq": _add(
        "CheckAdd",
        "AccountRef ref159 PayeeEntityRef ref209? RefNumber str11? TxnDate date? Memo str4095? Address ADDRESS? "
        "IsToBePrinted bool? ExchangeRate float? ExternalGUID guid? ApplyCheckToTxnAdd { TxnID txn Amount "
        "amt? }* ...SPENT",
    ),
    "DepositAddRq": _add(
        "DepositAdd",
        "TxnDate date? DepositToAccountRef ref159 Memo str4095? "
        "CashBackInfoAdd @{ AccountRef ref159 Memo str4095? Amount amt? }? CurrencyRef ref64? ExchangeRate float? "
        "ExternalGUID guid? DepositLineAdd @DEPOSIT_LINE*",
    ),
    "DepositModRq": _mod(
        "DepositMod",
        "TxnDate date? DepositToAccountRef ref159? Memo str4095? "
        "CashBackInfoMod { AccountRef ref159? Memo str4095? Amount amt? }? CurrencyRef ref64? ExchangeRate float? "
        "DepositLineMod { TxnLineID id ( PaymentTxnID txn PaymentTxnLineID txn? OverrideMemo str4095? "
        "OverrideCheckNumber str11? OverrideClassRef ref159? | EntityRef ref209? AccountRef ref159? Memo str4095? "
        "CheckNumber str11? PaymentMethodRef ref31? ClassRef ref159? Amount amt? ) }*",
    ),
    "JournalEntryAddRq": _add(
        "JournalEntryAdd",
        "TxnDate date? RefNumber str11? IsAdjustment bool? ( IsHomeCurrencyAdjustment bool | "
        "IsAmountsEnteredInHomeCurrency bool? CurrencyRef ref64? ExchangeRate float? )? ExternalGUID guid? "
        "( JournalDebitLine @JOURNAL_LINE | JournalCreditLine @JOURNAL_LINE )+",
    ),
    "JournalEntryModRq": _mod(
        "JournalEntryMod",
        "TxnDate date? RefNumber str11? IsAdjustment bool? IsAmountsEnteredInHomeCurrency bool? CurrencyRef ref64? "
        "ExchangeRate float? JournalLineMod { TxnLineID id JournalLineType %LineType? AccountRef ref159? Amount amt? "
        "Memo str4095? EntityRef ref209? ClassRef ref159? BillableStatus %Billable? }*",
    ),
    "TransferAddRq": _add(
        "TransferAdd",
        "TxnDate date? TransferFromAccountRef ref159? TransferToAccountRef ref159? ClassRef ref159? Amount amt? "
        "Memo str4095?",
    ),
    "InventoryAdjustmentAddRq": _add(
        "InventoryAdjustmentAdd",
        "AccountRef ref159 TxnDate date? RefNumber str11? InventorySiteRef ref31? CustomerRef ref209? ClassRef ref159? "
        "Memo str4095? ExternalGUID guid? InventoryAdjustmentLineAdd { ItemRef ref ( QuantityAdjustment { "
        "( NewQuantity quan | QuantityDifference quan ) ...SERIAL InventorySiteLocationRef ref31? } | "
        "ValueAdjustment { "
        "( NewQuantity quan? | QuantityDifference quan ) ( NewValue amt | ValueDifference amt )? } ) }+",
    ),
    "PurchaseOrderAddRq": _add(
        "PurchaseOrderAdd",
        "...PURCHASE_HEAD ...PURCHASE_MESSAGE ExternalGUID guid? "
        "( PurchaseOrderLineAdd @PURCHASE_LINE | PurchaseOrderLineGroupAdd PURCHASE_GROUP )+",
    ),
    "PurchaseOrderModRq": _mod(
        "PurchaseOrderMod",
        "...PURCHASE_HEAD IsManuallyClosed bool? ...PURCHASE_MESSAGE ( PurchaseOrderLineMod PURCHASE_LINE_MOD )*",
    ),
    "ItemReceiptAddRq": _add(
        "ItemReceiptAdd",
        "VendorRef ref41 APAccountRef ref159? TxnDate date? RefNumber str20? Memo str4095? ExchangeRate float? "
        "ExternalGUID guid? LinkToTxnID id* ...RECEIVED",
    ),
    "BillAddRq": _add(
        "BillAdd",
        "VendorRef ref41 VendorAddress ADDRESS? APAccountRef ref159? TxnDate date? DueDate date? RefNumber str20? "
        "TermsRef ref31? Memo str4095? ExchangeRate float? ExternalGUID guid? LinkToTxnID id* ...RECEIVED",
    ),
    "VendorCreditAddRq": _add(
        "VendorCreditAdd",
        "VendorRef ref41 APAccountRef ref159? TxnDate date? RefNumber str20? Memo str4095? ExchangeRate float? "
        "ExternalGUID guid? ...SPENT",
    ),
    "SalesReceiptQueryRq": _query(),
    "InvoiceQueryRq": _query("PaidStatus %Paid?", linked=True),
    "CreditMemoQueryRq": _query(linked=True),
    "SalesOrderQueryRq": _query(
        filters="MaxReturned int? ...DATES EntityFilter { ...NAMED_IN }? ...REF_FILTERS ...CURRENCY_FILTER", linked=True
    ),
    "ReceivePaymentQueryRq": _query(),
    "ARRefundCreditCardQueryRq": _query(),
    "CheckQueryRq": _query(linked=True),
    "JournalEntryQueryRq": _query(),
    "InventoryAdjustmentQueryRq": _query(
        filters="MaxReturned int? ...DATES ...PARTIES ItemFilter { ( ListID id+ | FullName str159+ | "
        "ListIDWithChildren id | FullNameWithChildren str159 ) }? ...REF_FILTERS"
    ),
    "PurchaseOrderQueryRq": _query(linked=True),
    "ItemReceiptQueryRq": _query(linked=True),
    "BillQueryRq": _query("PaidStatus %Paid?", linked=True),
    "VendorCreditQueryRq": _query(linked=True),
    "DepositQueryRq": (
        "( TxnID id+ | MaxReturned int? ...DATES ...PARTIES ...CURRENCY_FILTER )? IncludeLineItems bool? ...RETURNED "
        "OwnerID guid*"
    ),
    "TransferQueryRq": "( TxnID id+ | MaxReturned int? ...DATES )? ...RETURNED",
    "ReceivePaymentToDepositQueryRq": "...RETURNED",
    "TransactionQueryRq": (
        "( TxnID id+ | MaxReturned int? ( RefNumber str+ | RefNumberCaseSensitive str+ | RefNumberFilter "
        "{ MatchCriterion %Match RefNumber str } | RefNumberRangeFilter { FromRefNumber str? ToRefNumber str? } )? "
        "TransactionModifiedDateRangeFilter { ( FromModifiedDate datetime? ToModifiedDate datetime? | "
        "DateMacro %DateMacro ) }? TransactionDateRangeFilter { ( FromTxnDate date? ToTxnDate date? | "
        "DateMacro %DateMacro ) }? TransactionTypeFilter { TxnTypeFilter %TxnType+ }? ...CURRENCY_FILTER )? ...RETURNED"
    ),
    "TxnDelRq": "TxnDelType %Deletable TxnID id",
    "TxnVoidRq": "TxnVoidType %Voidable TxnID id",
    "TxnDeletedQueryRq": (
        "TxnDelType %Deletable+ DeletedDateRangeFilter { FromDeletedDate datetime? ToDeletedDate datetime? "
        "}? ...RETURNED"
    ),
}
