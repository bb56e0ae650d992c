"""What QuickBooks returns for each object: the order of its elements in answers (qbXML 13.0, US edition)."""

from __future__ import annotations

_STAMPS = "TimeCreated datetime TimeModified datetime EditSequence str16"
_FOREIGN = "CurrencyRef ref64? ExchangeRate float?"
_ADDRESSES = "BillAddress ADDRESS? BillAddressBlock ADDRESS_BLOCK? ShipAddress ADDRESS? ShipAddressBlock ADDRESS_BLOCK?"

ANSWER_PIECES: dict[str, str] = {
    "ADDRESS_BLOCK": "Addr1 str41? Addr2 str41? Addr3 str41? Addr4 str41? Addr5 str41?",
    "LISTED": f"ListID id {_STAMPS} Name str",
    "POSTED": f"TxnID id {_STAMPS} TxnNumber int?",
    "POSTED_OPTIONALLY": ("TxnID id? TimeCreated datetime? TimeModified datetime? EditSequence str16? TxnNumber int?"),
    "EXTRA": "DataExtRet { OwnerID guid? DataExtName str31 DataExtType str DataExtValue str }*",
    "LINKED": "LinkedTxn { TxnID id TxnType str TxnDate date RefNumber str20? LinkType str? Amount amt }*",
    "ITEM_BASE": "FullName str159 BarCodeValue str50? IsActive bool? ClassRef ref159? ParentRef ref? Sublevel int",
    "FLAT_ITEM": "BarCodeValue str50? IsActive bool?",
    "SOLD": (
        "ItemRef ref? Desc str4095? Quantity quan? UnitOfMeasure str31? OverrideUOMSetRef ref31? "
        "( Rate price | RatePercent pct )? ClassRef ref159? Amount amt? ...SITE ...SERIAL"
    ),
    "SOLD_LINE": "TxnLineID id ...SOLD ServiceDate date? SalesTaxCodeRef ref3? Other1 str29? Other2 str29? ...EXTRA",
    "ORDERED_LINE": (
        "TxnLineID id ...SOLD SalesTaxCodeRef ref3? Invoiced quan? IsManuallyClosed bool? Other1 str29? Other2 str29? "
        "...EXTRA"
    ),
    "TAXED": "Subtotal amt? ItemSalesTaxRef ref31? SalesTaxPercentage pct? SalesTaxTotal amt?",
    "SOLD_HEAD": (
        f"CustomerRef ref209 ClassRef ref159? ARAccountRef ref159? TemplateRef ref31? TxnDate date RefNumber str11? "
        f"{_ADDRESSES} IsPending bool?"
    ),
    "SOLD_TERMS": "PONumber str25? TermsRef ref31? DueDate date? ...SHIPPING_FOB_FIRST ...TAXED",
    "PRINTED": "CustomerMsgRef ref101? IsToBePrinted bool? IsToBeEmailed bool? CustomerSalesTaxCodeRef ref3?",
    "EXPENSE": (
        "TxnLineID id AccountRef ref159? Amount amt? Memo str4095? CustomerRef ref209? ClassRef ref159? "
        "BillableStatus %Billable? SalesRepRef ref5? ...EXTRA"
    ),
    "BOUGHT": (
        "TxnLineID id ItemRef ref? ...SITE ...SERIAL Desc str4095? Quantity quan? UnitOfMeasure str31? "
        "OverrideUOMSetRef ref31? Cost price? Amount amt? CustomerRef ref209? ClassRef ref159? "
        "BillableStatus %Billable? SalesRepRef ref5? ...EXTRA"
    ),
    "SPENT_RET": "ExpenseLineRet EXPENSE* ( ItemLineRet BOUGHT )*",
    "SETTLED": (
        "TxnID id TxnType str TxnDate date? RefNumber str20? BalanceRemaining amt? Amount amt? DiscountAmount amt? "
        "DiscountAccountRef ref159? DiscountClassRef ref159? ...LINKED"
    ),
    "MOST": "MaxCapacity int",
}

_SOLD_ITEM_SIDES = "SalesTaxCodeRef ref3? ( SalesOrPurchase ONE_SIDE | SalesAndPurchase TWO_SIDES )? ExternalGUID guid?"

