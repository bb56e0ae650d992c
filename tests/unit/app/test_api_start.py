"""Starting the integration: once, with complete settings, and with a schedule that follows the settings ever after."""

from __future__ import annotations

import json
from typing import Any

import pytest

from connector.app import integration
from connector.app.services import Services
from connector.outbox import company
from connector.quickbooks.profile import CompanyProfile
from infra.local.work import schedule_name
from tests.unit.app.conftest import SHOP, USER, Call, Clock, Scheduler, settings_document

START = ("POST", "/api/integration/start")
PUT = ("PUT", "/api/settings")


@pytest.fixture
def ready(call: Call, connected: str) -> str:
    assert call(*PUT, settings_document()).status == 200
    return connected


def test_the_start_makes_the_shop_s_schedule(call: Call, ready: str, scheduler: Scheduler) -> None:
    answer = call(*START, {})
    assert answer.status == 200
    assert answer.json == {"state": "STARTED", "started_at": "2026-11-02T09:00:00Z", "started_by": USER}
    schedule = scheduler.only()
    assert (schedule["Name"], schedule["GroupName"]) == (schedule_name(SHOP), "shops")
    assert schedule["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert schedule["ScheduleExpressionTimezone"] == "Europe/Copenhagen"
    assert schedule["FlexibleTimeWindow"] == {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15}
    assert schedule["State"] == "ENABLED"
    assert (schedule["Target"]["Arn"], schedule["Target"]["RoleArn"]) == ("arn:machine", "arn:role")
    assert json.loads(schedule["Target"]["Input"]) == {
        "shop": SHOP,
        "scheduled_time": "<aws.scheduler.scheduled-time>",
        "trigger": "schedule",
        "execution_id": "<aws.scheduler.execution-id>",
    }


def test_a_second_start_is_refused_and_changes_nothing(
    call: Call, ready: str, clock: Clock, services: Services
) -> None:
    call(*START)
    before = integration.find(services.table, SHOP)
    clock.forward(hours=1)
    answer = call(*START)
    assert answer.status == 409 and "already" in answer.faults[""]
    assert integration.find(services.table, SHOP) == before


def test_without_settings_every_missing_account_is_named(call: Call, installed: str, scheduler: Scheduler) -> None:
    answer = call(*START)
    assert answer.status == 422
    assert len(answer.faults) == 15 and answer.faults["accounts.sales_income"] == "No account is chosen."
    assert not scheduler.schedules
    assert call("GET", "/api/integration").json["state"] == "NOT_STARTED"


def test_an_account_that_was_fine_when_it_was_chosen_is_looked_at_again(
    call: Call, installed: str, request: Any
) -> None:
    call(*PUT, settings_document(tenders={"cash": "Petty Cash"}))
    request.getfixturevalue("connected")
    answer = call(*START)
    assert answer.status == 422 and list(answer.faults) == ["tenders.cash"]


def test_a_company_that_keeps_its_books_in_another_currency_is_refused(
    call: Call, ready: str, services: Services, clock: Clock
) -> None:
    profile = CompanyProfile(country="US", company_name="Northern Lights Inc")  # without multiple currencies: dollars
    company.store_profile(services.table, SHOP, profile, clock())
    answer = call(*START)
    assert answer.status == 422
    assert "USD" in answer.faults["connection"] and "DKK" in answer.faults["connection"]


def test_a_start_killed_at_any_point_can_be_repeated(call: Call, ready: str, table: Any, scheduler: Scheduler) -> None:
    class Killed(BaseException):
        pass

    first = table.writes
    for doomed in (first, first + 1):

        def kill(number: int, doomed: int = doomed) -> None:
            if number >= doomed:
                raise Killed

        table.before_write = kill
        with pytest.raises(Killed):
            call(*START)
        table.before_write = None
        assert call("GET", "/api/integration").json["state"] != "STARTED"
    assert call(*START).status == 200
    assert scheduler.only()["State"] == "ENABLED"


def test_when_the_schedule_cannot_be_made_the_start_did_not_happen(
    call: Call, ready: str, scheduler: Scheduler
) -> None:
    scheduler.failing = 1
    answer = call(*START)
    assert answer.status == 503 and answer.headers["retry-after"]
    assert call("GET", "/api/integration").json["state"] == "STARTING"
    assert call("POST", "/api/syncs").status == 409
    assert call(*START).status == 200


def test_of_two_starts_at_the_same_moment_one_is_refused(call: Call, ready: str, table: Any) -> None:
    answers = []

    def another_one_comes_first(number: int) -> None:
        if not answers:
            answers.append(0)
            answers.append(call(*START).status)

    table.before_write = another_one_comes_first
    assert call(*START).status == 409
    assert answers[1] == 200


@pytest.mark.parametrize(
    ("change", "expected"),
    [
        ({"schedule": {"time_of_day": "23:05"}}, ("cron(5 23 * * ? *)", "Europe/Copenhagen", "ENABLED")),
        ({"schedule": {"time_zone": "America/New_York"}}, ("cron(30 2 * * ? *)", "America/New_York", "ENABLED")),
        ({"schedule": {"mode": "manual"}}, ("cron(30 2 * * ? *)", "Europe/Copenhagen", "DISABLED")),
    ],
)
def test_the_schedule_follows_the_settings(
    call: Call, ready: str, scheduler: Scheduler, change: dict[str, Any], expected: tuple[str, str, str]
) -> None:
    call(*START)
    assert call(*PUT, change).status == 200
    schedule = scheduler.only()
    assert (
        schedule["ScheduleExpression"],
        schedule["ScheduleExpressionTimezone"],
        schedule["State"],
    ) == expected


def test_a_manual_shop_has_a_schedule_that_is_switched_off(call: Call, ready: str, scheduler: Scheduler) -> None:
    call(*PUT, {"schedule": {"mode": "manual"}})
    call(*START)
    assert scheduler.only()["State"] == "DISABLED"
    call(*PUT, {"schedule": {"mode": "automatic"}})
    assert scheduler.only()["State"] == "ENABLED"


def test_without_a_zone_of_its_own_the_schedule_keeps_the_shop_s(call: Call, ready: str, scheduler: Scheduler) -> None:
    call(*PUT, {"schedule": {"time_zone": ""}})
    call(*START)
    assert scheduler.only()["ScheduleExpressionTimezone"] == "Europe/Copenhagen"


def test_a_change_whose_schedule_failed_is_finished_by_doing_it_again(
    call: Call, ready: str, scheduler: Scheduler
) -> None:
    call(*START)
    scheduler.failing = 1
    change = {"schedule": {"time_of_day": "05:00"}}
    assert call(*PUT, change).status == 503
    assert scheduler.only()["ScheduleExpression"] == "cron(30 2 * * ? *)"
    assert call(*PUT, change).status == 200
    assert scheduler.only()["ScheduleExpression"] == "cron(0 5 * * ? *)"


def test_settings_before_the_start_make_no_schedule(call: Call, ready: str, scheduler: Scheduler) -> None:
    assert not scheduler.schedules


def test_of_two_changes_the_later_one_has_the_schedule(call: Call, ready: str, scheduler: Scheduler) -> None:
    """The first change's schedule is made last, as when its call was slow: it must not stay."""
    call(*START)
    seen = []
    update = scheduler.update_schedule

    def slowly(**schedule: Any) -> None:
        if not seen:
            seen.append(0)
            assert call(*PUT, {"schedule": {"time_of_day": "06:00"}}).status == 200
        update(**schedule)

    scheduler.update_schedule = slowly  # type: ignore[method-assign]
    call(*PUT, {"schedule": {"time_of_day": "05:00"}})
    assert scheduler.only()["ScheduleExpression"] == "cron(0 6 * * ? *)"
