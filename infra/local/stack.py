"""The template, unchanged, on this machine: build with SAM, start ministack, deploy into it, stop it cleanly.

Everything of a stack lies in its data folder, so stacks on other ports and folders do not disturb each other:
``stack.json`` (what the other commands need to find it), ``ministack.log``, the build, and ministack's state.
"""

from __future__ import annotations

import contextlib
import json
import os
import platform
import shutil
import signal
import socket
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from dataclasses import asdict, dataclass, field
from datetime import UTC, datetime
from pathlib import Path
from typing import Any

import boto3
from botocore.config import Config

ROOT = Path(__file__).resolve().parents[2]
STACK_NAME = "local"
REGION = "us-east-1"
HOST = "127.0.0.1"
BUCKET = "local-artifacts"
STATE_FILE = "stack.json"
CREDENTIALS = {"AWS_ACCESS_KEY_ID": "test", "AWS_SECRET_ACCESS_KEY": "test", "AWS_DEFAULT_REGION": REGION}
START_SECONDS = 30
STOP_SECONDS = 15
LOG_TAIL_LINES = 40

PASSED_ON = {
    "SHOPIFY_API_KEY": ("ShopifyApiKey", "local-key"),
    "SHOPIFY_API_SECRET": ("ShopifyApiSecret", "local-secret"),
    "SHOPIFY_API_SECRET_OLD": ("ShopifyApiSecretOld", ""),
    "SHOPIFY_ORIGIN_TEMPLATE": ("ShopifyOriginTemplate", "https://{shop}"),
    "SHOPIFY_CDN": ("ShopifyCdn", "https://cdn.shopify.com"),
    "STOCKY_ORIGIN": ("StockyOrigin", "https://stocky.shopifyapps.com"),
}
"""Environment variable → template parameter and what it is here when nobody sets it."""


class StackError(Exception):
    """The stack cannot start or do what is asked; the text is for the person at the keyboard."""


@dataclass(frozen=True)
class RunningStack:
    """What ``stack.json`` holds. ``url`` is the API's base URL with its stage, ``started_at`` is aware UTC (ISO)."""

    url: str
    aws_endpoint: str
    pid: int
    stack_name: str
    started_at: str
    outputs: dict[str, str] = field(default_factory=dict)

    def client(self, service: str) -> Any:
        return client(service, self.aws_endpoint)

    def resource(self, logical_id: str) -> str:
        """Physical id of a resource of the template."""
        cloudformation = self.client("cloudformation")
        try:
            answer = cloudformation.describe_stack_resource(StackName=self.stack_name, LogicalResourceId=logical_id)
        except cloudformation.exceptions.ClientError as error:
            raise StackError(f"the template has no resource {logical_id!r}") from error
        return str(answer["StackResourceDetail"]["PhysicalResourceId"])


def client(service: str, endpoint: str) -> Any:
    make: Any = boto3.client  # its overloads know services by literal names only
    return make(
        service,
        endpoint_url=endpoint,
        region_name=REGION,
        aws_access_key_id="test",
        aws_secret_access_key="test",
        config=Config(retries={"max_attempts": 1}, connect_timeout=5, read_timeout=900, inject_host_prefix=False),
    )


def find(data: Path) -> RunningStack:
    """The stack that runs with this data folder."""
    try:
        stack = RunningStack(**json.loads((data / STATE_FILE).read_text()))
    except (OSError, ValueError, TypeError) as error:
        raise StackError(f"no stack runs with {data}: start one with `python -m infra.local up`") from error
    if not _alive(stack.pid):
        raise StackError(f"the stack of {data} has stopped: start it with `python -m infra.local up`")
    return stack


def _alive(pid: int) -> bool:
    try:
        os.kill(pid, 0)
    except ProcessLookupError:
        return False
    except PermissionError:
        return True
    return True


