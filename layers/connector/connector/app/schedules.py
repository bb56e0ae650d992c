"""A shop's schedule at EventBridge: once a day at the merchant's time, within a quarter of an hour."""

from __future__ import annotations

import hashlib
import json
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from botocore.exceptions import ClientError

WINDOW_MINUTES = 15
"""The product's promise: the sync takes place within 15 minutes of the time chosen."""

_INPUT = {
    "scheduled_time": "<aws.scheduler.scheduled-time>",
    "trigger": "schedule",
    "execution_id": "<aws.scheduler.execution-id>",
}
"""What EventBridge Scheduler fills in (User Guide, "Adding context attributes"): the window ends at the time meant."""


@dataclass(frozen=True, slots=True)
class Schedules:
    """``client`` gives a boto3 scheduler client; ``target_arn`` is the state machine of preparations."""

    client: Callable[[], Any]
    group: str
    role_arn: str
    target_arn: str

    def apply(self, shop: str, time_of_day: str, time_zone: str, enabled: bool) -> None:
        """The shop's one schedule is as said afterwards, whatever it was before; may be repeated."""
        hour, minute = time_of_day.split(":")
        schedule = {
            "Name": schedule_name(shop),
            "GroupName": self.group,
            "Description": f"Daily sync of {shop}",
            "ScheduleExpression": f"cron({int(minute)} {int(hour)} * * ? *)",
            "ScheduleExpressionTimezone": time_zone,
            "FlexibleTimeWindow": {"Mode": "FLEXIBLE", "MaximumWindowInMinutes": WINDOW_MINUTES},
            "State": "ENABLED" if enabled else "DISABLED",
            "Target": {"Arn": self.target_arn, "RoleArn": self.role_arn, "Input": json.dumps({"shop": shop, **_INPUT})},
        }
        client = self.client()
        try:
            client.update_schedule(**schedule)
        except ClientError as error:
            _only("ResourceNotFoundException", error)
            self._create(client, schedule)

    def remove(self, shop: str) -> None:
        try:
            self.client().delete_schedule(Name=schedule_name(shop), GroupName=self.group)
        except ClientError as error:
            _only("ResourceNotFoundException", error)

    def _create(self, client: Any, schedule: dict[str, Any]) -> None:
        try:
            client.create_schedule(**schedule)
        except ClientError as error:
            _only("ConflictException", error)
            client.update_schedule(**schedule)  # another call has made it in between


def schedule_name(shop: str) -> str:
    """The scheduler's names are letters, digits and ``-_.``, at most 64; a shop's domain may be longer."""
    return "schedule-" + hashlib.sha256(shop.encode()).hexdigest()[:32]


def _only(code: str, error: ClientError) -> None:
    if error.response["Error"]["Code"] != code:
        raise error
