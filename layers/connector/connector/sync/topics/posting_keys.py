"""The posting keys of topics' documents: ``Deposit|payout|gid://shopify/…|1``."""

from __future__ import annotations

from connector.outbox.entries import Entry
from connector.storage.facts import Topic

_TOPICS = frozenset(topic.value for topic in Topic)


def posting_key(topic: Topic, id_: str, kind: str, number: int) -> str:
    """Of a record's document of a kind (its class's name) with a number: always the same for the same document."""
    return f"{kind}|{topic.value}|{id_}|{number}"


def fact_of(entry: Entry) -> tuple[Topic, str] | None:
    """(topic, id) of the record an entry was made of; None for those of orders and days."""
    parts = entry.key.split("|")
    return (Topic(parts[1]), parts[2]) if len(parts) == 4 and parts[1] in _TOPICS else None
