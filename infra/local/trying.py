"""The stack with its pages and stand-ins, for somebody who tries the app as a new user would: nothing is set up yet.

Opening the app from the desk installs it; its wizard gives the app token and the .qwc; the token goes into the Web
Connector on the desk, which polls from then on.
"""

from __future__ import annotations

import os
import threading
from collections.abc import Iterator
from contextlib import ExitStack, contextmanager
from datetime import UTC, datetime, timedelta
from pathlib import Path

from infra.local import stack
from infra.local.demo import Scene, Size, scene_of
from infra.local.door import Desk
from infra.local.shop import ShopServer
from infra.local.web_connector import CallFailed, WebConnector, zeep_transport

POLL_SECONDS = 15


def serve(data: Path, port: int) -> int:
    """Until it is stopped."""
    size = Size.of(os.environ)
    with set_up(data / "local", port, size) as (scene, desk, office):
        print(f"\n  everything     {desk.url}/   (open this in a browser)")
        print(f"  API            {scene.running.url}/api/…, with Authorization: Bearer <session token>")
        print(f"  session token  {desk.url}/token")
        print(f"  shop           {scene.shop.shop.domain}, {size.days} days of {size.orders} orders")
        print(f"  Web Connector  polls every {POLL_SECONDS} s once it is connected")
        print(f"  AWS            {scene.running.aws_endpoint}\n\nCtrl-C stops everything.", flush=True)
        while True:
            threading.Event().wait(POLL_SECONDS)
            office.update()


@contextmanager
def set_up(folder: Path, port: int, size: Size) -> Iterator[tuple[Scene, Desk, Office]]:
    """The shop's days end yesterday, so that the pages have a last day to show."""
    start = datetime.now(UTC).date() - timedelta(days=size.days)
    with ExitStack() as open_:
        desk: Desk | None = None
        office: Office | None = None

        def cdn(shop: ShopServer) -> str:
            nonlocal desk
            desk = open_.enter_context(Desk(shop.shop, lambda token: office.connect(token) if office else None))
            return desk.url

        scene = open_.enter_context(scene_of(folder, port, size, start=start, cdn=cdn))
        assert desk is not None
        desk.app_url = scene.running.url
        office = Office(scene, desk)
        yield scene, desk, office


class Office:
    """The computer with QuickBooks: its Web Connector polls with the app token it was given last."""

    def __init__(self, scene: Scene, desk: Desk) -> None:
        self._scene, self._desk = scene, desk
        self._lock = threading.Lock()
        self._given = ""

    def connect(self, token: str) -> None:
        """As adding the .qwc file to the Web Connector and typing the password; polls at once."""
        self._given = token
        try:
            file = self._scene.merchant.web_connector_file()
        except stack.StackError as error:
            self._say(f"Open the app first: {error}")
            return
        transport = zeep_transport(file.address + "?wsdl")
        self._scene.web_connector = WebConnector(
            transport, self._scene.company, file.user_name, token, file.owner_id, file.file_id
        )
        self.update()

    def update(self) -> None:
        if not self._given or self._scene.web_connector is None:
            return
        with self._lock:
            try:
                status = self._scene.update()
            except (stack.StackError, CallFailed, OSError) as error:
                status = str(error)
        self._say(status)

    def _say(self, status: str) -> None:
        self._desk.said = f"{datetime.now(UTC):%H:%M:%S} UTC  {status}"
        print(f"  {self._desk.said}", flush=True)
