"""The template on the local stack: it starts, answers on every route, is worked on from outside, and stops."""

from __future__ import annotations

import json
import signal
from collections.abc import Iterator
from dataclasses import dataclass
from pathlib import Path

import boto3
import httpx
import pytest

from tests.integration import processes

pytestmark = pytest.mark.xdist_group("stack")
SHOP = "not-installed.myshopify.com"

# Design: the interfaces outside programs rely on.
ROUTES = (
    ("GET", "/"),
    ("GET", "/auth/install"),
    ("GET", "/auth/callback"),
    ("GET", "/api/settings"),
    ("PUT", "/api/settings"),
    ("GET", "/api/settings/history"),
    ("POST", "/api/integration/start"),
    ("POST", "/api/integration/reset"),
    ("GET", "/api/connection"),
    ("POST", "/api/connection/token"),
    ("GET", "/api/connection/qwc"),
    ("GET", "/api/quickbooks/accounts"),
    ("POST", "/api/syncs"),
    ("GET", "/api/syncs"),
    ("GET", "/api/syncs/20260101T000000Z"),
    ("POST", "/api/syncs/20260101T000000Z/undo"),
    ("GET", "/api/preview"),
    ("GET", "/api/entries"),
    ("POST", "/api/entries/1/retry"),
    ("GET", "/api/tie-out"),
    ("POST", "/webhooks/shopify"),
    ("POST", "/quickbooks"),
)
OPEN_TO_ALL = (("GET", "/quickbooks"), ("GET", "/quickbooks?wsdl"), ("HEAD", "/quickbooks"), ("GET", "/support"))


@dataclass(frozen=True, slots=True)
class Stack:
    url: str
    aws_endpoint: str
    pid: int
    data: Path
    port: int

    def client(self, service: str):
        return boto3.client(
            service,
            endpoint_url=self.aws_endpoint,
            region_name="us-east-1",
            aws_access_key_id="test",
            aws_secret_access_key="test",
        )


@pytest.fixture(scope="module")
def stack(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Stack]:
    data = tmp_path_factory.mktemp("stack")
    port = processes.free_port()
    environment = {"SHOPIFY_API_KEY": "the-key", "STOCKY_ORIGIN": "http://127.0.0.1:9/stocky"}
    with processes.started("up", "--port", str(port), "--data", data, environment=environment) as process:
        ready = json.loads(processes.line_with(process, '"aws_endpoint"'))
        assert ready["aws_endpoint"] == f"http://127.0.0.1:{port}"
        yield Stack(ready["url"], ready["aws_endpoint"], ready["pid"], data, port)
        process.send_signal(signal.SIGTERM)
        assert process.wait(processes.STOP_SECONDS) == 0
    assert processes.processes_of(data) == []
    assert not processes.listening(port)


@pytest.mark.parametrize(("method", "path"), ROUTES)
def test_every_route_reaches_a_function_that_refuses_strangers(stack: Stack, method: str, path: str) -> None:
    answer = httpx.request(method, stack.url + path, timeout=30)
    assert "Missing Authentication Token" not in answer.text  # the gateway's words for a route it does not know
    assert answer.status_code < 500 or path == "/quickbooks"
    if path.startswith("/api/"):
        assert answer.status_code == 401


@pytest.mark.parametrize(("method", "path"), OPEN_TO_ALL)
def test_the_web_connector_can_probe_its_addresses(stack: Stack, method: str, path: str) -> None:
    assert httpx.request(method, stack.url + path, timeout=30).status_code == 200


def test_a_route_that_the_template_does_not_have_is_the_gateways_own_403(stack: Stack) -> None:
    assert httpx.put(f"{stack.url}/quickbooks", timeout=30).status_code == 403


