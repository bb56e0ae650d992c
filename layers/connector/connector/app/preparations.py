"""Preparations: executions of the state machine, one a sync."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

from botocore.exceptions import ClientError

from connector.storage.syncs import stamp


@dataclass(frozen=True, slots=True)
class Preparations:
    """``client`` gives a boto3 Step Functions client."""

    client: Callable[[], Any]
    state_machine_arn: str

    def start(self, shop: str, sync_id: str, end: datetime, first: str = "", last: str = "") -> None:
        """A manual sync of everything until ``end``, or of the business days ``first`` to ``last``."""
        days = {"from": first, "to": last} if first else {}
        state = {"shop": shop, "scheduled_time": stamp(end), "trigger": "manual", "sync_id": sync_id, **days}
        try:
            self.client().start_execution(
                stateMachineArn=self.state_machine_arn, name=_name(shop, sync_id), input=json.dumps(state)
            )
        except ClientError as error:
            if error.response["Error"]["Code"] != "ExecutionAlreadyExists":
                raise


def _name(shop: str, sync_id: str) -> str:
    """At most 80 characters, and the same for the same sync: a start that is repeated starts nothing new."""
    return f"{hashlib.sha256(shop.encode()).hexdigest()[:32]}-{sync_id}"
