"""Settings by the API: every fault named, nothing half-written, every version kept."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest

from connector.accounting.policy import Mode
from connector.app import settings
from connector.app.services import Services
from connector.outbox import company
from connector.quickbooks.profile import CompanyProfile, Edition
from connector.storage import keys
from tests.unit.app.conftest import ACCOUNTS, OTHER, SHOP, USER, Call, Clock, settings_document

PUT = ("PUT", "/api/settings")


def test_settings_that_were_never_stored_have_defaults(call: Call, installed: str) -> None:
    answer = call("GET", "/api/settings")
    assert answer.status == 200
    assert answer.headers["etag"] == '"0"'
    assert answer.json["modes"] == {"customer": "detailed", "inventory": "detailed", "vendor": "summary"}
    assert answer.json["schedule"] == {"mode": "manual", "time_of_day": "02:00", "time_zone": "Europe/Copenhagen"}
    assert answer.json["accounts"] == {} and answer.json["version"] == 0


def test_what_is_put_is_what_is_got_and_what_preparation_works_with(
    call: Call, connected: str, services: Services
) -> None:
    put = call(*PUT, settings_document(classes={"111": "Copenhagen"}, recognise="at_fulfilment"))
    assert put.status == 200
    got = call("GET", "/api/settings").json
    assert put.json == got
    assert got["accounts"] == ACCOUNTS
    assert (got["version"], got["changed_by"], got["changed_at"]) == (1, USER, "2026-11-02T09:00:00Z")
    policy = settings.policy_of(settings.read(services.table, SHOP))
    assert policy.accounts == ACCOUNTS
    assert (policy.customer, policy.inventory, policy.vendor) == (Mode.DETAILED, Mode.SUMMARY, Mode.SUMMARY)
    assert policy.tenders["cash"] == "Cash on Hand"
    assert policy.start_date is not None and policy.start_date.isoformat() == "2026-11-01"
    assert (policy.classes, policy.recognise) == ({"111": "Copenhagen"}, "at_fulfilment")


def test_what_was_got_can_be_put_back(call: Call, connected: str) -> None:
    call(*PUT, settings_document())
    got = call("GET", "/api/settings").json
    again = call(*PUT, got)
    assert again.status == 200 and again.json == got


def test_keys_that_are_not_given_stay_and_given_mappings_are_replaced(call: Call, connected: str) -> None:
    call(*PUT, settings_document())
    changed = call(*PUT, {"tenders": {"cash": "Checking"}, "modes": {"customer": "summary"}}).json
    assert changed["tenders"] == {"cash": "Checking"}
    assert changed["modes"] == {"customer": "summary", "inventory": "summary", "vendor": "summary"}
    assert changed["accounts"] == ACCOUNTS
    assert changed["schedule"]["time_of_day"] == "02:30"


def test_every_version_is_kept_with_who_and_when(call: Call, connected: str, clock: Clock) -> None:
    call(*PUT, settings_document())
    clock.forward(hours=1)
    call(*PUT, {"recognise": "at_fulfilment"})
    versions = call("GET", "/api/settings/history").json["versions"]
    assert [(one["version"], one["recognise"], one["changed_at"]) for one in versions] == [
        (2, "at_fulfilment", "2026-11-02T10:00:00Z"),
        (1, "at_sale", "2026-11-02T09:00:00Z"),
    ]
    assert {one["changed_by"] for one in versions} == {USER}


def test_putting_the_same_again_makes_no_new_version(call: Call, connected: str) -> None:
    call(*PUT, settings_document())
    assert call(*PUT, settings_document()).json["version"] == 1


def test_every_fault_is_named_at_once_and_nothing_is_stored(
    call: Call, connected: str, everything: Callable[[], Any]
) -> None:
    before = everything()
    document = settings_document(
        accounts={
            **{key: name for key, name in ACCOUNTS.items() if key != "tips"},
            "bank": "Cheking",
            "sales_incom": "Sales",
            "refunds": "Old Sales",
            "clearing": "Merchant Fees",
            "discounts": "Accounts Receivable",
        },
        tenders={"cash": "Cash on Hnd", "manual": "Sales"},
        classes={"111": "Odense"},
    )
    answer = call(*PUT, document)
    assert answer.status == 422
    assert answer.faults == {
        "accounts.sales_incom": '"sales_incom" is not an account key.',
        "accounts.tips": "No account is chosen.",
        "accounts.bank": 'QuickBooks has no account "Cheking".',
        "accounts.refunds": '"Old Sales" is inactive in QuickBooks.',
        "accounts.clearing": '"Merchant Fees" is of type Expense, which does not fit here.',
        "accounts.discounts": '"Accounts Receivable" is of type Accounts Receivable, which does not fit here.',
        "tenders.cash": 'QuickBooks has no account "Cash on Hnd".',
        "tenders.manual": '"Sales" is of type Income, which does not fit here.',
        "classes.111": 'QuickBooks has no class "Odense".',
    }
    fixes = {fault["key"]: fault["fix"] for fault in answer.json["errors"]}
    assert fixes["accounts.bank"] == 'Did you mean "Checking"?'
    assert fixes["accounts.sales_incom"] == 'Did you mean "sales_income"?'
    assert fixes["accounts.clearing"] == "Choose an account of type Bank or Other Current Asset."
    assert everything() == before


@pytest.mark.parametrize(
    ("given", "key"),
    [
        ({"colour": "red"}, "colour"),
        ({"accounts": "Sales"}, "accounts"),
        ({"accounts": {**ACCOUNTS, "bank": 7}}, "accounts.bank"),
        ({"accounts": {**ACCOUNTS, "bank": ["Checking"]}}, "accounts.bank"),
        ({"accounts": {**ACCOUNTS, "bank": "x" * 160}}, "accounts.bank"),
        ({"accounts": {**ACCOUNTS, "bank": ""}}, "accounts.bank"),
        ({"accounts": {**ACCOUNTS, "bank": None}}, "accounts.bank"),
        ({"tenders": {"": "Checking"}}, "tenders."),
        ({"modes": {"customer": "both"}}, "modes.customer"),
        ({"modes": {"customers": "summary"}}, "modes.customers"),
        ({"modes": None}, "modes"),
        ({"schedule": {"mode": "hourly"}}, "schedule.mode"),
        ({"schedule": {"time_of_day": "24:00"}}, "schedule.time_of_day"),
        ({"schedule": {"time_of_day": "2:30"}}, "schedule.time_of_day"),
        ({"schedule": {"time_of_day": "02:30\n"}}, "schedule.time_of_day"),
        ({"schedule": {"time_zone": "Mars/Olympus"}}, "schedule.time_zone"),
        ({"schedule": {"time_zone": "../../etc/passwd"}}, "schedule.time_zone"),
        ({"start_date": "2026-02-30"}, "start_date"),
        ({"start_date": "1/11/2026"}, "start_date"),
        ({"start_date": 20261101}, "start_date"),
        ({"recognise": "later"}, "recognise"),
        ({"stocky_api_key": 5}, "stocky_api_key"),
        ({"stocky_api_key": "k" * 513}, "stocky_api_key"),
    ],
)
def test_a_wrong_value_is_refused_by_its_key(call: Call, connected: str, given: dict[str, Any], key: str) -> None:
    answer = call(*PUT, settings_document() | given)
    assert answer.status == 422
    assert list(answer.faults) == [key]
    assert all(fault["problem"] for fault in answer.json["errors"])
    assert call("GET", "/api/settings").json["version"] == 0


def test_before_quickbooks_was_read_names_are_taken_on_trust(call: Call, installed: str) -> None:
    answer = call(*PUT, settings_document(accounts=ACCOUNTS | {"bank": "Some Bank"}))
    assert answer.status == 200 and answer.json["accounts"]["bank"] == "Some Bank"


def test_names_are_kept_as_quickbooks_spells_them(call: Call, connected: str) -> None:
    answer = call(*PUT, settings_document(accounts=ACCOUNTS | {"bank": " checking "}))
    assert answer.json["accounts"]["bank"] == "Checking"


def test_a_full_company_is_refused_details_with_the_counts(
    call: Call, connected: str, services: Services, clock: Clock
) -> None:
    profile = CompanyProfile(edition=Edition.PRO, country="US")
    company.store_profile(services.table, SHOP, profile, clock())
    company.complete(services.table, SHOP, "g1", clock(), {"names": 14500, "items": 14499})
    answer = call(*PUT, settings_document(modes={"customer": "detailed", "inventory": "detailed"}))
    assert answer.status == 422
    assert answer.faults == {"modes.customer": "The company has 14,500 of at most 14,500 names."}
    assert call(*PUT, settings_document(modes={"customer": "summary", "inventory": "detailed"})).status == 200
    enterprise = CompanyProfile(edition=Edition.ENTERPRISE, country="US")
    company.store_profile(services.table, SHOP, enterprise, clock())
    assert call(*PUT, {"modes": {"customer": "detailed"}}).status == 200


def test_optional_accounts_may_be_left_empty(call: Call, connected: str) -> None:
    answer = call(*PUT, settings_document(accounts=ACCOUNTS | {"duties": "", "store_credit": None}))
    assert answer.status == 200 and answer.json["accounts"] == ACCOUNTS


def test_a_stocky_key_is_sealed_and_never_shown(
    call: Call, connected: str, services: Services, everything: Callable[[], Any]
) -> None:
    answer = call(*PUT, settings_document(stocky_api_key="stocky-secret"))
    assert answer.json["stocky_api_key_set"] is True
    for path in ("/api/settings", "/api/settings/history"):
        assert "stocky-secret" not in call("GET", path).text
    assert "stocky-secret" not in repr(everything())
    sealed = settings.read(services.table, SHOP).stocky_api_key
    assert services.vault.open(SHOP, settings.STOCKY_KEY, sealed) == "stocky-secret"
    call(*PUT, {"recognise": "at_fulfilment"})
    assert settings.read(services.table, SHOP).stocky_api_key == sealed
    assert call(*PUT, {"stocky_api_key": ""}).json["stocky_api_key_set"] is False


@pytest.mark.parametrize("how", ["header", "body"])
def test_a_change_of_an_old_version_is_refused(call: Call, connected: str, how: str) -> None:
    call(*PUT, settings_document())
    call(*PUT, {"recognise": "at_fulfilment"})
    old = {"headers": {"If-Match": '"1"'}} if how == "header" else {}
    body = {"recognise": "at_sale"} | ({"version": 1} if how == "body" else {})
    answer = call(*PUT, body, **old)
    assert answer.status == 409 and "version" in answer.faults
    assert call("GET", "/api/settings").json["recognise"] == "at_fulfilment"
    assert call(*PUT, {"recognise": "at_sale", "version": 2}).status == 200


def test_of_two_changes_at_the_same_moment_one_is_refused(call: Call, connected: str, table: Any) -> None:
    call(*PUT, settings_document())
    began = []

    def another_one_comes_first(number: int) -> None:
        if not began:
            began.append(number)
            assert call(*PUT, {"recognise": "at_fulfilment"}).status == 200

    table.before_write = another_one_comes_first
    assert call(*PUT, {"start_date": "2026-10-01"}).status == 409
    table.before_write = None
    got = call("GET", "/api/settings").json
    assert (got["version"], got["recognise"], got["start_date"]) == (2, "at_fulfilment", "2026-11-01")


def test_no_request_reaches_another_shop_s_settings(call: Call, connected: str, services: Services) -> None:
    call(*PUT, settings_document())
    assert call("GET", "/api/settings", shop=OTHER).json["version"] == 0
    assert services.table.get(keys.shop(OTHER), keys.SETTINGS) is None


@pytest.mark.parametrize("body", ["{", "[]", "null", '"text"', "[" * 5000])
def test_a_body_that_is_no_json_object_is_refused(call: Call, connected: str, body: str) -> None:
    assert call(*PUT, body).status == 400
