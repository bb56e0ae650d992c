"""The embedded pages, and below ``/api/`` their JSON API."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import api
from connector.app.credentials import lasting
from connector.app.services import build

logger = Logger()
services = lasting(build, os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    if api.is_meant(event):
        return api.handle(event, services())
    from connector.app import pages  # templates and languages are for those who look at pages

    return pages.handle(event, services())
