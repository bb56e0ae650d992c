"""The month-end pack: JSON for the page, CSV to keep, a page to print."""

from __future__ import annotations

from zoneinfo import ZoneInfo

from connector.app.errors import Fault, Unprocessable
from connector.app.http import HTML, Request, Response, json_response
from connector.app.month_end import as_csv, as_page
from connector.app.services import Services
from connector.app.settings import policy_of, read
from connector.app.texts.catalogue import preferred
from connector.app.texts.words import Words
from connector.sync.month_end import month_end, month_of

CSV = "text/csv; charset=utf-8"
_FORMATS = ("json", "csv", "html")


def show(request: Request, services: Services) -> Response:
    """``month`` is YYYY-MM, without one the shop's present month; ``format`` json, csv or html."""
    form = request.one("format") or "json"
    zone = ZoneInfo(services.time_zone(request.shop))
    today = services.clock().astimezone(zone).date()
    faults = []
    if form not in _FORMATS:
        faults.append(Fault("format", "There is no such format.", f"Use {', '.join(_FORMATS)}."))
    try:
        first, last = month_of(request.one("month") or f"{today:%Y-%m}")
    except ValueError:
        faults.append(Fault("month", "This is not a month.", "Write it as YYYY-MM, such as 2026-11."))
    if faults:
        raise Unprocessable(faults)
    policy = policy_of(read(services.table, request.shop))
    pack = month_end(services.table, request.shop, first, last, policy)
    if form == "json":
        return json_response(pack)
    words = Words(preferred(request.headers.get("accept-language", "")), zone)
    content, body = (CSV, as_csv) if form == "csv" else (HTML, as_page)
    name = f'attachment; filename="month-end-{first:%Y-%m}.{form}"'
    return Response(200, body(request.shop, pack, words), {"Content-Type": content, "Content-Disposition": name})
