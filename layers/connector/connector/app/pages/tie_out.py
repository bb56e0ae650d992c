"""The tie-out by day, by payout and by month, with the clearing accounts explained, and the month-end pack."""

from __future__ import annotations

from datetime import date, timedelta
from decimal import Decimal
from typing import Any

from connector.app.month_end import sections
from connector.app.pages.frame import Page, Visit
from connector.app.pages.standing import TONES, chart_rows, day_of, sums
from connector.app.settings import policy_of, read
from connector.app.views.ranges import DEFAULT_DAYS
from connector.sync.clearing import explained
from connector.sync.month_end import clearing_accounts, month_end, month_of
from connector.sync.tie_out import report

DAYS, PAYOUTS, MONTH, CLEARING = "", "payouts", "month", "clearing"
LONGEST_DAYS = 400
"""A range is worked out while somebody waits."""


def tie_out(visit: Visit) -> dict[str, Any]:
    part = visit.request.one("part")
    part = part if part in (PAYOUTS, MONTH, CLEARING) else DAYS
    today = _today(visit)
    values = {
        "part": part,
        "parts": [(name, visit.words(f"tie_out.{name or 'days'}"), None) for name in (DAYS, PAYOUTS, MONTH, CLEARING)],
        "tones": TONES,
        "today": today.isoformat(),
        "month": "",
        "clearing": [],
    }
    if part == CLEARING:
        until = day_of(visit.request.one("to")) or today
        return values | {"until": until.isoformat(), "clearing": _clearing(visit, until)}
    first, last = _month(visit, today) if part == MONTH else _range(visit, today)
    found = report(visit.services.table, visit.shop, first, last)
    day = _chosen_day(visit, first, last) if part == DAYS else None
    lines = found["total"]["lines"]
    if day:
        lines = next((one["lines"] for one in found["days"] if one["date"] == day.isoformat()), [])
    open_ = [entry for entry in found["open"] if not day or entry["day"] == day.isoformat()]
    return values | {
        "first": first.isoformat(),
        "last": last.isoformat(),
        "day": day.isoformat() if day else "",
        "days": [{"date": one["date"], "sums": sums(one["lines"])} for one in reversed(found["days"])],
        "total": sums(found["total"]["lines"]),
        "lines": lines,
        "differs": any(Decimal(line["difference"]) for line in lines),
        "open": open_,
        "waiting": [one for one in found["waiting"] if not day or one["day"] == day.isoformat()],
        "payouts": list(reversed(found["payouts"])),
        "chart": chart_rows(visit, found["days"]),
        "month": f"{first:%Y-%m}",
        **_neighbours(first, today),
    }


def pack(visit: Visit) -> dict[str, Any]:
    """The month-end pack as a page, which prints without the menu."""
    first, last = _month(visit, _today(visit))
    found = month_end(visit.services.table, visit.shop, first, last, policy_of(read(visit.services.table, visit.shop)))
    month = f"{first:%Y-%m}"
    return {
        "page_title": visit.words("month_end.title", month=visit.words.month(month)),
        "pack": found,
        "tables": list(sections(found, visit.words)),
        "month": month,
        "domain": visit.shop,
        **_neighbours(first, _today(visit)),
    }


def _clearing(visit: Visit, until: date) -> list[dict[str, Any]]:
    policy = policy_of(read(visit.services.table, visit.shop))
    return explained(visit.services.table, visit.shop, policy.accounts, clearing_accounts(policy), until)


def _today(visit: Visit) -> date:
    return visit.services.clock().astimezone(visit.words.zone).date()


def _range(visit: Visit, today: date) -> tuple[date, date]:
    """The days of the address; without usable ones the last month."""
    first, last = day_of(visit.request.one("from")), day_of(visit.request.one("to"))
    if first and last and first <= last <= first + timedelta(days=LONGEST_DAYS):
        return first, last
    return today - timedelta(days=DEFAULT_DAYS), today


def _chosen_day(visit: Visit, first: date, last: date) -> date | None:
    day = day_of(visit.request.one("day"))
    return day if day and first <= day <= last else None


def _month(visit: Visit, today: date) -> tuple[date, date]:
    try:
        return month_of(visit.request.one("month"))
    except ValueError:
        return month_of(f"{today:%Y-%m}")


def _neighbours(first: date, today: date) -> dict[str, str]:
    """The months before and after that of ``first``; none after the present one."""
    before = first.replace(day=1) - timedelta(days=1)
    after = first.replace(day=1) + timedelta(days=31)
    return {
        "month_before": f"{before:%Y-%m}",
        "month_after": f"{after:%Y-%m}" if f"{after:%Y-%m}" <= f"{today:%Y-%m}" else "",
    }


PAGES = (
    Page(
        "/tie-out",
        tie_out,
        "tie_out.html",
        "nav.tie_out",
        nav="nav.tie_out",
        script="tie_out.js",
        script_words=("tie_out_js",),
    ),
    Page(
        "/month-end",
        pack,
        "month_end_page.html",
        "month_end.name",
        back="/tie-out",
        script="tie_out.js",
        script_words=("tie_out_js",),
    ),
)
