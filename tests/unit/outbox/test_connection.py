"""User name, app token and FileID; whoever is not valid learns nothing."""

from __future__ import annotations

from datetime import datetime, timedelta

import pytest

from connector.outbox import connection
from connector.outbox.connection import MOST_FAILURES, THROTTLE_WINDOW, UnusableToken
from connector.storage import keys
from tests.fakes.memory_table import MemoryTable
from tests.fakes.office import CHEAP, SHOP, START, TOKEN

OTHER = "other-shop.myshopify.com"


@pytest.fixture
def table() -> MemoryTable:
    made = MemoryTable()
    connection.create_token(made, SHOP, TOKEN, START, cost=CHEAP)
    return made


def sign_in(table: MemoryTable, token: str = TOKEN, now: datetime = START) -> str | None:
    return connection.sign_in(table, connection.user_name_of(SHOP), token, now)


def test_a_pasted_token_signs_in(table: MemoryTable) -> None:
    assert sign_in(table) == SHOP
    assert sign_in(table, f" {TOKEN}\n") == SHOP
    assert sign_in(table, TOKEN + "x") is None


def test_a_generated_token_is_strong_and_easy_to_type(table: MemoryTable) -> None:
    shown = connection.create_token(table, SHOP, None, START, cost=CHEAP)
    assert len(shown.replace("-", "")) == 20
    assert set(shown) <= set("ABCDEFGHIJKLMNOPQRSTUVWXYZ234567-")
    assert shown != connection.create_token(table, OTHER, None, START, cost=CHEAP)
    assert sign_in(table, shown) == SHOP
    assert sign_in(table, TOKEN) is None


def test_the_token_itself_is_nowhere_in_the_table(table: MemoryTable) -> None:
    stored = repr(list(table.query(keys.shop(SHOP)))) + repr(list(table.query(keys.user("lindas-books"))))
    assert TOKEN not in stored


def test_equal_tokens_have_different_hashes(table: MemoryTable) -> None:
    connection.create_token(table, OTHER, TOKEN, START, cost=CHEAP)
    one, two = connection.read(table, SHOP), connection.read(table, OTHER)
    assert one is not None
    assert two is not None
    assert one["token_hash"] != two["token_hash"]


@pytest.mark.parametrize("token", ["short", "x" * 129, "with\x00control-characters", "   " * 10])
def test_a_token_that_cannot_work_is_refused(table: MemoryTable, token: str) -> None:
    with pytest.raises(UnusableToken):
        connection.create_token(table, SHOP, token, START)
    assert sign_in(table) == SHOP


@pytest.mark.parametrize("user", ["nobody", "", "x" * 10_000, "lindas-books\x00", "USER#lindas-books", "\udcff"])
def test_an_unknown_user_costs_the_same_work(table: MemoryTable, user: str, monkeypatch: pytest.MonkeyPatch) -> None:
    hashed: list[int] = []
    real = connection._hash

    def counted(token: str, salt: bytes, cost: int) -> bytes:
        hashed.append(cost)
        return real(token, salt, CHEAP)

    monkeypatch.setattr(connection, "_hash", counted)
    assert connection.sign_in(table, user, TOKEN, START) is None
    assert hashed == [connection.SCRYPT_COST]


def test_a_disabled_shop_does_not_sign_in_until_it_has_a_new_token(table: MemoryTable) -> None:
    connection.disable(table, SHOP)
    assert sign_in(table) is None
    connection.create_token(table, SHOP, TOKEN, START, cost=CHEAP)
    assert sign_in(table) == SHOP


def test_a_shop_without_connection_can_be_disabled() -> None:
    connection.disable(MemoryTable(), SHOP)


def test_after_many_wrong_tokens_not_even_the_right_one_is_tried_for_a_while(table: MemoryTable) -> None:
    for _ in range(MOST_FAILURES):
        assert sign_in(table, "wrong-wrong-wrong") is None
    assert sign_in(table) is None
    assert sign_in(table, now=START + THROTTLE_WINDOW) == SHOP


def test_an_old_token_polled_every_minute_does_not_lock_the_merchant_out(table: MemoryTable) -> None:
    for minute in range(60):
        assert sign_in(table, "last-years-token", START + timedelta(minutes=minute)) is None
    assert sign_in(table, now=START + timedelta(minutes=60)) == SHOP


def test_throttling_one_user_name_leaves_the_others_alone(table: MemoryTable) -> None:
    for _ in range(MOST_FAILURES + 5):
        connection.sign_in(table, "somebody", "wrong-wrong-wrong", START)
    assert sign_in(table) == SHOP


def test_what_counts_failures_is_forgotten_by_the_table(table: MemoryTable) -> None:
    sign_in(table, "wrong-wrong-wrong")
    pk, sk = connection._throttle_key("lindas-books", START)
    item = table.get(pk, sk)
    assert item is not None
    assert START.timestamp() < item["ttl"] < (START + timedelta(days=1)).timestamp()


def test_the_file_id_stays_until_it_is_renewed(table: MemoryTable) -> None:
    first = connection.ensure(table, SHOP, START)["file_id"]
    connection.create_token(table, SHOP, None, START, cost=CHEAP)
    assert connection.ensure(table, SHOP, START)["file_id"] == first
    renewed = connection.renew_file_id(table, SHOP)
    assert renewed != first
    assert connection.ensure(table, SHOP, START)["file_id"] == renewed


def test_a_user_name_belongs_to_one_shop(table: MemoryTable) -> None:
    connection.ensure(table, OTHER, START)
    connection.create_token(table, OTHER, "another-good-token", START, cost=CHEAP)
    assert connection.sign_in(table, "other-shop", TOKEN, START) is None
    assert connection.sign_in(table, "other-shop", "another-good-token", START) == OTHER


def test_the_page_never_sees_a_secret(table: MemoryTable) -> None:
    view = connection.view(table, SHOP, START)
    assert view["token_set"] is True
    assert not [key for key in view if "hash" in key or "salt" in key]
