"""What each element of our requests may hold. Source: qbXML 13.0 schema, US edition.

One entry an element name, because nearly all of them mean the same everywhere; a layout says so where one doesn't.
A number is a greatest length in characters, ``@41`` a reference by ListID or by a full name of up to 41 characters
(``@`` alone: of any length), the rest are the schema's simple types and lists of allowed words.
"""

from __future__ import annotations

_BY_TYPE: dict[str, str] = {
    "id": "ListID TxnID TxnLineID CreditTxnID LinkToTxnID PaymentTxnID PaymentTxnLineID ListIDWithChildren",
    "amt": """Amount TotalAmount PaymentAmount AppliedAmount DiscountAmount RefundAmount OpenBalance CreditLimit
        TotalValue NewValue ValueDifference""",
    "price": "Price SalesPrice PurchaseCost Rate Cost DiscountRate",
    "pct": "PricePercent RatePercent DiscountRatePercent TaxRate DiscountPct",
    "quan": "Quantity QuantityOnHand NewQuantity QuantityDifference ReorderPoint Max",
    "date": """TxnDate DueDate ShipDate ServiceDate ExpectedDate InventoryDate OpenBalanceDate JobStartDate
        JobProjectedEndDate JobEndDate FromTxnDate ToTxnDate""",
    "datetime": "FromModifiedDate ToModifiedDate FromDeletedDate ToDeletedDate",
    "bool": """IsActive IsPending IsFinanceCharge IsToBePrinted IsToBeEmailed IsAutoApply IsManuallyClosed Override
        IsAdjustment IsHomeCurrencyAdjustment IsAmountsEnteredInHomeCurrency IsTaxable AssignEvenIfUsed AllowOverride
        DefaultShipTo IsVendorEligibleFor1099 ForceUOMChange ApplyIncomeAccountRefToExistingTxns
        ApplyCOGSAccountRefToExistingTxns ApplyAccountRefToExistingTxns ApplyExpenseAccountRefToExistingTxns
        IncludeLineItems IncludeLinkedTxns IncludeMaxCapacity""",
    "count": "MaxReturned",
    "int": "StdDueDays StdDiscountDays TaxLineID NoteID",
    "float": "ExchangeRate",
    "guid": "ExternalGUID OwnerID",
    "str": """FullName FullNameWithChildren FromName ToName RefNumberCaseSensitive FromRefNumber ToRefNumber
        DataExtValue""",
    "5": "MiddleName",
    "7": "AccountNumber",
    "11": "RefNumber CheckNumber OverrideCheckNumber",
    "13": "PostalCode FOB",
    "15": "Salutation ResaleNumber VendorTaxIdent",
    "16": "EditSequence",
    "21": "State Phone AltPhone Fax",
    "25": "FirstName LastName PONumber BankNumber",
    "29": "Other Other1 Other2",
    "31": "Name City Country UnitOfMeasure ManufacturerPartNumber DataExtName",
    "40": "LotNumber ContactName",
    "41": "CompanyName JobTitle Contact AltContact NameOnCheck Addr1 Addr2 Addr3 Addr4 Addr5 Note",
    "50": "IncludeRetElement BarCodeValue",
    "99": "JobDesc VendorMsg",
    "255": "ContactValue",
    "1023": "Email Cc",
    "4095": "Memo OverrideMemo Desc SalesDesc PurchaseDesc ItemDesc Notes SerialNumber",
    "@": "ItemRef ParentRef",
    "@3": "SalesTaxCodeRef CustomerSalesTaxCodeRef",
    "@5": "SalesRepRef",
    "@15": "ShipMethodRef",
    "@31": """TemplateRef TermsRef PaymentMethodRef PreferredPaymentMethodRef ItemSalesTaxRef PriceLevelRef ItemGroupRef
        InventorySiteRef InventorySiteLocationRef UnitOfMeasureSetRef OverrideUOMSetRef BillingRateRef""",
    "@41": "VendorRef PrefVendorRef TaxVendorRef",
    "@64": "CurrencyRef",
    "@101": "CustomerMsgRef",
    "@159": """ClassRef AccountRef ARAccountRef APAccountRef DepositToAccountRef RefundFromAccountRef IncomeAccountRef
        ExpenseAccountRef COGSAccountRef AssetAccountRef OverrideItemAccountRef DiscountAccountRef DiscountClassRef
        OverrideClassRef PrefillAccountRef CustomerTypeRef VendorTypeRef JobTypeRef TransferFromAccountRef
        TransferToAccountRef""",
    "@209": "CustomerRef EntityRef PayeeEntityRef ShipToEntityRef",
}

_WORDS: dict[str, str] = {
    "ActiveStatus": "ActiveOnly InactiveOnly All",
    "PaidStatus": "All PaidOnly NotPaidOnly",
    "MatchCriterion": "StartsWith Contains EndsWith",
    "BillableStatus": "Billable NotBillable HasBeenBilled",
    "OptionForPriceRuleConflict": "Zero BasePrice",
    "PreferredDeliveryMethod": "None Email Fax",
    "JobStatus": "Awarded Closed InProgress None NotAwarded Pending",
    "AccountType": """AccountsPayable AccountsReceivable Bank CostOfGoodsSold CreditCard Equity Expense FixedAsset
        Income LongTermLiability NonPosting OtherAsset OtherCurrentAsset OtherCurrentLiability OtherExpense
        OtherIncome""",
    "PaymentMethodType": """AmericanExpress Cash Check DebitCard Discover ECheck GiftCard MasterCard Other
        OtherCreditCard Visa""",
    # A payment, purchase order or sales order can be deleted, but not voided.
    "TxnVoidType": """ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard Charge Check CreditCardCharge
        CreditCardCredit CreditMemo Deposit InventoryAdjustment Invoice ItemReceipt JournalEntry SalesReceipt
        VendorCredit""",
    "TxnDelType": """ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check
        CreditCardCharge CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment Invoice ItemReceipt
        JournalEntry PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck TimeTracking
        TransferInventory VehicleMileage VendorCredit""",
    "ListDelType": """Account BillingRate Class Currency Customer CustomerMsg CustomerType DateDrivenTerms Employee
        InventorySite ItemDiscount ItemFixedAsset ItemGroup ItemInventory ItemInventoryAssembly ItemNonInventory
        ItemOtherCharge ItemPayment ItemSalesTax ItemSalesTaxGroup ItemService ItemSubtotal JobType OtherName
        PaymentMethod PayrollItemNonWage PayrollItemWage PriceLevel SalesRep SalesTaxCode ShipMethod StandardTerms ToDo
        UnitOfMeasureSet Vehicle Vendor VendorType WorkersCompCode""",
}

FIELD_TYPES: dict[str, str] = {name: type_ for type_, names in _BY_TYPE.items() for name in names.split()}
ALLOWED_WORDS: dict[str, frozenset[str]] = {name: frozenset(words.split()) for name, words in _WORDS.items()}
