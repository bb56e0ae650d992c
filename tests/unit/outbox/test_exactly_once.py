"""Whole syncs against the company stand-in while things go wrong. At the end every entry is in QuickBooks exactly once.

A schedule is a list of days: entries that come in, and one update with what happens to it. Then the faults stop, the
merchant does what the page asks for, and the books must tie out. ``FAULTS=`` sets how many schedules are tried.
"""

from __future__ import annotations

import os
from collections import Counter
from collections.abc import Callable
from typing import Any

from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from connector.outbox import anchors, connection, health, release
from connector.outbox.entries import EntryState
from infra.local.company import Company
from infra.local.web_connector import CallFailed, Fault
from tests.fakes.memory_table import MemoryTable
from tests.fakes.office import SHOP, Office, credit_and_refund, invoice_and_payment, receipt
from tests.fakes.payouts import deposit
from tests.fakes.purchasing import purchase

SCHEDULES = int(os.environ.get("FAULTS", "2000"))
MOST_CLEAN_RUNS = 12


class Killed(BaseException):
    """The process is gone between two writes."""


class World:
    """An office whose table kills the process at a planned write, and whose second computer may cut in."""

    def __init__(self, seed: int, index_lag: int) -> None:
        self.writes_to_go = -1
        self.office = Office(table=MemoryTable(self._before_write, index_lag), seed=seed)
        self.backup: bytes | None = None
        self.number = 0
        # The .qwc was added in this company, and the settings page has shown its accounts.
        self.office.update()

    def _before_write(self, number: int) -> None:
        if self.writes_to_go == 0:
            self.writes_to_go = -1
            raise Killed
        if self.writes_to_go > 0:
            self.writes_to_go -= 1

    def come_in(self, kind: str) -> None:
        self.number += 1
        many = {
            "receipt": lambda n: [receipt(n, lines=2)],
            "invoice": invoice_and_payment,
            "refund": credit_and_refund,
            "deposit": lambda n: [deposit(n)],
            "purchase": purchase,
        }
        self.office.add(many[kind](self.number))

    def update(self, fault: tuple[Any, ...]) -> None:
        kind, *details = fault
        _FAULTS[kind](self, *details)
        self.writes_to_go = -1
        self.office.company.faults.session = ""
        self.office.company.faults.unlock()

    def run(self, source: str = "10.0.0.1", **arguments: Any) -> Any:
        connector = self.office.web_connector(source, **arguments)
        inner = connector._call

        def call(operation: str, **parameters: Any) -> Any:
            try:
                return inner(operation, **parameters)
            except Killed as killed:
                raise CallFailed("502 Bad Gateway") from killed

        connector._call = call
        return connector.update()


def _plain(world: World) -> None:
    world.run()


def _call_fault(world: World, number: int, fault: Fault) -> None:
    world.run(faults={number: fault})


def _kill_process(world: World, write: int) -> None:
    world.writes_to_go = write
    world.run()


def _kill_quickbooks(world: World, requests: int, forgets: bool) -> None:
    world.office.company.die_after(requests)
    world.run()
    if forgets:
        world.office.company.lose_stored_answers()


def _forget_answers(world: World, number: int) -> None:
    world.run(faults={number: Fault.LOSE_CALL})
    world.office.company.lose_stored_answers()


def _set_status(world: World, number: int, status: int) -> None:
    world.run(faults={number: Fault.LOSE_CALL})
    world.office.company.faults.answer_set_with(status)
    world.office.pass_time(minutes=15)
    world.run()


def _other_company(world: World) -> None:
    office = world.office
    other = Company(clock=lambda: office.now.timestamp(), company_name="Somebody Else's Shop")
    other.path = r"C:\Companies\Other.QBW"
    for _ in range(2):
        world.run(company=other)
    assert not other.transactions(), "written to another company"


def _take_backup(world: World) -> None:
    world.run()
    world.backup = world.office.company.backup()


def _restore_backup(world: World) -> None:
    if world.backup is not None:
        world.office.company.restore(world.backup)
    world.run()


def _roll_back(world: World, count: int, calls: int) -> None:
    """A backup is taken, more is posted (perhaps not to the end), the backup is restored."""
    _take_backup(world)
    for _ in range(count):
        world.come_in("receipt")
    world.run(faults={calls: Fault.LOSE_CALL})
    _restore_backup(world)


def _refuse(world: World, code: int, times: int) -> None:
    texts = {3180: "The transaction could not be locked. It is in use by another user.", 3231: "Not processed."}
    world.office.company.faults.refuse("*", code, texts.get(code, "Refused."), times)
    world.run()
    for refusal in world.office.company.faults._refusals:
        refusal.times = 0


