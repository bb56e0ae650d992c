"""Two workers and one chain of tokens: whatever happens between any two writes, the shop is never lost.

Shopify is the stand-in's token endpoint, which forgets a refresh token when what it was given for is first used; a
stricter one forgets it at once when it is used.
"""

from __future__ import annotations

import base64
import json
from collections.abc import Callable
from contextlib import suppress
from datetime import timedelta
from typing import Any

import httpx
import pytest

from connector.shopify.errors import NeedsMerchant, ShopifyUnavailable
from connector.shopify.installations import Installations
from connector.shopify.registration import ShopifyApp
from connector.storage import keys
from infra.local.shop.tokens import Registration, Tokens
from tests.fakes.memory_table import MemoryTable
from tests.unit.shopify.conftest import SHOP, Clock

KEY, SECRET = "our-api-key", "a-secret-of-thirty-two-characters"


class Killed(BaseException):
    """The process is gone; nothing of it cleans up."""


class PlainVault:
    def seal(self, shop: str, purpose: str, text: str) -> bytes:
        return base64.b64encode(f"{shop}|{purpose}|{text}".encode())

    def open(self, shop: str, purpose: str, sealed: bytes) -> str:
        return base64.b64decode(sealed).decode().removeprefix(f"{shop}|{purpose}|")


class Scene:
    """A shop with tokens that have run out, Shopify, and workers that share nothing but the table."""

    def __init__(self, strict: bool = False) -> None:
        self.clock = Clock()
        self.table: Any = MemoryTable()
        self.shopify = Tokens(SHOP, Registration(KEY, SECRET), lambda: self.clock().timestamp())
        self.strict = strict
        self.asked = 0
        self.lost: set[int] = set()
        """Which of Shopify's answers never arrive."""
        self.first = self.worker()
        self.first.exchange(SHOP, self.shopify.session_token())
        self.check(self.first.access_token(SHOP))
        self.clock.forward(hours=2)

    def worker(self) -> Installations:
        http = httpx.Client(transport=httpx.MockTransport(self._answer))
        vault: Any = PlainVault()
        return Installations(
            self.table,
            vault,
            ShopifyApp(KEY, SECRET),
            http,
            self.clock,
            sleep=lambda seconds: self.clock.forward(seconds=seconds),
        )

    def check(self, token: str) -> None:
        """Shopify takes the token: from now on the pair is in use."""
        assert not isinstance(self.shopify.check(token), tuple), "Shopify does not know the token"

    def state(self) -> str:
        return str(self.table.get(keys.shop(SHOP), keys.INSTALLATION)["state"])

    def alive(self) -> bool:
        """Whether a worker that comes later, much later, still gets at the shop."""
        self.table.before_write = None
        for _ in range(3):
            self.clock.forward(hours=2)
            self.check(self.worker().access_token(SHOP))
        return self.state() == "INSTALLED"

    def _answer(self, request: httpx.Request) -> httpx.Response:
        self.asked += 1
        sent = json.loads(request.content)
        status, body = self.shopify.access_token(sent)
        if self.strict and status == 200 and "refresh_token" in sent:
            self.shopify._by_refresh.pop(sent["refresh_token"])
        if self.asked in self.lost:
            raise httpx.ReadTimeout("lost")
        return httpx.Response(status, json=body)


def at_write(scene: Scene, number: int, act: Callable[[], None]) -> None:
    """``act`` happens once, just before the table's ``number``-th write from now."""
    first = scene.table.writes
    done = False

    def hook(now: int) -> None:
        nonlocal done
        if not done and now - first == number:
            done = True
            act()

    scene.table.before_write = hook


WRITES = range(1, 4)
"""A refresh writes twice, its lock and the new pair; the third is one too many, so that the end is covered."""


def test_a_refresh_writes_as_often_as_these_tests_think() -> None:
    scene = Scene()
    before = scene.table.writes
    scene.first.access_token(SHOP)
    assert scene.table.writes - before == 2


@pytest.mark.parametrize("number", WRITES)
def test_a_second_worker_at_any_write_of_the_first_leaves_both_with_a_good_token(number: int) -> None:
    scene = Scene()
    second, tokens = scene.worker(), []

    def interfere() -> None:
        tokens.append(second.access_token(SHOP))
        scene.check(tokens[0])

    at_write(scene, number, interfere)
    tokens.append(scene.first.access_token(SHOP))
    scene.check(tokens[-1])
    assert scene.state() == "INSTALLED"
    assert scene.alive()


@pytest.mark.parametrize("number", WRITES)
def test_even_were_a_refresh_token_good_only_once_the_chain_would_hold(number: int) -> None:
    """The second is refused, because the first has used the refresh token and not saved what it got for it."""
    scene = Scene(strict=True)
    second, outcome = scene.worker(), []
    at_write(scene, number, lambda: outcome.append(_outcome(second)))
    scene.check(scene.first.access_token(SHOP))
    assert outcome == ["needs merchant" if number == 2 else "token"] or (number == 3 and not outcome)
    scene.check(second.access_token(SHOP))
    assert scene.alive()


