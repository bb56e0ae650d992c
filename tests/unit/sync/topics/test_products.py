"""Products: all variants once, then those that changed; a backfill reads none again."""

from __future__ import annotations

from datetime import timedelta
from functools import cache

from connector.storage import catalog
from infra.local.shop.world import World, build_world
from tests.fakes.main_job import MainJob
from tests.fakes.preparation import SHOP


@cache
def world() -> World:
    return build_world(days=3, orders_per_day=2)


def unknown(job: MainJob) -> list[str]:
    """The shop's variants that were not read."""
    items = [variant.inventory_item_id for variant in world().catalog.variants]
    known = catalog.products(job.table, SHOP, items)
    return [item for item in items if item not in known]


def pages(job: MainJob) -> list[str]:
    """What of the variants is asked for from now on."""
    asked: list[str] = []
    inner = job.shop.shop.query

    def query(body: dict, scopes: tuple[str, ...]) -> object:
        if "VariantsPage" in str(body.get("query", "")):
            asked.append(str(body["variables"]["query"]))
        return inner(body, scopes)

    job.shop.shop.query = query  # type: ignore[method-assign, assignment]
    return asked


def test_all_variants_are_read_once_and_then_what_changed() -> None:
    job = MainJob(world(), "detailed")
    asked = pages(job)
    job.prepare(0)
    assert unknown(job) == []
    assert set(asked) == {""}
    asked.clear()
    job.prepare(1)
    assert asked and all(one.startswith("updated_at:>=") for one in asked)


def test_a_backfill_reads_no_variants_that_are_known() -> None:
    job = MainJob(world(), "detailed")
    job.prepare(0)
    asked = pages(job)
    day = world().days[0].isoformat()
    job.preparation.sync(job.night_after(1), **{"from": day, "to": day}, sync_id="again", trigger="manual")
    assert asked == []


def test_without_the_permission_nothing_counts_as_read() -> None:
    job = MainJob(world(), "detailed")
    job.shop.scopes = tuple(scope for scope in job.shop.scopes if scope != "read_products")
    job.prepare(0)
    assert len(unknown(job)) == len(world().catalog.variants)
    job.shop.scopes = (*job.shop.scopes, "read_products")
    job.now = job.night_after(1) + timedelta(hours=1)
    job.prepare(1)
    assert unknown(job) == []