def _quickbooks_closed(world: World, hresult: str) -> None:
    world.office.company.faults.session = hresult
    world.run()


def _second_computer(world: World, number: int, before: bool) -> None:
    """Another Web Connector makes a whole update in the middle of this one's, between two of its calls."""
    connector = world.office.web_connector("10.0.0.1")
    inner, calls = connector._call, [0]

    def call(operation: str, **parameters: Any) -> Any:
        calls[0] += 1
        if calls[0] == number and before:
            world.run("10.0.0.2")
        answer = inner(operation, **parameters)
        if calls[0] == number and not before:
            world.run("10.0.0.2")
        return answer

    connector._call = call
    connector.update()


_FAULTS: dict[str, Callable[..., None]] = {
    "none": _plain,
    "call": _call_fault,
    "process": _kill_process,
    "quickbooks": _kill_quickbooks,
    "forgotten": _forget_answers,
    "status": _set_status,
    "company": _other_company,
    "backup": _take_backup,
    "restore": _restore_backup,
    "rollback": _roll_back,
    "refuse": _refuse,
    "closed": _quickbooks_closed,
    "two": _second_computer,
}

calls = st.integers(2, 20)
faults = st.one_of(
    st.just(("none",)),
    st.tuples(st.just("call"), calls, st.sampled_from(list(Fault))),
    st.tuples(st.just("process"), st.integers(0, 40)),
    st.tuples(st.just("quickbooks"), st.integers(0, 8), st.booleans()),
    st.tuples(st.just("forgotten"), calls),
    st.tuples(st.just("status"), calls, st.sampled_from([600, 9001, 9002, 9004, 9005])),
    st.just(("company",)),
    st.just(("backup",)),
    st.just(("restore",)),
    st.tuples(st.just("rollback"), st.integers(1, 3), st.integers(8, 20)),
    st.tuples(st.just("refuse"), st.sampled_from([1000, 3100, 3120, 3140, 3180, 3200, 3231]), st.integers(1, 6)),
    st.tuples(st.just("closed"), st.sampled_from(["0x80040408", "0x80040414", "0x8004040D", "0x80040402"])),
    st.tuples(st.just("two"), calls, st.booleans()),
)
incoming = st.lists(st.sampled_from(["receipt", "receipt", "invoice", "refund", "deposit", "purchase"]), max_size=4)
days = st.lists(st.tuples(incoming, faults), min_size=1, max_size=5)


def the_merchant_helps(world: World) -> None:
    """What the page asks for: confirm the company after an old backup, try held entries again."""
    office = world.office
    reported = (connection.read(office.table, SHOP) or {}).get("health") or {}
    if reported.get("words") == anchors.STRANGE:
        anchors.confirm_company(office.table, SHOP)
        health.clear(office.table, SHOP)
    for entry in office.entries(EntryState.HELD):
        if office.entries(EntryState.HELD) and entry.document is not None:
            current = {e.id: e for e in office.entries(EntryState.HELD)}
            if entry.id in current:
                release.retry(office.table, SHOP, entry.id)


def is_quiet(world: World) -> bool:
    return all(entry.state is EntryState.READ_BACK for entry in world.office.entries())


@settings(
    max_examples=SCHEDULES,
    deadline=None,
    suppress_health_check=[HealthCheck.too_slow, HealthCheck.data_too_large],
)
@given(days=days, seed=st.integers(0, 2**16), index_lag=st.sampled_from([0, 0, 0, 3]))
def test_every_entry_is_posted_exactly_once_whatever_goes_wrong(
    days: list[tuple[list[str], tuple[Any, ...]]], seed: int, index_lag: int
) -> None:
    # Given a shop whose updates go wrong in every way we know
    world = World(seed, index_lag)
    for kinds, fault in days:
        for kind in kinds:
            world.come_in(kind)
        world.office.pass_time(minutes=15)
        world.update(fault)
        event(str(fault[0]))
    # When the faults are over
    world.office.table.index_lag = 0
    for _ in range(MOST_CLEAN_RUNS):
        # Lists are old after half a day: there is a session then, and a restored backup comes to light in it.
        world.office.pass_time(hours=13)
        world.office.table.settle()
        if world.run().ok and is_quiet(world):
            break
        the_merchant_helps(world)
    # Then QuickBooks has each entry once, and nothing else of ours
    office = world.office
    in_quickbooks = Counter(posted.external_guid.strip("{}").lower() for posted in office.company.transactions())
    assert in_quickbooks == Counter(entry.id for entry in office.entries())
    assert office.states().keys() <= {"READ_BACK"}
    assert office.ties_out()
    assert office.table.get(f"SHOP#{SHOP}", "OUTSTANDING") is None
