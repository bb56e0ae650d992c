"""Writes one order's documents, one business day at a time, and keeps count of numbers and of what is open."""

from __future__ import annotations

from collections.abc import Callable, Iterable, Sequence
from datetime import date
from decimal import Decimal

from connector.accounting.buckets import CASH_ROUNDING, LIABILITY_GATEWAYS, NO_TENDER, gateway_bucket
from connector.accounting.documents import (
    Applied,
    CreditCardRefund,
    CreditMemo,
    Document,
    Draft,
    Invoice,
    Line,
    ListRef,
    ReceivePayment,
    SalesOrder,
    SalesOrderClosing,
    SalesReceipt,
)
from connector.accounting.effects import effect_of_document
from connector.accounting.items import (
    ZERO_TAX,
    Unmapped,
    conditions,
    order_class,
    order_customer,
    payment_method,
    tender_account,
)
from connector.accounting.lines import (
    CHARGE,
    CREDIT,
    Posting,
    owed,
    posting,
    printed,
    rounding_postings,
    sale_postings,
    tender_postings,
)
from connector.accounting.matching import Agreement, Money, OrderDay, Paid, Refunded, main_tender, match_day
from connector.accounting.open_documents import (
    CREDIT_MEMO,
    INVOICE,
    PAYMENT,
    SALES_ORDER,
    OpenDocument,
    after_settling,
    candidates,
    settle,
)
from connector.accounting.policy import Policy
from connector.accounting.sales_orders import content, open_order, total
from connector.ledger.facts import ZERO, MoneyFact, OrderHeader, SaleFact

# Letters of the Ref No. by kind of document.
_LETTERS = {
    SalesReceipt: "",
    Invoice: "",
    CreditMemo: "R",
    CreditCardRefund: "F",
    ReceivePayment: "P",
    SalesOrder: "S",
}


