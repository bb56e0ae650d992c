"""One step of a preparation; the state machine of ``infra/prepare.asl.json`` calls it."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from connector.app.credentials import lasting
from connector.app.preparing import carry_out
from connector.app.services import build

logger = Logger()
services = lasting(build, os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return carry_out(event, services(), lambda: context.get_remaining_time_in_millis() / 1000)
