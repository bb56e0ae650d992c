"""The preview of what a sync would post."""

from __future__ import annotations

import time

from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.preparing import context_of
from connector.app.services import PATIENCE_SECONDS, Services
from connector.app.settings import read
from connector.app.settings_input import all_faults
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import told
from connector.app.views.ranges import days_of
from connector.sync.preview import Asked, TooMuch, preview
from connector.sync.shop_now import OtherCurrency

LONGEST_SECONDS = 18.0
"""Of preparing while somebody waits: the gateway ends a request after 29 s, the function a little earlier."""


def show(request: Request, services: Services) -> Response:
    """The days asked for, or without any what the next sync would take; refused while the settings are incomplete."""
    first, last = days_of(request.one("from"), request.one("to"))
    faults = all_faults(read(services.table, request.shop), services.company(request.shop))
    if faults:
        raise Unprocessable(faults)
    began = time.monotonic()

    def left() -> float:
        return LONGEST_SECONDS + PATIENCE_SECONDS - (time.monotonic() - began)

    asked = Asked(request.shop, first, last, lambda: time.monotonic() - began > LONGEST_SECONDS)
    try:
        language = preferred(request.headers.get("accept-language", ""))
        return json_response(told(preview(context_of(services, left), asked), language))
    except TooMuch as error:
        raise Unprocessable([Fault("from", str(error), "Choose fewer days, or start the sync itself.")]) from error
    except OtherCurrency as error:
        problem = f"{str(error)[:1].upper()}{str(error)[1:]}."
        raise Unprocessable([Fault("connection", problem, "Connect a company in the shop's currency.")]) from error