@pytest.mark.parametrize("inner", WRITES)
@pytest.mark.parametrize("outer", WRITES)
def test_a_third_worker_between_the_writes_of_the_second_changes_nothing(outer: int, inner: int) -> None:
    scene = Scene()
    second, third = scene.worker(), scene.worker()

    def deeper() -> None:
        scene.check(third.access_token(SHOP))

    def interfere() -> None:
        at_write(scene, inner, deeper)
        with suppress(ShopifyUnavailable):  # the third has the lock: this one is told to come again
            scene.check(second.access_token(SHOP))

    at_write(scene, outer, interfere)
    with suppress(ShopifyUnavailable):
        scene.check(scene.first.access_token(SHOP))
    assert scene.state() == "INSTALLED"
    assert scene.alive()


@pytest.mark.parametrize("number", WRITES)
def test_a_worker_that_dies_before_any_of_its_writes_loses_nothing(number: int) -> None:
    scene = Scene()
    at_write(scene, number, die)
    with suppress(Killed):
        scene.first.access_token(SHOP)
    assert scene.alive()


@pytest.mark.parametrize("lost", [{2}, {2, 3}])
def test_an_answer_that_got_lost_is_got_again(lost: set[int]) -> None:
    scene = Scene()
    scene.lost = lost
    if len(lost) == 2:
        with pytest.raises(ShopifyUnavailable):
            scene.first.access_token(SHOP)
    scene.check(scene.first.access_token(SHOP))
    assert scene.alive()


@pytest.mark.parametrize("strict", [False, True])
def test_a_worker_whose_lock_ran_out_waits_for_the_end_of_the_one_that_has_it(strict: bool) -> None:
    """It has a pair and may not save it while the other may get a newer one; the other is refused, or dies."""
    scene = Scene(strict)
    second = scene.worker()

    def overtaken() -> None:
        scene.clock.forward(seconds=31)
        at_write(scene, 2, die)
        with pytest.raises(Killed):
            second.access_token(SHOP)

    at_write(scene, 2, overtaken)
    scene.check(scene.first.access_token(SHOP))
    assert scene.alive()


def die() -> None:
    raise Killed


def _outcome(worker: Installations) -> str:
    try:
        worker.access_token(SHOP)
    except ShopifyUnavailable:
        return "come again"
    except NeedsMerchant:
        return "needs merchant"
    return "token"


def test_a_refusal_that_comes_late_does_not_undo_what_another_worker_got() -> None:
    """Between the refusal and its being noted another worker takes the lock and gets a pair."""
    scene = Scene()
    scene.shopify.revoke()
    second = scene.worker()

    def reinstalled() -> None:
        second.save(SHOP, second._endpoint.for_session_token(SHOP, scene.shopify.session_token(), scene.clock()))

    at_write(scene, 2, reinstalled)
    scene.check(scene.first.access_token(SHOP))
    assert scene.alive()


def test_a_chain_that_is_broken_is_mended_by_the_merchant_s_next_visit() -> None:
    scene = Scene()
    scene.shopify.revoke()
    with pytest.raises(NeedsMerchant):
        scene.first.access_token(SHOP)
    assert scene.state() == "NEEDS_MERCHANT"
    scene.first.exchange(SHOP, scene.shopify.session_token())
    scene.check(scene.first.access_token(SHOP))
    assert scene.alive()


@pytest.mark.parametrize("number", range(1, 5))
def test_two_first_loads_at_the_same_moment_exchange_one_token(number: int) -> None:
    scene = Scene()
    scene.first.uninstalled(SHOP)
    second, asked = scene.worker(), scene.asked
    at_write(scene, number, lambda: second.exchange(SHOP, scene.shopify.session_token()))
    scene.first.exchange(SHOP, scene.shopify.session_token())
    # Where the second waited until the first one's lock ran out, both have asked; the newest pair is the stored one.
    assert scene.asked - asked <= 2
    scene.check(scene.first.access_token(SHOP))
    assert scene.alive()


def test_a_shop_nobody_asks_anything_of_comes_up_once_a_month_and_goes_on_for_ever() -> None:
    scene = Scene()
    for _ in range(6):
        due = (scene.clock() + timedelta(days=29)).date()
        assert list(scene.first.due(due - timedelta(days=1))) == []
        scene.clock.forward(days=31)
        assert list(scene.first.due(scene.clock().date())) == [SHOP]
        scene.first.access_token(SHOP)  # nobody uses it
        assert list(scene.first.due(scene.clock().date())) == []
    assert scene.alive()


def test_a_shop_that_can_not_be_kept_alive_makes_room_for_the_others() -> None:
    scene = Scene()
    scene.clock.forward(days=31)
    today = scene.clock().date()
    scene.first.postpone(SHOP, today + timedelta(days=1))
    assert list(scene.first.due(today)) == []
    assert list(scene.first.due(today + timedelta(days=1))) == [SHOP]
    scene.first.postpone(SHOP, today)
    assert list(scene.first.due(today)) == []


@pytest.mark.parametrize("end", ["uninstalled", "lapsed"])
def test_a_shop_that_is_gone_is_not_kept_alive(end: str) -> None:
    scene = Scene()
    if end == "uninstalled":
        scene.first.uninstalled(SHOP)
    else:
        scene.shopify.revoke()
        with pytest.raises(NeedsMerchant):
            scene.first.access_token(SHOP)
    scene.first.postpone(SHOP, scene.clock().date())
    assert list(scene.first.due(scene.clock().date() + timedelta(days=365))) == []
