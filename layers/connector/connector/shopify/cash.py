"""POS cash sessions with their adjustments, and the drawers' activities with their reasons."""

from __future__ import annotations

from datetime import datetime
from itertools import takewhile

from connector.shopify.client import AdminClient
from connector.shopify.paging import Node, Page, page, rest, run_page, since, walk

SESSIONS, ADJUSTMENTS = 50, 20
DRAWERS, ACTIVITIES = 20, 50
MORE = 100


def cash_sessions_page(client: AdminClient, closed_since: datetime, cursor: str | None) -> Page:
    """Sessions closed at or after ``closed_since``, each with ``adjustments`` as a whole list."""

    def read() -> Node:
        variables = {
            "first": SESSIONS,
            "after": cursor,
            "query": since("closing_time", closed_since),
            "adjustments": ADJUSTMENTS,
        }
        connection: Node = run_page(client, "cash_sessions_page", variables)["cashTrackingSessions"]
        return connection | {"nodes": [s | {"adjustments": _adjustments(client, s)} for s in connection["nodes"]]}

    return page(client, "cash", read)


def _adjustments(client: AdminClient, session: Node) -> list[Node]:
    variables = {"id": session["id"], "first": MORE}
    path = ("cashTrackingSession", "adjustments")
    return rest(client, session["adjustments"], "cash_adjustments_page", path, variables)


def cash_drawers_page(client: AdminClient, active_since: datetime, cursor: str | None) -> Page:
    """Drawers, each with ``cashActivities`` as the whole list of those at or after ``active_since``."""

    def read() -> Node:
        variables = {"first": DRAWERS, "after": cursor, "activities": ACTIVITIES}
        connection: Node = run_page(client, "cash_drawers_page", variables)["cashDrawers"]
        drawers = [
            drawer | {"cashActivities": _activities(client, drawer, active_since)} for drawer in connection["nodes"]
        ]
        return connection | {"nodes": drawers}

    return page(client, "cash", read)


def _activities(client: AdminClient, drawer: Node, active_since: datetime) -> list[Node]:
    """Latest first, so that reading stops at the first older one."""
    variables = {"id": drawer["id"], "first": MORE}
    path = ("cashDrawer", "cashActivities")
    activities = walk(client, drawer["cashActivities"], "cash_activities_page", path, variables)
    return list(takewhile(lambda a: datetime.fromisoformat(a["time"]) >= active_since, activities))