class LocalStack:
    """A context manager: inside it the stack runs, afterwards nothing of it is left running.

    ``environment`` holds the variables of design §3 that are passed on to the functions.
    """

    def __init__(
        self,
        data: Path,
        port: int = 4666,
        environment: Mapping[str, str] | None = None,
        progress: Callable[[str], None] = lambda text: None,
    ) -> None:
        self.data = data.resolve()
        self.port = port
        self.environment = dict(environment if environment is not None else os.environ)
        self.progress = progress
        self.endpoint = f"http://{HOST}:{port}"
        self._process: subprocess.Popen[bytes] | None = None
        self._builder: subprocess.Popen[bytes] | None = None

    def __enter__(self) -> RunningStack:
        try:
            return self._start()
        except BaseException:
            self.stop()
            raise

    def __exit__(self, *_: object) -> None:
        self.stop()

    @property
    def alive(self) -> bool:
        return self._process is not None and self._process.poll() is None

    def _start(self) -> RunningStack:
        began = time.monotonic()
        _need_environments()
        self._need_free_place()
        self.data.mkdir(parents=True, exist_ok=True)
        self.progress("building the layers and functions")
        self._builder = self._sam_build()
        self.progress(f"starting ministack on {HOST}:{self.port}")
        self._start_ministack()
        client("s3", self.endpoint).create_bucket(Bucket=BUCKET)
        self._finish_build()
        self.progress(f"built after {time.monotonic() - began:.1f} s; deploying template.yaml")
        self._deploy()
        stack = self._describe()
        (self.data / STATE_FILE).write_text(json.dumps(asdict(stack), indent=2) + "\n")
        self.progress(f"ready after {time.monotonic() - began:.1f} s: {stack.url}")
        return stack

    def _need_free_place(self) -> None:
        with contextlib.suppress(StackError):
            running = find(self.data)
            raise SystemExit(f"a stack already runs with {self.data} (process {running.pid}, {running.url})")
        with socket.socket() as probe:
            if probe.connect_ex((HOST, self.port)) == 0:
                raise StackError(f"port {self.port} is in use; choose another with --port")

    # -- build ---------------------------------------------------------------------------------------------------

    def _sam_build(self) -> subprocess.Popen[bytes]:
        python, platform_tag = target()
        log = (self.data / "build.log").open("wb")
        with log:
            return subprocess.Popen(
                [
                    ROOT / ".venv-sam/bin/sam",
                    "build",
                    "--template-file",
                    ROOT / "template.yaml",
                    "--base-dir",
                    ROOT,
                    "--build-dir",
                    self.data / "build",
                    "--cache-dir",
                    self.data / f"cache-{python}-{platform_tag}",
                    "--cached",
                    "--parallel",
                    "--parameter-overrides",
                    *_overrides(_runtime()),
                ],
                cwd=ROOT,
                env=_tool_environment()
                | {
                    "PY": python,
                    "PLAT": platform_tag,
                    "UV": str(ROOT / ".tools/bin/uv"),
                    "INTERPRETER": str(ROOT / ".venv-ministack/bin/python"),
                },
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )

    def _finish_build(self) -> None:
        assert self._builder is not None
        if self._builder.wait():
            raise StackError(f"sam build failed:\n{_tail(self.data / 'build.log')}")

    # -- ministack -----------------------------------------------------------------------------------------------

    def _start_ministack(self) -> None:
        state = self.data / "ministack"
        for folder in (state / "state", state / "s3", state / "tmp"):
            folder.mkdir(parents=True, exist_ok=True)
        # Functions inherit ministack's environment, so it gets a bare one: they see what the template gives them.
        settings = {
            "BIND_HOST": HOST,
            "GATEWAY_PORT": str(self.port),
            "IOT_MTLS_ENABLED": "0",
            "SFTP_ENABLED": "0",
            "LAMBDA_EXECUTOR": "local",
            "PERSIST_STATE": "1",
            "STATE_DIR": str(state / "state"),
            "S3_PERSIST": "1",
            "S3_DATA_DIR": str(state / "s3"),
            "TMPDIR": str(state / "tmp"),
        }
        kept = {name: os.environ[name] for name in ("PATH", "HOME", "LANG", "LC_ALL", "TZ") if name in os.environ}
        with (self.data / "ministack.log").open("wb") as log:
            self._process = subprocess.Popen(
                [ROOT / ".venv-ministack/bin/python", "-m", "ministack"],
                cwd=state,
                env=kept | settings,
                stdout=log,
                stderr=subprocess.STDOUT,
                start_new_session=True,
            )
        deadline = time.monotonic() + START_SECONDS
        while time.monotonic() < deadline:
            if not self.alive:
                raise StackError(f"ministack ended at once:\n{_tail(self.data / 'ministack.log')}")
            with socket.socket() as probe:
                if probe.connect_ex((HOST, self.port)) == 0:
                    return
            time.sleep(0.05)
        raise StackError(f"ministack did not listen within {START_SECONDS} s:\n{_tail(self.data / 'ministack.log')}")

    # -- deploy --------------------------------------------------------------------------------------------------

    def _deploy(self) -> None:
        public_url = self.environment.get("PUBLIC_URL") or self.endpoint + "/_aws/execute-api/{api_id}/{stage}"
        parameters = _runtime() | {"PublicUrl": public_url, "DeletionProtection": "false"}
        for variable, (parameter, default) in PASSED_ON.items():
            parameters[parameter] = self.environment.get(variable) or default
        command: list[str | Path] = [
            ROOT / ".venv-sam/bin/sam",
            "deploy",
            "--template-file",
            self.data / "build/template.yaml",
            "--stack-name",
            STACK_NAME,
            "--s3-bucket",
            BUCKET,
            "--capabilities",
            "CAPABILITY_IAM",
            "--no-confirm-changeset",
            "--no-fail-on-empty-changeset",
            "--no-progressbar",
            "--parameter-overrides",
            *_overrides(parameters),
        ]
        done = subprocess.run(
            command,
            cwd=self.data,
            env=_tool_environment() | CREDENTIALS | {"AWS_ENDPOINT_URL": self.endpoint},
            stdout=subprocess.PIPE,
            stderr=subprocess.STDOUT,
            text=True,
            check=False,
        )
        (self.data / "deploy.log").write_text(done.stdout)
        if done.returncode:
            logs = f"{_tail(self.data / 'deploy.log')}\n{_tail(self.data / 'ministack.log')}"
            raise StackError(f"sam deploy failed (delete {self.data} to begin afresh):\n{logs}")

    def _describe(self) -> RunningStack:
        (stack,) = client("cloudformation", self.endpoint).describe_stacks(StackName=STACK_NAME)["Stacks"]
        outputs = {output["OutputKey"]: output["OutputValue"] for output in stack["Outputs"]}
        return RunningStack(
            url=f"{self.endpoint}/_aws/execute-api/{outputs['ApiId']}/{outputs['Stage']}",
            aws_endpoint=self.endpoint,
            pid=os.getpid(),
            stack_name=STACK_NAME,
            started_at=datetime.now(UTC).isoformat(),
            outputs=outputs,
        )

    # -- stop ----------------------------------------------------------------------------------------------------

    def stop(self) -> None:
        """SIGTERM, so that ministack saves its state; then whatever is left of its process group is killed."""
        for process in (self._builder, self._process):
            if process is None:
                continue
            process.terminate()
            with contextlib.suppress(subprocess.TimeoutExpired):
                process.wait(STOP_SECONDS)
            with contextlib.suppress(ProcessLookupError):
                os.killpg(process.pid, signal.SIGKILL)
            process.wait()
        if self._process is not None:
            (self.data / STATE_FILE).unlink(missing_ok=True)
            shutil.rmtree(self.data / "ministack/tmp", ignore_errors=True)
        self._builder = self._process = None


