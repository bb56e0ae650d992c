"""What must stay true of the template: who may do what, what is watched, what is kept, and the way a step fails."""

from __future__ import annotations

import json
import re
from pathlib import Path
from typing import Any

import pytest
import yaml

from connector.shopify.webhooks import _EVENT as EVENT

ROOT = Path(__file__).resolve().parents[2]
TABLE, KEY, SECRET = "TablePolicy", "KeyPolicy", "SecretPolicy"

RIGHTS = {
    "Install": {TABLE, KEY, SECRET},
    "App": {
        TABLE, KEY, SECRET, "iam:PassRole", "states:StartExecution",
        "scheduler:CreateSchedule", "scheduler:GetSchedule", "scheduler:UpdateSchedule", "scheduler:DeleteSchedule",
    },
    "Webhooks": {SECRET, "sqs:SendMessage"},
    "WebhooksWorker": {TABLE, KEY, SECRET, "scheduler:DeleteSchedule"},
    "Upkeep": {TABLE, KEY, SECRET, "scheduler:DeleteSchedule"},
    "Prepare": {TABLE, KEY, SECRET},
    "WebConnector": {TABLE},
}  # fmt: skip
"""Each function's shared policies and own actions, and nothing else."""


class _Loader(yaml.SafeLoader):
    """YAML with CloudFormation's short forms: ``!Ref X`` reads as ``{"Ref": "X"}``."""


def _short_form(loader: _Loader, suffix: str, node: yaml.Node) -> dict[str, Any]:
    name = suffix if suffix in ("Ref", "Condition") else f"Fn::{suffix}"
    if isinstance(node, yaml.ScalarNode):
        return {name: loader.construct_scalar(node)}
    if isinstance(node, yaml.SequenceNode):
        return {name: loader.construct_sequence(node, deep=True)}
    return {name: loader.construct_mapping(node, deep=True)}


_Loader.add_multi_constructor("!", _short_form)


def load(name: str) -> dict[str, Any]:
    return yaml.load((ROOT / name).read_text(), _Loader)


@pytest.fixture(scope="module")
def resources() -> dict[str, Any]:
    return load("template.yaml")["Resources"]


def of_type(resources: dict[str, Any], kind: str) -> dict[str, Any]:
    return {name: one["Properties"] for name, one in resources.items() if one["Type"] == kind}


def statements(resources: dict[str, Any]) -> list[dict[str, Any]]:
    """Every statement of every policy that gives a function, a role or a state machine its rights."""
    found = []
    for one in resources.values():
        properties = one.get("Properties", {})
        for policy in [properties, *properties.get("Policies", [])]:
            found += policy.get("PolicyDocument", policy).get("Statement", [])
    return found


@pytest.mark.parametrize("function", RIGHTS)
def test_a_function_may_do_what_its_work_needs_and_no_more(resources: dict[str, Any], function: str) -> None:
    rights: set[str] = set()
    for policy in resources[function]["Properties"]["Policies"]:
        # The secret is read only where the stack has one.
        reference = policy["Fn::If"][1] if "Fn::If" in policy else policy
        if "Ref" in reference:
            rights.add(reference["Ref"])
        for statement in reference.get("Statement", []):
            actions = statement["Action"]
            rights.update([actions] if isinstance(actions, str) else actions)
    assert rights == RIGHTS[function]


def test_every_function_is_known_to_this_test(resources: dict[str, Any]) -> None:
    assert set(of_type(resources, "AWS::Serverless::Function")) == set(RIGHTS)


def test_nobody_may_scan_the_table_nor_do_everything(resources: dict[str, Any]) -> None:
    found = statements(resources)
    assert len(found) >= 8
    for statement in found:
        actions = statement["Action"]
        for action in [actions] if isinstance(actions, str) else actions:
            assert action != "dynamodb:Scan"
            assert not action.endswith("*"), action
        assert statement["Resource"] != "*"


