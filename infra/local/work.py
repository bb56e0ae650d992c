"""What one does to a running stack from outside: fire a schedule, wait for quiet, call a function."""

from __future__ import annotations

import hashlib
import json
import time
import uuid
from datetime import UTC, datetime
from typing import Any

from infra.local.stack import RunningStack, StackError

_POLL_SECONDS = 0.2
_FAILED = ("FAILED", "TIMED_OUT", "ABORTED")
_UNFILLED = "<aws.scheduler."
"""ministack also fires schedules by itself, by UTC and without filling in the context attributes: such runs fail."""
_WAITING = ("ApproximateNumberOfMessages", "ApproximateNumberOfMessagesNotVisible")


def parse_time(text: str) -> datetime:
    """ISO 8601 as aware UTC; a time without an offset is UTC."""
    try:
        moment = datetime.fromisoformat(text)
    except ValueError as error:
        raise StackError(f"{text!r} is not an ISO time such as 2026-11-01T02:00:00Z") from error
    return (moment if moment.tzinfo else moment.replace(tzinfo=UTC)).astimezone(UTC)


def schedule_name(shop: str) -> str:
    """The name the connector gives a shop's schedule (EventBridge allows no free text there)."""
    return "schedule-" + hashlib.sha256(shop.encode()).hexdigest()[:32]


def fire(stack: RunningStack, shop: str, at: datetime) -> str:
    """Do what EventBridge Scheduler does at ``at``: fill in the context attributes, send the input to the target.

    Returns the execution's ARN. The attributes are those of the EventBridge Scheduler User Guide, "Adding context
    attributes".
    """
    scheduler = stack.client("scheduler")
    group = stack.outputs["ScheduleGroupName"]
    try:
        schedule = scheduler.get_schedule(Name=schedule_name(shop), GroupName=group)
    except scheduler.exceptions.ResourceNotFoundException as error:
        raise StackError(f"{shop} has no schedule: is it installed and started, in automatic mode?") from error
    if schedule["State"] != "ENABLED":
        raise StackError(f"the schedule of {shop} is switched off")
    target = schedule["Target"]
    execution_id = str(uuid.uuid4())
    attributes = {
        "<aws.scheduler.schedule-arn>": schedule["Arn"],
        "<aws.scheduler.scheduled-time>": at.strftime("%Y-%m-%dT%H:%M:%SZ"),
        "<aws.scheduler.execution-id>": execution_id,
        "<aws.scheduler.attempt-number>": "1",
    }
    text = target.get("Input", "{}")
    for placeholder, value in attributes.items():
        text = text.replace(placeholder, value)
    started = stack.client("stepfunctions").start_execution(
        stateMachineArn=target["Arn"], name=execution_id, input=text
    )
    return str(started["executionArn"])


def wait_until_idle(stack: RunningStack, timeout: float) -> list[str]:
    """Returns when nothing is under way; one line for each preparation that failed since the stack started."""
    deadline = time.monotonic() + timeout
    while busy := _busy(stack):
        if time.monotonic() > deadline:
            raise StackError(f"still busy after {timeout:g} s: {busy}")
        time.sleep(_POLL_SECONDS)
    started_at = datetime.fromisoformat(stack.started_at)
    failed = [run for status in _FAILED for run in _executions(stack, status) if run["startDate"] >= started_at]
    described = [stack.client("stepfunctions").describe_execution(executionArn=run["executionArn"]) for run in failed]
    return [
        " ".join([run["status"].lower() + ":", run["executionArn"], run.get("error", ""), run.get("cause", "")])
        for run in described
        if _UNFILLED not in run.get("input", "")
    ]


def _busy(stack: RunningStack) -> str:
    """What is under way, empty if nothing. Queues first: a message's worker may start an execution."""
    sqs = stack.client("sqs")
    queues = {
        url: sqs.get_queue_attributes(QueueUrl=url, AttributeNames=["All"])["Attributes"]
        for url in sqs.list_queues().get("QueueUrls", [])
    }
    dead_letters = {
        json.loads(attributes["RedrivePolicy"])["deadLetterTargetArn"]
        for attributes in queues.values()
        if attributes.get("RedrivePolicy")
    }
    for url, attributes in queues.items():
        if attributes["QueueArn"] not in dead_letters and any(int(attributes.get(name, 0)) for name in _WAITING):
            return f"queue {url} holds messages"
    for run in _executions(stack, "RUNNING"):
        return f"{run['executionArn']} runs"
    return ""


def _executions(stack: RunningStack, status: str) -> list[dict[str, Any]]:
    pages = stack.client("stepfunctions").get_paginator("list_executions")
    machine = stack.outputs["StateMachineArn"]
    return [run for page in pages.paginate(stateMachineArn=machine, statusFilter=status) for run in page["executions"]]


def invoke(stack: RunningStack, logical_id: str, event: bytes) -> tuple[str, bool]:
    """The function's answer as text, and whether it was one (and not an error)."""
    try:
        json.loads(event)
    except ValueError as error:
        raise StackError(f"the event is not JSON: {error}") from error
    answer = stack.client("lambda").invoke(FunctionName=stack.resource(logical_id), Payload=event)
    return answer["Payload"].read().decode(), "FunctionError" not in answer