def target() -> tuple[str, str]:
    """Python version and uv platform of the functions here: ministack runs them with its own interpreter."""
    machine = {"arm64": "aarch64", "amd64": "x86_64"}.get(platform.machine().lower(), platform.machine())
    system = {"Linux": "manylinux_2_28", "Darwin": "apple-darwin"}.get(platform.system())
    if system is None:
        raise StackError(f"the local stack runs on Linux and macOS, not on {platform.system()}")
    return f"{sys.version_info.major}.{sys.version_info.minor}", f"{machine}-{system}"


def _runtime() -> dict[str, str]:
    python, platform_tag = target()
    return {
        "Runtime": f"python{python}",
        "Architecture": "arm64" if platform_tag.startswith("aarch64") else "x86_64",
    }


def _overrides(parameters: Mapping[str, str]) -> list[str]:
    return [f'ParameterKey={name},ParameterValue="{value}"' for name, value in parameters.items() if value]


def _need_environments() -> None:
    needed = (".tools/bin/uv", ".venv-sam/bin/sam", ".venv-ministack/bin/python")
    missing = [name for name in needed if not (ROOT / name).exists()]
    if missing:
        raise StackError(f"{', '.join(missing)} missing: run make setup")


def _tool_environment() -> dict[str, str]:
    """This environment without what would lead SAM to a real account."""
    kept = {name: value for name, value in os.environ.items() if not name.startswith(("AWS_", "SAM_CLI_", "PYTHON"))}
    nowhere = {"AWS_CONFIG_FILE": os.devnull, "AWS_SHARED_CREDENTIALS_FILE": os.devnull}
    return kept | nowhere | {"SAM_CLI_TELEMETRY": "0", "SAM_CLI_POLL_DELAY": "0.2", "AWS_EC2_METADATA_DISABLED": "true"}


def _tail(path: Path) -> str:
    try:
        return "\n".join(path.read_text(errors="replace").splitlines()[-LOG_TAIL_LINES:])
    except OSError:
        return ""
