"""A merchant installs the app: ``GET /auth/install`` and ``GET /auth/callback``."""

from __future__ import annotations

import os
from typing import Any

from aws_lambda_powertools import Logger

from connector.app import install
from connector.app.credentials import lasting
from connector.app.services import build

logger = Logger()
services = lasting(build, os.environ)


@logger.inject_lambda_context(clear_state=True)
def handler(event: dict[str, Any], context: Any) -> dict[str, Any]:
    return install.handle(event, services())
