"""The computer with QuickBooks: its company and its Web Connector, beside the shop's pages."""

from __future__ import annotations

from typing import Any

from connector.outbox import connection
from connector.web_connector.endpoint import Endpoint
from infra.local.company import Company
from infra.local.web_connector import Run, WebConnector
from tests.browser.site import Site


class OfficePc:
    """What somebody who has downloaded the .qwc and typed the token there lets it do."""

    def __init__(self, site: Site, company: Company | None = None) -> None:
        self.site = site
        self.company = company or Company(clock=lambda: site.clock().timestamp())
        self._endpoint = Endpoint(site.services.table, site.clock)

    def update(self, token: str) -> Run:
        known = connection.ensure(self.site.services.table, self.site.shop, self.site.clock())
        web_connector = WebConnector(
            self._call,
            self.company,
            str(known["user_name"]),
            token,
            "{" + connection.OWNER_ID.upper() + "}",
            "{" + str(known["file_id"]).upper() + "}",
            sleep=lambda seconds: None,
        )
        return web_connector.update()

    def _call(self, operation: str, **parameters: Any) -> Any:
        self.site.clock.forward(seconds=1)
        return self._endpoint.call(operation, {name: str(value) for name, value in parameters.items()})