class OrderBooks:
    """``incomplete`` says that an earlier day waits: then money without a document of its own waits as well."""

    def __init__(
        self,
        order: OrderHeader,
        policy: Policy,
        number: Callable[[str, int], str],
        counters: dict[str, int],
        open_documents: list[OpenDocument],
    ) -> None:
        self.order = order
        self.policy = policy
        self.number = number
        self.counters = counters
        self.open_documents = open_documents
        self.drafts: list[Draft] = []
        self.incomplete = False
        self.customer = order_customer(order)
        self.location = order_class(order, policy)

    def copy(self) -> OrderBooks:
        """To try a day on: nothing of a day that can't be mapped may stay behind."""
        other = OrderBooks(self.order, self.policy, self.number, dict(self.counters), list(self.open_documents))
        other.drafts = list(self.drafts)
        other.incomplete = self.incomplete
        return other

    def book(self, day: date, sales: Sequence[SaleFact], money: Sequence[MoneyFact]) -> None:
        """All documents of one day. Raises ``Unmapped``."""
        matched = match_day(sales, money)
        for paid in matched.paid:
            self._receipt(day, paid)
        received = self._owed(day, matched)
        for refunded in matched.refunded:
            self._refund(day, refunded)
        for part in received:
            self._money_in(day, part)
        for part in matched.given:
            self._money_out(day, part)

    def show_order(self, day: date, lines: tuple[Line, ...]) -> None:
        """The Sales Order of what waits; nothing if QuickBooks has it as it is. Raises ``Unmapped``."""
        known = open_order(self.open_documents)
        if known is not None:
            if known.content == content(self.customer, lines):
                return
            self.close_order(day, "changed")
        if not lines:
            return
        order = SalesOrder(
            customer=self.customer,
            location=self.location,
            day=day,
            ref_number=self._next(SalesOrder),
            memo=self._memo("order"),
            tax_item=ZERO_TAX,
            lines=lines,
            conditions=conditions(self.order, day),
        )
        draft = self._add(order, ())
        self.open_documents.append(
            OpenDocument(
                draft.key,
                SALES_ORDER,
                day,
                total(lines),
                self.customer,
                ref_number=order.ref_number,
                content=content(self.customer, lines),
            )
        )

    def close_order(self, day: date, why: str) -> None:
        """QuickBooks shall not wait for an invoice of the Sales Order any more."""
        known = open_order(self.open_documents)
        if known is None:
            return
        self.open_documents = [d for d in self.open_documents if d.key != known.key]
        document = SalesOrderClosing(
            day=max(day, known.day),
            ref_number=known.ref_number,
            memo=f"Shopify order {self.order.name} {why}",
            amount=known.open,
            sales_order=known.key,
        )
        key = known.key.replace(SALES_ORDER, type(document).__name__, 1)
        self.drafts.append(Draft(key, document, (), self.order.name, {}, (known.key,)))

    def _memo(self, what: str) -> str:
        """What the customer saw in another currency is said, but not booked."""
        seen = f" ({self.order.presentment})" if self.order.presentment else ""
        return f"Shopify {what} {self.order.name}{seen}"

    def _receipt(self, day: date, paid: Paid) -> None:
        """Paid that day: the main tender's account gets the total, so the lines without it must come to it."""
        moved: dict[str, Decimal] = {}
        for part in paid.money:
            moved[part.gateway] = moved.get(part.gateway, ZERO) + part.moved
        main = main_tender(moved)
        postings = sale_postings(_sales(paid.agreements), self.policy)
        postings += rounding_postings(sum((part.rounding for part in paid.money), ZERO), self.policy)
        postings += tender_postings({g: a for g, a in moved.items() if g != main}, self.policy)
        self._add_receipt(day, main, postings, [*_ids(paid.agreements), *_money_ids(paid.money)])

    def _add_receipt(self, day: date, main: str | None, postings: Sequence[Posting], facts: list[str]) -> None:
        self._add(
            SalesReceipt(
                customer=self.customer,
                location=self.location,
                day=day,
                ref_number=self._next(SalesReceipt),
                memo=self._memo("order"),
                payment_method=payment_method(main) if main else None,
                deposit_to=tender_account(main or "default", ZERO, self.policy),
                total_bucket=gateway_bucket(main) if main else NO_TENDER,
                tax_item=ZERO_TAX,
                lines=printed(postings, CHARGE),
            ),
            facts,
        )

    def _owed(self, day: date, matched: OrderDay) -> list[Money]:
        """The day's sales that are not settled that day, as one document; returns the money it left over."""
        if not matched.owed:
            return list(matched.received)
        postings = sale_postings(_sales(matched.owed), self.policy)
        facts, left = _ids(matched.owed), []
        for part in matched.received:
            liability = self._money(part)
            if part.gateway in LIABILITY_GATEWAYS and owed([*postings, *liability]) >= ZERO:
                postings += liability
                facts += _money_ids([part])
            else:
                left.append(part)
        refunds = {agreement.refund for agreement in matched.owed}
        self._on_account(day, postings, facts, refunds.pop() if len(refunds) == 1 else None)
        return left

    def _refund(self, day: date, refunded: Refunded) -> None:
        """A credit memo, with what went to gift cards as lines, and a refund from every other tender's account."""
        postings = sale_postings(refunded.agreement.sales, self.policy)
        facts, cash = _ids([refunded.agreement]), []
        for part in refunded.money:
            liable = part.gateway in LIABILITY_GATEWAYS
            extra = self._money(part) if liable else rounding_postings(part.rounding, self.policy)
            fits = owed([*postings, *extra]) <= ZERO
            if fits:
                postings += extra
            if fits and liable:
                facts += _money_ids([part])
            else:
                cash.append((part, ZERO if fits else part.rounding))
        self._on_account(day, postings, facts, refunded.agreement.refund)
        for part, rounding in cash:
            self._money_out(day, part, rounding)

    def _on_account(
        self, day: date, postings: Sequence[Posting], facts: list[str], refund: str | None = None, memo: str = ""
    ) -> None:
        """An invoice, or a credit memo when the customer gets something back; nobody owes 0.00, that is a receipt."""
        balance = owed(postings)
        if balance == ZERO and refund is None:
            self._add_receipt(day, None, postings, facts)
            return
        if balance > ZERO:
            draft, left = self._invoice(day, postings, facts, memo or "order", balance)
        else:
            draft, left = self._credit_memo(day, postings, facts, memo or "refund of order"), -balance
        if left:
            self.open_documents.append(OpenDocument(draft.key, draft.kind, day, left, self.customer, refund))

    def _invoice(
        self, day: date, postings: Sequence[Posting], facts: list[str], what: str, balance: Decimal
    ) -> tuple[Draft, Decimal]:
        """(invoice, what is left to be paid of it): made of its Sales Order where it has one, less earlier payments."""
        lines = printed(postings, CHARGE)
        order = None if self.order.cancelled else open_order(self.open_documents)
        if order is not None and order.content != content(self.customer, lines):
            order = None
        deposits = [d for d in self.open_documents if d.kind == PAYMENT and d.customer.key == self.customer.key]
        credits_ = settle(deposits, balance)
        document = Invoice(
            customer=self.customer,
            location=self.location,
            day=day,
            ref_number=self._next(Invoice),
            memo=self._memo(what),
            tax_item=ZERO_TAX,
            lines=lines,
            conditions=conditions(self.order, day),
            sales_order=order.key if order else "",
            credits=tuple(credits_),
        )
        after = (*([order.key] if order else []), *(part.document for part in credits_))
        if order:
            self.open_documents = [d for d in self.open_documents if d.key != order.key]
        self.open_documents = after_settling(self.open_documents, credits_)
        return self._add(document, facts, after), balance - sum((part.amount for part in credits_), ZERO)

    def _credit_memo(self, day: date, postings: Sequence[Posting], facts: list[str], what: str) -> Draft:
        document = CreditMemo(
            customer=self.customer,
            location=self.location,
            day=day,
            ref_number=self._next(CreditMemo),
            memo=self._memo(what),
            tax_item=ZERO_TAX,
            lines=printed(postings, CREDIT),
        )
        return self._add(document, facts)

    def _money_in(self, day: date, part: Money) -> None:
        """Money that came on another day than its sales, or for a part of them only."""
        invoices = candidates(self.open_documents, INVOICE, self.customer)
        if self.incomplete and not invoices:
            return
        if part.gateway in LIABILITY_GATEWAYS or part.moved <= ZERO:
            self._note(day, part)
            return
        self._round(day, part.rounding)
        invoices = candidates(self.open_documents, INVOICE, self.customer)
        applied = settle(invoices, part.moved)
        first, *further = applied or [Applied("", ZERO)]
        payer = invoices[0].customer if applied else self.customer
        draft = self._settled(
            ReceivePayment(
                customer=payer,
                day=day,
                ref_number=self._next(ReceivePayment),
                memo=f"Shopify payment of order {self.order.name}",
                payment_method=payment_method(part.gateway),
                deposit_to=tender_account(part.gateway, part.moved, self.policy),
                total_bucket=gateway_bucket(part.gateway),
                amount=part.moved,
                invoice=first.document,
                applied=first.amount,
                further=tuple(further),
            ),
            part,
            applied,
        )
        deposit = part.moved - sum((a.amount for a in applied), ZERO)
        if deposit:
            self.open_documents.append(OpenDocument(draft.key, draft.kind, day, deposit, payer))

    def _money_out(self, day: date, part: Money, rounding: Decimal | None = None) -> None:
        """Money given back. QuickBooks refunds only what a credit memo has credited; without one it is on account."""
        rounding = part.rounding if rounding is None else rounding
        credits_ = candidates(self.open_documents, CREDIT_MEMO, self.customer, part.refund)
        if self.incomplete and not credits_:
            return
        credited = sum((d.open for d in credits_), ZERO) - min(rounding, ZERO)
        if part.gateway in LIABILITY_GATEWAYS or part.moved >= ZERO or credited < -part.moved or not credits_:
            self._note(day, part, rounding)
            return
        self._round(day, rounding, credits_[0].customer)
        credits_ = candidates(self.open_documents, CREDIT_MEMO, self.customer, part.refund)
        applied = settle(credits_, -part.moved)
        self._settled(
            CreditCardRefund(
                customer=credits_[0].customer,
                day=day,
                ref_number=self._next(CreditCardRefund),
                memo=f"Shopify refund of order {self.order.name}",
                payment_method=payment_method(part.gateway),
                refund_from=tender_account(part.gateway, part.moved, self.policy),
                total_bucket=gateway_bucket(part.gateway),
                amount=-part.moved,
                credit_memo=applied[0].document,
                further=tuple(applied[1:]),
            ),
            part,
            applied,
        )

    def _note(self, day: date, part: Money, rounding: Decimal | None = None) -> None:
        """Money as a line on the customer's account: a liability's account can neither receive nor refund."""
        postings = self._money(part, rounding)
        came = part.moved > ZERO
        self._on_account(
            day, postings, _money_ids([part]), memo="payment of order" if came else "refund paid for order"
        )

    def _money(self, part: Money, rounding: Decimal | None = None) -> list[Posting]:
        postings = tender_postings({part.gateway: part.moved}, self.policy)
        return postings + rounding_postings(part.rounding if rounding is None else rounding, self.policy)

    def _round(self, day: date, rounding: Decimal, to: ListRef | None = None) -> None:
        """The drawer moved by more or less than the customer's account; QuickBooks' payments can't say so."""
        if not rounding:
            return
        payer, self.customer = self.customer, to or self.customer
        self._on_account(day, [posting(CASH_ROUNDING, rounding, self.policy)], [], memo="cash rounding of order")
        self.customer = payer

    def _settled(self, document: ReceivePayment | CreditCardRefund, part: Money, applied: list[Applied]) -> Draft:
        draft = self._add(document, _money_ids([part]), tuple(a.document for a in applied))
        self.open_documents = after_settling(self.open_documents, applied)
        return draft

    def _add(self, document: Document, facts: Iterable[str], after: tuple[str, ...] = ()) -> Draft:
        letter = _LETTERS[type(document)]
        key = f"{type(document).__name__}:{self.order.legacy_id}:{self.counters[letter]}"
        draft = Draft(key, document, tuple(facts), self.order.name, effect_of_document(document), after)
        self.drafts.append(draft)
        return draft

    def _next(self, type_: type) -> str:
        letter = _LETTERS[type_]
        count = self.counters.get(letter, 0) + 1
        try:
            ref_number = self.number(letter, count)
        except ValueError as error:
            raise Unmapped(f"no reference number is left ({error})", ZERO) from error
        self.counters[letter] = count
        return ref_number


def _sales(agreements: Iterable[Agreement]) -> list[SaleFact]:
    return [sale for agreement in agreements for sale in agreement.sales]


def _ids(agreements: Iterable[Agreement]) -> list[str]:
    return [sale.id for sale in _sales(agreements)]


def _money_ids(money: Iterable[Money]) -> list[str]:
    return [fact.id for part in money for fact in part.facts]
