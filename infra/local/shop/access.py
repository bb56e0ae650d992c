"""Which access scopes a token needs to see what, and what is kept from an app that Shopify has not approved.

Source: Shopify's own list of the scopes of every type ("Requires … access scope"); a test compares. A type needs one of
its scopes; every field that leads to it needs them too. Where scopes of other apps' purposes would also do, they are
left out.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass

from graphql import GraphQLSchema, get_named_type

_ORDERS = ("read_orders",)
_RETURNS = ("read_returns",)
_CUSTOMERS = ("read_customers",)
_COMPANIES = ("read_companies", "read_customers")
_PRODUCTS = ("read_products",)

TYPE_SCOPES: dict[str, tuple[str, ...]] = {
    **dict.fromkeys(
        (
            "AdditionalFee",
            "AdditionalFeeSale",
            "AdjustmentSale",
            "CashRoundingAdjustment",
            "CurrencyExchangeAdjustment",
            "Duty",
            "DutySale",
            "FeeSale",
            "Fulfillment",
            "FulfillmentLineItem",
            "GiftCardSale",
            "LineItem",
            "Order",
            "OrderAdjustment",
            "OrderAgreement",
            "OrderApp",
            "OrderEditAgreement",
            "OrderTransaction",
            "ProductSale",
            "Refund",
            "RefundAgreement",
            "RefundDuty",
            "RefundLineItem",
            "RefundShippingLine",
            "ReturnAgreement",
            "Sale",
            "SaleAdditionalFee",
            "SaleTax",
            "SalesAgreement",
            "ShippingLineSale",
            "TipSale",
            "TransactionFee",
            "UnknownSale",
        ),
        _ORDERS,
    ),
    "Fee": ("read_returns", "read_orders"),
    **dict.fromkeys(
        ("ExchangeLineItem", "RestockingFee", "Return", "ReturnLineItem", "ReturnLineItemType", "ReturnShippingFee"),
        _RETURNS,
    ),
    **dict.fromkeys(("Customer", "CustomerEmailAddress", "CustomerPhoneNumber"), _CUSTOMERS),
    **dict.fromkeys(("Company", "CompanyLocation"), _COMPANIES),
    **dict.fromkeys(("Product", "ProductVariant"), _PRODUCTS),
    "InventoryItem": ("read_inventory", "read_products"),
    "Location": ("read_locations",),
    "PaymentTerms": ("read_payment_terms",),
    "StaffMember": ("read_users",),
    **dict.fromkeys(
        (
            "StoreCreditAccountTransactionOrigin",
            "TenderTransaction",
            "TenderTransactionCreditCardDetails",
            "TenderTransactionDetails",
        ),
        _ORDERS,
    ),
    "ShopifyPaymentsAccount": ("read_shopify_payments_accounts",),
    **dict.fromkeys(
        ("ShopifyPaymentsDispute", "ShopifyPaymentsDisputeReasonDetails"), ("read_shopify_payments_disputes",)
    ),
    "GiftCard": ("read_gift_cards",),
    **dict.fromkeys(
        (
            "GiftCardCashOutTransaction",
            "GiftCardTransaction",
            "GiftCardCreditTransaction",
            "GiftCardDebitTransaction",
        ),
        ("read_gift_card_transactions",),
    ),
    "StoreCreditAccount": ("read_store_credit_accounts",),
    **dict.fromkeys(
        (
            "StoreCreditAccountTransaction",
            "StoreCreditAccountCreditTransaction",
            "StoreCreditAccountDebitRevertTransaction",
            "StoreCreditAccountDebitTransaction",
            "StoreCreditAccountExpirationTransaction",
        ),
        ("read_store_credit_account_transactions",),
    ),
    **dict.fromkeys(
        (
            "CashActivity",
            "CashAdjustmentActivity",
            "CashCountActivity",
            "CashDrawer",
            "CashManagementCustomReasonCode",
            "CashManagementDefaultReasonCode",
            "CashManagementReasonCode",
            "CashManagementSystemReasonCode",
            "CashTrackingAdjustment",
            "CashTrackingSession",
            "CashTransactionActivity",
        ),
        ("read_cash_tracking",),
    ),
    **dict.fromkeys(("InventoryLevel", "InventoryQuantity"), ("read_inventory",)),
    **dict.fromkeys(("InventoryTransfer", "InventoryTransferLineItem"), ("read_inventory_transfers",)),
    **dict.fromkeys(
        ("InventoryShipment", "InventoryShipmentLineItem", "InventoryShipmentTracking"), ("read_inventory_shipments",)
    ),
}

FIELD_SCOPES: dict[str, tuple[str, ...]] = {
    "QueryRoot.ordersCount": _ORDERS,
    "QueryRoot.inventoryPurchaseOrder": ("read_inventory_purchase_orders",),
    "QueryRoot.inventoryPurchaseOrders": ("read_inventory_purchase_orders",),
    "ShopifyPaymentsAccount.payouts": ("read_shopify_payments_payouts",),
    "ShopifyPaymentsAccount.balanceTransactions": ("read_shopify_payments_payouts",),
}
"""Scopes that stand in the words of Shopify's documentation only, not in its list."""

CUSTOMER_FIELDS = frozenset({"Order.customer"})
"""What an app without Shopify's approval for protected customer data can't see; for ``Access.withheld``."""


@dataclass(frozen=True, slots=True)
class Access:
    """What a token may see: its ``scopes``, less the fields (``Order.customer``) that are ``withheld``."""

    scopes: frozenset[str]
    withheld: frozenset[str] = frozenset()

    def refusal(self, path: str, needed: Mapping[str, tuple[str, ...]]) -> str | None:
        """Shopify's words for a field (``Order.customer``) that may not be seen; None if it may."""
        field = path.partition(".")[2]
        scopes = needed.get(path, ())
        if scopes and self.scopes.isdisjoint(scopes):
            wanted = " or ".join(f"`{scope}` access scope" for scope in scopes)
            return f"Access denied for {field} field. Required access: {wanted}."
        if path in self.withheld:
            return (
                f"This app is not approved to access the {field} field."
                " See https://shopify.dev/docs/apps/launch/protected-customer-data for more details."
            )
        return None


def field_scopes(schema: GraphQLSchema) -> dict[str, tuple[str, ...]]:
    """``Order.customer`` → the scopes of which it needs one, for every field that leads to a type with scopes."""
    found: dict[str, tuple[str, ...]] = dict(FIELD_SCOPES)
    for name, kind in schema.type_map.items():
        if name.endswith(("Connection", "Edge")):
            continue
        for field, definition in getattr(kind, "fields", {}).items():
            leads_to = str(get_named_type(definition.type)).removesuffix("Connection")
            if leads_to in TYPE_SCOPES and hasattr(definition, "args"):
                found[f"{name}.{field}"] = TYPE_SCOPES[leads_to]
    return found
