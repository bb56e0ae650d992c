"""What a topic is: how its records are read, and how their facts become documents."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from datetime import date, datetime, timedelta
from decimal import Decimal
from zoneinfo import ZoneInfo

from connector.accounting.documents import Draft
from connector.accounting.outcome import Unmappable
from connector.accounting.policy import Policy
from connector.shopify.client import AdminClient
from connector.shopify.permissions import Missing
from connector.storage.facts import FactRecord
from connector.storage.facts import Topic as FactTopic
from connector.storage.table import Table
from connector.sync.context import Context
from connector.sync.window import Window

Effects = Mapping[date, Mapping[str, Decimal]]
"""Amounts by business day and tie-out line."""


@dataclass(frozen=True, slots=True)
class Reading:
    """One topic's reading in one sync.

    ``since`` is from when on the topic is read: where it was last read whole, less an overlap and its look-back. Facts
    at or after ``window.end`` are the next sync's. ``incremental`` is false for a backfill, ``sweep`` true once a week.
    """

    context: Context
    shop: str
    sync_id: str
    window: Window
    zone: ZoneInfo
    currency: str
    since: datetime
    incremental: bool
    sweep: bool

    @property
    def client(self) -> AdminClient:
        assert self.context.admin_of is not None
        return self.context.admin_of(self.shop)

    def belongs(self, day: date) -> bool:
        """Whether a business day is in these books."""
        return self.window.first <= day <= self.window.last or day >= self.window.books_begin


@dataclass(frozen=True, slots=True)
class PageRead:
    """What a page's reading leaves: where to go on (None: the topic is read whole) and what is denied of it."""

    cursor: str | None = None
    missing: tuple[Missing, ...] = ()


@dataclass(frozen=True, slots=True)
class Booked:
    """What comes of a record now: the documents of parts that nothing carries yet, and why others can't be any.

    ``drafts`` list the parts they carry as their ``facts``. ``moot`` are parts that cancelled each other before they
    were posted: they need no document and don't count any more. ``kind`` is what the exception is called, if not after
    the record's topic.
    """

    drafts: tuple[Draft, ...] = ()
    problem: Unmappable | None = None
    moot: tuple[str, ...] = ()
    kind: str = ""


Number = Callable[[int], str]
"""The Ref No. of a record's document with that number, from 1 on: always the same for the same number."""


@dataclass(frozen=True, slots=True)
class Books:
    """How one kind of record becomes documents.

    ``documents`` is pure. ``effects`` says by how much the tie-out's Shopify column changes when a record is stored
    (before, which is None for a new one, and after); without it the column takes the documents' own effect when they
    are made, for amounts that are only known then. ``names`` are the Ref Nos. a record would like, best first;
    ``title`` is what people call it. ``letter`` begins a Ref No. where none of the names can be had. ``completed``
    looks up what ``documents`` has to know besides the record; it is not stored with it.
    """

    facts: FactTopic
    documents: Callable[[FactRecord, Policy, Number], Booked]
    effects: Callable[[FactRecord | None, FactRecord], Effects] | None
    title: Callable[[FactRecord], str]
    letter: str
    names: Callable[[FactRecord], tuple[str, ...]] = lambda record: ()
    completed: Callable[[Table, FactRecord], FactRecord] = lambda table, record: record


@dataclass(frozen=True, slots=True)
class Topic:
    """``name`` is that of ``shopify.permissions``. ``page`` reads one page, stores its facts (``storing.store``), and
    says where to go on; ``look_back`` is how long a record may change without Shopify telling. ``is_due`` says whether
    this sync reads it at all."""

    name: str
    page: Callable[[Reading, str | None], PageRead]
    books: tuple[Books, ...] = ()
    look_back: timedelta = timedelta()
    is_due: Callable[[Reading], bool] = lambda reading: True

    @property
    def until(self) -> str:
        """The attribute of the integration that says up to when the topic was read whole."""
        return f"until|{self.name}"