ANSWERS: dict[str, str] = {
    "Account": (
        "...LISTED FullName str159 IsActive bool? ParentRef ref? Sublevel int AccountType %AccountType "
        "SpecialAccountType str? AccountNumber str7? BankNumber str25? Desc str200? Balance amt? TotalBalance amt? "
        "CashFlowClassification str? CurrencyRef ref64? ...EXTRA"
    ),
    "Customer": (
        f"...LISTED FullName str209 IsActive bool? ClassRef ref159? ParentRef ref? Sublevel int ...PERSON {_ADDRESSES} "
        "ShipToAddress NAMED_ADDRESS* ...REACH AdditionalContactRef CONTACT_VALUE* ...CUSTOMER_TERMS Balance amt? "
        "TotalBalance amt? ...CUSTOMER_TAX ...JOB PreferredDeliveryMethod %Delivery? PriceLevelRef ref31? "
        "ExternalGUID guid? CurrencyRef ref64? ...EXTRA"
    ),
    "Vendor": (
        "...LISTED IsActive bool? ClassRef ref159? ...PERSON VendorAddress ADDRESS? VendorAddressBlock ADDRESS_BLOCK? "
        "ShipAddress ADDRESS? ...REACH AdditionalContactRef CONTACT_VALUE* NameOnCheck str41? AccountNumber str99? "
        "Notes str4095? VendorTypeRef ref159? TermsRef ref31? CreditLimit amt? VendorTaxIdent str15? "
        "IsVendorEligibleFor1099 bool? Balance amt? BillingRateRef ref31? ExternalGUID guid? PrefillAccountRef ref159* "
        "CurrencyRef ref64? ...EXTRA"
    ),
    "OtherName": (
        "...LISTED IsActive bool? CompanyName str41? Salutation str15? FirstName str25? MiddleName str5? "
        "LastName str25? OtherNameAddress ADDRESS? OtherNameAddressBlock ADDRESS_BLOCK? Phone str21? AltPhone str21? "
        "Fax str21? Email str1023? Contact str41? AltContact str41? AccountNumber str99? Notes str4095? "
        "ExternalGUID guid? ...EXTRA"
    ),
    "Employee": "...LISTED IsActive bool? FirstName str25? MiddleName str5? LastName str25?",
    "Class": "...LISTED FullName str159 IsActive bool? ParentRef ref? Sublevel int",
    "PaymentMethod": "...LISTED IsActive bool? PaymentMethodType %PaymentType?",
    "SalesTaxCode": "...LISTED IsActive bool? IsTaxable bool Desc str31?",
    "ShipMethod": "...LISTED IsActive bool?",
    "StandardTerms": "...LISTED IsActive bool? StdDueDays int? StdDiscountDays int? DiscountPct pct?",
    "Currency": "...LISTED IsActive bool? CurrencyCode str3 ExchangeRate float? AsOfDate date?",
    "ItemService": f"...LISTED ...ITEM_BASE UnitOfMeasureSetRef ref31? {_SOLD_ITEM_SIDES} ...EXTRA",
    "ItemNonInventory": (
        f"...LISTED ...ITEM_BASE ManufacturerPartNumber str31? UnitOfMeasureSetRef ref31? {_SOLD_ITEM_SIDES} ...EXTRA"
    ),
    "ItemOtherCharge": (
        "...LISTED ...ITEM_BASE SalesTaxCodeRef ref3? ( SalesOrPurchase ONE_SIDE | SalesAndPurchase TWO_SIDES )? "
        "SpecialItemType str? ExternalGUID guid? ...EXTRA"
    ),
    "ItemInventory": (
        "...LISTED ...ITEM_BASE ManufacturerPartNumber str31? UnitOfMeasureSetRef ref31? ...INVENTORY_SIDES "
        "QuantityOnHand quan? AverageCost price? QuantityOnOrder quan? QuantityOnSalesOrder quan? ExternalGUID guid? "
        "...EXTRA"
    ),
    "ItemDiscount": (
        "...LISTED ...ITEM_BASE ItemDesc str4095? SalesTaxCodeRef ref3? ( DiscountRate price | "
        "DiscountRatePercent pct )? "
        "AccountRef ref159? ExternalGUID guid? ...EXTRA"
    ),
    "ItemPayment": (
        "...LISTED ...FLAT_ITEM ClassRef ref159? ItemDesc str4095? DepositToAccountRef ref159? PaymentMethodRef ref31? "
        "ExternalGUID guid? ...EXTRA"
    ),
    "ItemSubtotal": "...LISTED ...FLAT_ITEM ItemDesc str4095? SpecialItemType str? ExternalGUID guid? ...EXTRA",
    "ItemSalesTax": (
        "...LISTED ...FLAT_ITEM ClassRef ref159? ItemDesc str4095? TaxRate pct? TaxVendorRef ref41? ExternalGUID guid? "
        "...EXTRA"
    ),
    "ItemSalesTaxGroup": "...LISTED ...FLAT_ITEM ItemDesc str4095? ExternalGUID guid? ItemSalesTaxRef ref31* ...EXTRA",
    "SalesReceipt": (
        "...POSTED CustomerRef ref209? ClassRef ref159? TemplateRef ref31? TxnDate date RefNumber str11? "
        f"{_ADDRESSES} IsPending bool? CheckNumber str25? PaymentMethodRef ref31? DueDate date? ...SHIPPING ...TAXED "
        f"TotalAmount amt? {_FOREIGN} TotalAmountInHomeCurrency amt? Memo str4095? ...PRINTED "
        "DepositToAccountRef ref159? Other str29? ExternalGUID guid? ( SalesReceiptLineRet SOLD_LINE )* ...EXTRA"
    ),
    "Invoice": (
        "...POSTED ...SOLD_HEAD IsFinanceCharge bool? ...SOLD_TERMS AppliedAmount amt? BalanceRemaining amt? "
        f"{_FOREIGN} BalanceRemainingInHomeCurrency amt? Memo str4095? IsPaid bool? ...PRINTED Other str29? "
        "ExternalGUID guid? ...LINKED ( InvoiceLineRet SOLD_LINE )* ...EXTRA"
    ),
    "CreditMemo": (
        f"...POSTED ...SOLD_HEAD ...SOLD_TERMS TotalAmount amt? CreditRemaining amt? {_FOREIGN} "
        "CreditRemainingInHomeCurrency amt? Memo str4095? ...PRINTED Other str29? ExternalGUID guid? ...LINKED "
        "( CreditMemoLineRet SOLD_LINE )* ...EXTRA"
    ),
    "SalesOrder": (
        "...POSTED CustomerRef ref209 ClassRef ref159? TemplateRef ref31? TxnDate date RefNumber str11? "
        f"{_ADDRESSES} ...SOLD_TERMS TotalAmount amt? {_FOREIGN} TotalAmountInHomeCurrency amt? IsManuallyClosed bool? "
        "IsFullyInvoiced bool? Memo str4095? ...PRINTED Other str29? ExternalGUID guid? ...LINKED "
        "( SalesOrderLineRet ORDERED_LINE )* ...EXTRA"
    ),
    "ReceivePayment": (
        "...POSTED_OPTIONALLY CustomerRef ref209? ARAccountRef ref159? TxnDate date? RefNumber str20? "
        f"TotalAmount amt? {_FOREIGN} TotalAmountInHomeCurrency amt? PaymentMethodRef ref31? Memo str4095? "
        "DepositToAccountRef ref159? UnusedPayment amt? UnusedCredits amt? ExternalGUID guid? "
        "AppliedToTxnRet SETTLED* ...EXTRA"
    ),
    "ReceivePaymentToDeposit": (
        "TxnID id TxnLineID id? TxnType str CustomerRef ref209? TxnDate date RefNumber str? Amount amt "
        f"{_FOREIGN} AmountInHomeCurrency amt?"
    ),
    "ARRefundCreditCard": (
        "...POSTED_OPTIONALLY CustomerRef ref209? RefundFromAccountRef ref159? ARAccountRef ref159? TxnDate date? "
        f"RefNumber str11? TotalAmount amt? {_FOREIGN} TotalAmountInHomeCurrency amt? Address ADDRESS? "
        "AddressBlock ADDRESS_BLOCK? PaymentMethodRef ref31? Memo str4095? ExternalGUID guid? "
        "RefundAppliedToTxnRet { TxnID id "
        "TxnType str TxnDate date RefNumber str20? CreditRemaining amt RefundAmount amt }* ...EXTRA"
    ),
    "Check": (
        f"...POSTED AccountRef ref159 PayeeEntityRef ref209? RefNumber str11? TxnDate date Amount amt {_FOREIGN} "
        "AmountInHomeCurrency amt? Memo str4095? Address ADDRESS? AddressBlock ADDRESS_BLOCK? IsToBePrinted bool? "
        "ExternalGUID guid? ...LINKED ...SPENT_RET ...EXTRA"
    ),
    "Deposit": (
        f"...POSTED TxnDate date DepositToAccountRef ref159 Memo str4095? DepositTotal amt? {_FOREIGN} "
        "DepositTotalInHomeCurrency amt? CashBackInfoRet { TxnLineID id AccountRef ref159 Memo str4095? Amount amt? }? "
        "ExternalGUID guid? DepositLineRet { TxnType str? TxnID id? TxnLineID id PaymentTxnLineID id? "
        "EntityRef ref209? "
        "AccountRef ref159? Memo str4095? CheckNumber str11? PaymentMethodRef ref31? ClassRef ref159? Amount amt? }* "
        "...EXTRA"
    ),
    "JournalEntry": (
        f"...POSTED TxnDate date RefNumber str11? IsAdjustment bool? IsHomeCurrencyAdjustment bool? "
        f"IsAmountsEnteredInHomeCurrency bool? {_FOREIGN} ExternalGUID guid? "
        "( JournalDebitLine JOURNAL_LINE | JournalCreditLine JOURNAL_LINE )* ...EXTRA"
    ),
    "Transfer": (
        "...POSTED TxnDate date TransferFromAccountRef ref159? FromAccountBalance amt? TransferToAccountRef ref159? "
        "ToAccountBalance amt? ClassRef ref159? Amount amt? Memo str4095?"
    ),
    "InventoryAdjustment": (
        "...POSTED AccountRef ref159 InventorySiteRef ref31? TxnDate date RefNumber str11? CustomerRef ref209? "
        "ClassRef ref159? Memo str4095? ExternalGUID guid? InventoryAdjustmentLineRet { TxnLineID id ItemRef ref "
        "QuantityDifference quan ValueDifference amt }* ...EXTRA"
    ),
    "PurchaseOrder": (
        "...POSTED VendorRef ref41? ClassRef ref159? InventorySiteRef ref31? ShipToEntityRef ref209? "
        "TemplateRef ref31? "
        "TxnDate date RefNumber str11? VendorAddress ADDRESS? VendorAddressBlock ADDRESS_BLOCK? ShipAddress ADDRESS? "
        "ShipAddressBlock ADDRESS_BLOCK? TermsRef ref31? DueDate date? ExpectedDate date? ShipMethodRef "
        "ref15? FOB str13? "
        f"TotalAmount amt? {_FOREIGN} TotalAmountInHomeCurrency amt? IsManuallyClosed bool? IsFullyReceived bool? "
        "Memo str4095? VendorMsg str99? IsToBePrinted bool? IsToBeEmailed bool? Other1 str25? Other2 str29? "
        "ExternalGUID guid? ...LINKED ( PurchaseOrderLineRet { TxnLineID id ItemRef ref? ManufacturerPartNumber str31? "
        "Desc str4095? Quantity quan? UnitOfMeasure str31? OverrideUOMSetRef ref31? Rate price? ClassRef ref159? "
        "Amount amt? InventorySiteLocationRef ref31? CustomerRef ref209? ServiceDate date? ReceivedQuantity quan? "
        "UnbilledQuantity quan? IsBilled bool? IsManuallyClosed bool? Other1 str29? Other2 str29? ...EXTRA } "
        ")* ...EXTRA"
    ),
    "ItemReceipt": (
        f"...POSTED VendorRef ref41 APAccountRef ref159? TxnDate date TotalAmount amt {_FOREIGN} "
        "TotalAmountInHomeCurrency amt? RefNumber str20? Memo str4095? ExternalGUID guid? ...LINKED "
        "...SPENT_RET ...EXTRA"
    ),
    "Bill": (
        f"...POSTED VendorRef ref41 VendorAddress ADDRESS? APAccountRef ref159? TxnDate date DueDate date? "
        f"AmountDue amt "
        f"{_FOREIGN} AmountDueInHomeCurrency amt? RefNumber str20? TermsRef ref31? Memo str4095? IsPaid bool? "
        "ExternalGUID guid? ...LINKED ...SPENT_RET OpenAmount amt? ...EXTRA"
    ),
    "VendorCredit": (
        f"...POSTED VendorRef ref41 APAccountRef ref159? TxnDate date CreditAmount amt {_FOREIGN} "
        "CreditAmountInHomeCurrency amt? RefNumber str20? Memo str4095? ExternalGUID guid? ...LINKED ...SPENT_RET "
        "OpenAmount amt? ...EXTRA"
    ),
    "Transaction": (
        "TxnType str TxnID id TxnLineID id? TimeCreated datetime TimeModified datetime EntityRef ref209? "
        f"AccountRef ref159? TxnDate date RefNumber str20? Amount amt {_FOREIGN} AmountInHomeCurrency amt? "
        f"Memo str4095?"
    ),
    "TxnDeleted": "TxnDelType str TxnID id TimeCreated datetime TimeDeleted datetime RefNumber str?",
    "ListDeleted": "ListDelType str ListID id TimeCreated datetime TimeDeleted datetime FullName str?",
    "DataExt": "OwnerID guid DataExtName str31 DataExtType str DataExtValue str",
    "Host": (
        "ProductName str255 MajorVersion str5 MinorVersion str5 Country str2? SupportedQBXMLVersion str10+ "
        "IsAutomaticLogin bool? QBFileMode str ListMetaData { AccountMetaData MOST BillingRateMetaData MOST "
        "ClassMetaData MOST CustomerMsgMetaData MOST CustomerTypeMetaData MOST EntityMetaData MOST ItemMetaData MOST "
        "JobTypeMetaData MOST PaymentMethodMetaData MOST PayrollItemMetaData MOST PriceLevelMetaData MOST "
        "SalesRepMetaData MOST SalesTaxCodeMetaData MOST ShipMethodMetaData MOST TemplateMetaData MOST "
        "TermsMetaData MOST ToDoMetaData MOST VehicleMetaData MOST VendorTypeMetaData MOST }?"
    ),
    "Company": (
        "IsSampleCompany bool CompanyName str59? LegalCompanyName str59? Address ADDRESS? LegalAddress ADDRESS? "
        "Phone str51? Email str1023? CompanyWebSite str128? FirstMonthFiscalYear str? FirstMonthIncomeTaxYear str? "
        "CompanyType str255? EIN str20? TaxForm str? ...EXTRA"
    ),
    "Preferences": (
        "AccountingPreferences { IsUsingAccountNumbers bool IsRequiringAccounts bool IsUsingClassTracking bool "
        "AssignClassesTo str? IsUsingAuditTrail bool IsAssigningJournalEntryNumbers bool ClosingDate date? } "
        "FinanceChargePreferences { AnnualInterestRate pct? MinFinanceCharge amt? GracePeriod int "
        "FinanceChargeAccountRef ref159? IsAssessingForOverdueCharges bool CalculateChargesFrom str "
        "IsMarkedToBePrinted bool } JobsAndEstimatesPreferences { IsUsingEstimates bool IsUsingProgressInvoicing bool "
        "IsPrintingItemsWithZeroAmounts bool } MultiCurrencyPreferences { IsMultiCurrencyOn bool? "
        "HomeCurrencyRef ref64? }? MultiLocationInventoryPreferences { IsMultiLocationInventoryAvailable bool? "
        "IsMultiLocationInventoryEnabled bool? }? PurchasesAndVendorsPreferences { IsUsingInventory bool "
        "DaysBillsAreDue int IsAutomaticallyUsingDiscounts bool DefaultDiscountAccountRef ref159? } "
        "ReportsPreferences { AgingReportBasis str SummaryReportBasis str } SalesAndCustomersPreferences { "
        "DefaultShipMethodRef ref15? DefaultFOB str13? DefaultMarkup pct? IsTrackingReimbursedExpensesAsIncome bool "
        "IsAutoApplyingPayments bool PriceLevels { IsUsingPriceLevels bool IsRoundingSalesPriceUp bool? }? } "
        "SalesTaxPreferences { DefaultItemSalesTaxRef ref31 PaySalesTax str DefaultTaxableSalesTaxCodeRef ref3 "
        "DefaultNonTaxableSalesTaxCodeRef ref3 }? TimeTrackingPreferences { FirstDayOfWeek str }? "
        "CurrentAppAccessRights { IsAutomaticLoginAllowed bool AutomaticLoginUserName str29? "
        "IsPersonalDataAccessAllowed bool } ItemsAndInventoryPreferences { EnhancedInventoryReceivingEnabled bool? "
        "IsTrackingSerialOrLotNumber str? isTrackingOnSalesTransactionsEnabled bool? "
        "isTrackingOnPurchaseTransactionsEnabled bool? isTrackingOnInventoryAdjustmentEnabled bool? "
        "isTrackingOnBuildAssemblyEnabled bool? FIFOEnabled bool? FIFOEffectiveDate date? IsRSBEnabled bool? "
        "IsBarcodeEnabled bool? }?"
    ),
}
"""The shape of ``<name>Ret`` by name."""
