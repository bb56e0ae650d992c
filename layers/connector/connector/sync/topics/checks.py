"""Where Shopify disagrees with itself about a record of a topic: an exception that names it and holds nothing up."""

from __future__ import annotations

from collections.abc import Iterable, Sequence

from connector.ledger.invariants import Disagreement
from connector.outbox.entries import EntryState, entry_id
from connector.storage import keys
from connector.sync import problems
from connector.sync.controls import KIND
from connector.sync.topics.topic import Reading


def hold(reading: Reading, records: Iterable[str], found: Iterable[Disagreement]) -> None:
    """One exception for each of ``records`` (ids) that disagrees, none for those that agree (again).

    What a person has set aside comes back only over another amount.
    """
    by_subject: dict[str, list[Disagreement]] = {id_: [] for id_ in records}
    for one in found:
        by_subject[one.subject].append(one)
    table, pk = reading.context.table, keys.shop(reading.shop)
    wanted = {keys.entry(entry_id(reading.shop, _key(id_))): id_ for id_ in by_subject}
    said = {wanted[item["sk"]]: item for item in table.batch_get([(pk, sk) for sk in wanted])}
    for id_, disagreements in by_subject.items():
        known = said.get(id_)
        if not disagreements:
            if known:
                table.delete(pk, known["sk"])
            continue
        off = sum((one.difference for one in disagreements), problems.ZERO)
        words = _words(disagreements)
        if known and (
            known["amount"] == off if known["state"] == EntryState.IGNORED.value else known["reason"] == words
        ):
            continue
        first = disagreements[0]
        held = problems.exception(
            reading.shop,
            _key(id_),
            title=first.name,
            day=first.day,
            sync_id=reading.sync_id,
            reason=words,
            amount=off,
            kind=KIND,
        )
        table.put(held.to_item())


def _key(id_: str) -> str:
    return f"{KIND}:{id_}"


def _words(found: Sequence[Disagreement]) -> str:
    return " ".join(one.words for one in found)
