"""The words of qbXML's enumerations, US edition, and the pieces that requests and answers share."""

from __future__ import annotations

ACCOUNT_TYPES = (
    "AccountsPayable AccountsReceivable Bank CostOfGoodsSold CreditCard Equity Expense FixedAsset Income "
    "LongTermLiability NonPosting OtherAsset OtherCurrentAsset OtherCurrentLiability OtherExpense OtherIncome"
)
DELETABLE = (
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check CreditCardCharge "
    "CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment Invoice ItemReceipt JournalEntry PurchaseOrder "
    "ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck TimeTracking TransferInventory VehicleMileage "
    "VendorCredit"
)
VOIDABLE = (
    "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard Charge Check CreditCardCharge CreditCardCredit "
    "CreditMemo Deposit InventoryAdjustment Invoice ItemReceipt JournalEntry SalesReceipt VendorCredit"
)
LISTS = (
    "Account BillingRate Class Currency Customer CustomerMsg CustomerType DateDrivenTerms Employee InventorySite "
    "ItemDiscount ItemFixedAsset ItemGroup ItemInventory ItemInventoryAssembly ItemNonInventory ItemOtherCharge "
    "ItemPayment ItemSalesTax ItemSalesTaxGroup ItemService ItemSubtotal JobType OtherName PaymentMethod "
    "PayrollItemNonWage PayrollItemWage PriceLevel SalesRep SalesTaxCode ShipMethod StandardTerms ToDo "
    "UnitOfMeasureSet Vehicle Vendor VendorType WorkersCompCode"
)
DATE_MACROS = (
    "All Today ThisWeek ThisWeekToDate ThisMonth ThisMonthToDate ThisCalendarQuarter ThisCalendarQuarterToDate "
    "ThisFiscalQuarter ThisFiscalQuarterToDate ThisCalendarYear ThisCalendarYearToDate ThisFiscalYear "
    "ThisFiscalYearToDate Yesterday LastWeek LastWeekToDate LastMonth LastMonthToDate LastCalendarQuarter "
    "LastCalendarQuarterToDate LastFiscalQuarter LastFiscalQuarterToDate LastCalendarYear LastCalendarYearToDate "
    "LastFiscalYear LastFiscalYearToDate NextWeek NextFourWeeks NextMonth NextCalendarQuarter NextCalendarYear "
    "NextFiscalQuarter NextFiscalYear"
)

ENUMERATIONS: dict[str, str] = {
    "AccountType": ACCOUNT_TYPES,
    "Active": "ActiveOnly InactiveOnly All",
    "Billable": "Billable NotBillable HasBeenBilled",
    "DateMacro": DATE_MACROS,
    "Deletable": DELETABLE,
    "Voidable": VOIDABLE,
    "List": LISTS,
    "Delivery": "None Email Fax",
    "JobStatus": "Awarded Closed InProgress None NotAwarded Pending",
    "Match": "StartsWith Contains EndsWith",
    "Operator": "LessThan LessThanEqual Equal GreaterThan GreaterThanEqual",
    "Paid": "All PaidOnly NotPaidOnly",
    "PaymentType": (
        "AmericanExpress Cash Check DebitCard Discover ECheck GiftCard MasterCard Other OtherCreditCard Visa"
    ),
    "PriceRule": "Zero BasePrice",
    "LineType": "Debit Credit",
    "ListExt": "Account Customer Employee Item OtherName Vendor",
    "OtherExt": "Company",
    "TxnExt": (
        "ARRefundCreditCard Bill BillPaymentCheck BillPaymentCreditCard BuildAssembly Charge Check CreditCardCharge "
        "CreditCardCredit CreditMemo Deposit Estimate InventoryAdjustment Invoice ItemReceipt JournalEntry "
        "PurchaseOrder ReceivePayment SalesOrder SalesReceipt SalesTaxPaymentCheck VendorCredit"
    ),
    "SpecialItem": "FinanceCharge ReimbursableExpenseGroup ReimbursableExpenseSubtotal",
}

PIECES: dict[str, str] = {
    "ADDRESS": (
        "Addr1 str41? Addr2 str41? Addr3 str41? Addr4 str41? Addr5 str41? City str31? State str21? PostalCode str13? "
        "Country str31? Note str41?"
    ),
    "NAMED_ADDRESS": (
        "Name str41 Addr1 str41? Addr2 str41? Addr3 str41? Addr4 str41? Addr5 str41? City str31? State str21? "
        "PostalCode str13? Country str31? Note str41? DefaultShipTo bool?"
    ),
    "CONTACT_VALUE": "ContactName str40 ContactValue str255",
    "CUSTOM_FIELD": "OwnerID guid DataExtName str31 DataExtValue str",
    "ITEM_HEAD": "BarCode { BarCodeValue str50? AssignEvenIfUsed bool? AllowOverride bool? }? IsActive bool?",
    "ONE_SIDE": "Desc str4095? ( Price price | PricePercent pct )? AccountRef ref159?",
    "TWO_SIDES": (
        "SalesDesc str4095? SalesPrice price? IncomeAccountRef ref159? PurchaseDesc str4095? PurchaseCost price? "
        "ExpenseAccountRef ref159? PrefVendorRef ref41?"
    ),
    "PERSON": (
        "CompanyName str41? Salutation str15? FirstName str25? MiddleName str5? LastName str25? JobTitle str41?"
    ),
    "REACH": "Phone str21? AltPhone str21? Fax str21? Email str1023? Cc str1023? Contact str41? AltContact str41?",
}
"""Shapes that stand in several messages, in requests and in answers alike."""