def test_every_function_has_a_log_that_ends_and_an_alarm(resources: dict[str, Any]) -> None:
    alarmed = {
        dimension["Value"]["Ref"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["MetricName"] == "Errors"
        for dimension in alarm["Dimensions"]
    }
    for name, function in of_type(resources, "AWS::Serverless::Function").items():
        log = resources[function["LoggingConfig"]["LogGroup"]["Ref"]]
        assert log["Properties"]["RetentionInDays"]
        assert name in alarmed


def test_what_the_queue_gives_up_is_kept_and_rings(resources: dict[str, Any]) -> None:
    queue = resources["WebhooksQueue"]["Properties"]
    assert queue["RedrivePolicy"]["maxReceiveCount"] == 5
    assert queue["VisibilityTimeout"] >= 6 * resources["WebhooksWorker"]["Properties"]["Timeout"]
    watched = [
        alarm["Dimensions"][0]["Value"]
        for alarm in of_type(resources, "AWS::CloudWatch::Alarm").values()
        if alarm["Namespace"] == "AWS/SQS"
    ]
    assert watched == [{"Fn::GetAtt": "WebhooksDeadLetters.QueueName"}]


def test_shopify_s_bus_and_its_rule_are_there_only_where_its_source_is_named(resources: dict[str, Any]) -> None:
    names = {name for name, one in resources.items() if one.get("Condition") == "OverEventBridge"}
    assert {resources[name]["Type"] for name in names} == {
        "AWS::Events::EventBus",
        "AWS::Events::Rule",
        "AWS::Lambda::Permission",
        "AWS::Lambda::EventInvokeConfig",
        "AWS::SQS::QueuePolicy",
    }
    assert {one["Type"] for name, one in resources.items() if name not in names} & {"AWS::Events::EventBus"} == set()
    template = load("template.yaml")
    assert template["Parameters"]["ShopifyEventSource"]["Default"] == ""
    assert template["Conditions"]["OverEventBridge"] == {
        "Fn::Not": [{"Fn::Equals": [{"Ref": "ShopifyEventSource"}, ""]}]
    }
    pattern = re.compile(template["Parameters"]["ShopifyEventSource"]["AllowedPattern"])
    assert pattern.fullmatch("") and pattern.fullmatch("aws.partner/shopify.com/1234/books")
    assert not pattern.fullmatch("arn:aws:events:eu-north-1::event-source/aws.partner/shopify.com/1234/books")


def test_only_shopify_s_events_reach_the_function_that_takes_its_webhooks(resources: dict[str, Any]) -> None:
    """They carry no signature: what vouches for them is the bus, and that nothing else may call the function so."""
    bus, rule = resources["ShopifyEvents"]["Properties"], resources["ShopifyEventsRule"]["Properties"]
    source = {"Ref": "ShopifyEventSource"}
    assert bus == {"Name": source, "EventSourceName": source}
    assert rule["EventBusName"] == {"Ref": "ShopifyEvents"}
    assert rule["EventPattern"] == {"source": [source], "detail-type": [EVENT]}
    (target,) = rule["Targets"]
    assert target["Arn"] == {"Fn::GetAtt": "Webhooks.Arn"}
    permission = resources["ShopifyEventsInvoke"]["Properties"]
    assert permission["SourceArn"] == {"Fn::GetAtt": "ShopifyEventsRule.Arn"}
    assert permission["FunctionName"] == {"Ref": "Webhooks"}


def test_an_event_that_can_not_be_taken_is_kept_and_rings(resources: dict[str, Any]) -> None:
    dead = {"Fn::GetAtt": "WebhooksDeadLetters.Arn"}
    (target,) = resources["ShopifyEventsRule"]["Properties"]["Targets"]
    assert target["DeadLetterConfig"] == {"Arn": dead}
    again = resources["ShopifyEventsAgain"]["Properties"]
    assert again["DestinationConfig"] == {"OnFailure": {"Destination": dead}}
    (statement,) = resources["ShopifyEventsDeadLetters"]["Properties"]["PolicyDocument"]["Statement"]
    assert statement["Principal"] == {"Service": "events.amazonaws.com"}
    assert statement["Condition"] == {"ArnEquals": {"aws:SourceArn": {"Fn::GetAtt": "ShopifyEventsRule.Arn"}}}
    (sends,) = [s for p in resources["Webhooks"]["Properties"]["Policies"] for s in p.get("Statement", [])]
    allowed = [one["Fn::If"][:2] if "Fn::If" in one else one for one in sends["Resource"]]
    assert allowed == [{"Fn::GetAtt": "WebhooksQueue.Arn"}, ["OverEventBridge", dead]]


def test_the_table_is_backed_up_and_expires_items_by_the_codes_attribute(resources: dict[str, Any]) -> None:
    table = resources["Table"]["Properties"]
    assert table["PointInTimeRecoverySpecification"] == {"PointInTimeRecoveryEnabled": True}
    assert table["TimeToLiveSpecification"] == {"AttributeName": "ttl", "Enabled": True}
    assert resources["Table"]["UpdateReplacePolicy"] == "Retain"


def test_the_gateway_answers_before_its_own_limit(resources: dict[str, Any]) -> None:
    """API Gateway ends a request after 29 seconds; a function that works on would answer nobody."""
    for name, function in of_type(resources, "AWS::Serverless::Function").items():
        if any(event["Type"] == "Api" for event in function.get("Events", {}).values()):
            assert function.get("Timeout", 25) < 29, name


def test_no_route_is_an_any_route(resources: dict[str, Any]) -> None:
    """The local stack would have no such route, without a word."""
    for function in of_type(resources, "AWS::Serverless::Function").values():
        for event in function.get("Events", {}).values():
            assert event["Properties"].get("Method") != "ANY"


def test_every_step_of_a_preparation_is_tried_again_and_its_failure_recorded() -> None:
    machine = json.loads((ROOT / "infra/prepare.asl.json").read_text())
    tasks = {name: state for name, state in machine["States"].items() if state["Type"] == "Task"}
    assert set(tasks) == {"Plan", "Read", "Build", "Finish", "Record the failure"}
    for name, state in tasks.items():
        tried_again = {error for retry in state["Retry"] for error in retry["ErrorEquals"]}
        assert {"Retryable", "Lambda.TooManyRequestsException", "Sandbox.Timedout"} <= tried_again
        (caught,) = state["Catch"]
        assert caught["ErrorEquals"] == ["States.ALL"]
        assert caught["Next"] == ("Failed" if name == "Record the failure" else "Record the failure")


def test_the_firewall_looks_at_neither_body_nor_caller_of_the_soap_endpoint() -> None:
    rules = load("infra/waf.yaml")["Resources"]["WebAcl"]["Properties"]["Rules"]
    groups = [
        rule["Statement"]["ManagedRuleGroupStatement"]
        for rule in rules
        if "ManagedRuleGroupStatement" in rule["Statement"]
    ]
    assert len(groups) == 2
    for group in groups:
        left_out = group["ScopeDownStatement"]["NotStatement"]["Statement"]["RegexMatchStatement"]
        assert left_out["RegexString"] == "^(/[a-z0-9]+)?/quickbooks/?$"
        assert left_out["FieldToMatch"] == {"UriPath": {}}
