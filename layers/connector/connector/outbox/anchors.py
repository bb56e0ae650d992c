"""Knowing the company's books again by what we posted in them, before anything is looked for or written in a session.

A FileID says which file the Web Connector was set up with, not what is in it: a backup may have been restored, or a
copy be open. The first transactions we ever posted and the latest ones are asked for. None there: these are not the
books we posted to, nothing is written. Some gone: a backup was restored (or somebody deleted them), so everything is
read back again.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any

from connector.outbox import health, recheck
from connector.outbox.message_sets import MessageSet, SetKind
from connector.outbox.turn import Prepared, Taken, Turn, named_answers
from connector.quickbooks import queries
from connector.quickbooks.answers import Answer, SetAnswer
from connector.quickbooks.status import Verdict, explain
from connector.storage import keys
from connector.storage.table import Table, delete_write, put_write, update_write

CHECKED = "anchors_checked"
"""In the session's memory."""

STRANGE = (
    "The open company has none of the entries posted so far. Open the company they were posted to. If it is the right "
    "one and an old backup was restored, confirm that in the app."
)
_FIRST, _LAST = 5, 3
Anchor = tuple[str, str, str]
"""(QuickBooks' name of the transaction's kind, TxnID, our ExternalGUID)"""


def read(table: Table, shop: str) -> tuple[list[Anchor], list[Anchor]]:
    """(the first ones, the latest ones)"""
    item = table.get(keys.shop(shop), keys.ANCHORS) or {"first": [], "last": []}
    return _anchors(item["first"]), _anchors(item["last"])


def _anchors(value: Sequence[Sequence[str]]) -> list[Anchor]:
    return [(kind, txn_id, guid) for kind, txn_id, guid in value]


def note_writes(table: Table, shop: str, posted: Sequence[Answer]) -> list[dict[str, Any]]:
    """Transaction parts that remember what was just posted, from the answers to the adds; their ids are the GUIDs."""
    added = [(a.name.removesuffix("Add"), a.record_id, a.request_id) for a in posted if a.name.endswith("Add")]
    if not added:
        return []
    first, _ = read(table, shop)
    return [_write(shop, [*first, *added][:_FIRST], added[-_LAST:])]


def _write(shop: str, first: Sequence[Anchor], last: Sequence[Anchor]) -> dict[str, Any]:
    if not first and not last:
        return delete_write(keys.shop(shop), keys.ANCHORS)
    item = {"first": [list(a) for a in first], "last": [list(a) for a in last]}
    return put_write({"pk": keys.shop(shop), "sk": keys.ANCHORS, **item})


def forget_writes(table: Table, shop: str, txn_ids: set[str]) -> list[dict[str, Any]]:
    """Transaction parts: these are about to be deleted by ourselves, so nothing follows from their being gone."""
    first, last = read(table, shop)
    if not any(txn_id in txn_ids for _, txn_id, _ in (*first, *last)):
        return []
    kept = [[anchor for anchor in part if anchor[1] not in txn_ids] for part in (first, last)]
    return [_write(shop, kept[0], kept[1])]


def confirm_company(table: Table, shop: str) -> None:
    """A person says that the open company is the right one though it has nothing of ours, or a new path and a new name:
    it is known by what is seen next, and all is read back again. Its FileID must still be ours.

    Raises ``ConditionFailed`` for a shop that has no connection.
    """
    forget_seen = update_write(keys.shop(shop), keys.CONNECTION, "REMOVE company_seen", "attribute_exists(pk)")
    table.transact([forget_seen, _write(shop, (), ()), recheck.start_write(shop)])


def prepare(turn: Turn) -> Prepared | None:
    if turn.memory.get(CHECKED):
        return None
    first, last = read(turn.table, turn.shop)
    known = list(dict.fromkeys([*first, *last]))
    if not known:
        return None
    requests = [(str(n), queries.is_there(kind, txn_id)) for n, (kind, txn_id, _) in enumerate(known)]
    return Prepared(turn.reading_set(SetKind.ANCHORS, requests, notes={"anchors": [list(a) for a in known]}))


def take(turn: Turn, set_: MessageSet, answer: SetAnswer) -> Taken:
    asked = _anchors(set_.notes["anchors"])
    answers = named_answers(set_, answer)
    gone = {anchor for n, anchor in enumerate(asked) if str(n) in answers and _is_gone(anchor, answers[str(n)])}
    if len(gone) == len(asked):
        health.report(turn.table, turn.shop, "other_company", turn.now, words=STRANGE)
        return Taken(ends=True, text=STRANGE)
    if gone:
        first, last = ([a for a in part if a not in gone] for part in read(turn.table, turn.shop))
        turn.table.transact([_write(turn.shop, first, last or first[-1:]), recheck.start_write(turn.shop)])
    return Taken(memory={**turn.memory, CHECKED: True})


def _is_gone(anchor: Anchor, answer: Answer) -> bool:
    """Whether QuickBooks has no such TxnID, or something else under it: ids are given again after a restore."""
    if explain(answer).verdict is Verdict.NOT_FOUND:
        return True
    return bool(answer.external_guid) and answer.external_guid != anchor[2]