def test_variables_are_passed_on_to_the_functions(stack: Stack) -> None:
    functions = stack.client("lambda").list_functions()["Functions"]
    given = {function["FunctionName"]: function["Environment"]["Variables"] for function in functions}
    assert len(given) == 7
    for variables in given.values():
        assert variables["SHOPIFY_API_KEY"] == "the-key"
        assert variables["STOCKY_ORIGIN"] == "http://127.0.0.1:9/stocky"
        assert variables["SHOPIFY_ORIGIN_TEMPLATE"] == "https://{shop}"
        assert variables["PUBLIC_URL"] == f"{stack.aws_endpoint}/_aws/execute-api/{{api_id}}/{{stage}}"


def test_items_expire_by_the_attribute_the_code_writes(stack: Stack) -> None:
    """ministack takes no TTL from a template, so the template itself is read."""
    template = (stack.data / "build" / "template.yaml").read_text()
    assert "AttributeName: ttl" in template


def test_invoke_calls_one_function(stack: Stack, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text(json.dumps({"step": "plan", "state": {"shop": SHOP, "scheduled_time": "2026-11-02T07:00:00Z"}}))
    done = processes.run("invoke", "Prepare", "--event", event, "--data", stack.data)
    assert done.returncode == 1
    assert SHOP in done.stdout  # "integration has not been started for …"


def test_invoke_names_a_function_that_is_not_there(stack: Stack, tmp_path: Path) -> None:
    event = tmp_path / "event.json"
    event.write_text("{}")
    done = processes.run("invoke", "Prepares", "--event", event, "--data", stack.data)
    assert done.returncode == 1
    assert "the template has no resource 'Prepares'" in done.stderr


def test_a_shop_without_a_schedule_cannot_be_fired(stack: Stack) -> None:
    done = processes.run("fire", SHOP, "--at", "2026-11-02T07:00:00Z", "--data", stack.data)
    assert done.returncode == 1
    assert f"{SHOP} has no schedule" in done.stderr


def test_fire_runs_the_schedules_own_target_as_of_the_time_given(stack: Stack) -> None:
    from infra.local.stack import find
    from infra.local.work import schedule_name

    outputs = find(stack.data).outputs
    attributes = {"scheduled_time": "<aws.scheduler.scheduled-time>", "execution_id": "<aws.scheduler.execution-id>"}
    stack.client("scheduler").create_schedule(
        Name=schedule_name("fired.myshopify.com"),
        GroupName=outputs["ScheduleGroupName"],
        ScheduleExpression="cron(0 2 * * ? *)",
        FlexibleTimeWindow={"Mode": "FLEXIBLE", "MaximumWindowInMinutes": 15},
        Target={
            "Arn": outputs["StateMachineArn"],
            "RoleArn": "arn:aws:iam::000000000000:role/x",
            "Input": json.dumps({"shop": "fired.myshopify.com", "trigger": "schedule", **attributes}),
        },
    )
    fired = processes.run("fire", "fired.myshopify.com", "--at", "2026-11-02T02:00:00-05:00", "--data", stack.data)
    assert fired.returncode == 0, fired.stderr
    idle = processes.run("idle", "--data", stack.data)
    assert idle.returncode == 0, idle.stderr
    # The shop is not installed, so the preparation says so and fails.
    assert "PreparationFailed" in idle.stderr
    execution = stack.client("stepfunctions").describe_execution(executionArn=json.loads(fired.stdout)["execution_arn"])
    given = json.loads(execution["input"])
    assert given["scheduled_time"] == "2026-11-02T07:00:00Z"
    assert execution["executionArn"].endswith(given["execution_id"])


def test_an_address_or_folder_in_use_is_refused_in_plain_words(stack: Stack, tmp_path: Path) -> None:
    same_port = processes.run("up", "--port", str(stack.port), "--data", tmp_path)
    assert same_port.returncode == 1
    assert f"port {stack.port} is in use" in same_port.stderr
    same_folder = processes.run("up", "--port", str(processes.free_port()), "--data", stack.data)
    assert same_folder.returncode == 1
    assert "a stack already runs" in same_folder.stderr
    assert httpx.get(f"{stack.url}/support", timeout=30).status_code == 200


def test_commands_say_where_no_stack_runs(tmp_path: Path) -> None:
    done = processes.run("idle", "--data", tmp_path)
    assert done.returncode == 1
    assert "start one with" in done.stderr
