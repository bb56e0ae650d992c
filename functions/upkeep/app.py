"""Once an hour: chains of tokens that would break are renewed, privacy requests that had to wait are carried out."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import upkeep
from connector.app.credentials import lasting
from connector.app.services import build

logger = Logger()
services = lasting(build, os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, int]:
    done = upkeep.run(services(), lambda: context.get_remaining_time_in_millis() / 1000)
    logger.info("upkeep", extra=done)
    return done
