"""Purchases: importing files of them, and what the books have of each."""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from connector.app import audit, purchases
from connector.app.errors import Fault, Unprocessable
from connector.app.http import Request, Response, json_response
from connector.app.purchases import File
from connector.app.services import Services
from connector.app.texts.catalogue import preferred
from connector.app.texts.sentences import in_language, told
from connector.purchases.stocky import StockyError
from connector.purchases.tables import Dates, Decimals, Formats
from connector.shopify.errors import ShopifyUnavailable

LONGEST_FILE = 4 * 1024 * 1024
"""Bytes of a request with a file: a Lambda function takes events of 6 MB (AWS Lambda quotas)."""

_CURRENCY = re.compile(r"[A-Z]{3}")


def listed(request: Request, services: Services) -> Response:
    """``state`` is one or several, with commas between; ``q`` a part of number or supplier."""
    states = purchases.known_states(request.one("state"))
    found, following = purchases.page(services, request.shop, states, request.one("q").strip(), request.one("after"))
    return json_response({"purchases": found, "next": following})


def bring(request: Request, services: Services) -> Response:
    """``{"csv", "columns"?, "currency"?, "dates"?, "decimals"?, "preview"?}``; with ``preview`` nothing is stored."""
    given = request.json(LONGEST_FILE)
    file = _file(given)
    if given.get("preview"):
        return json_response(_told(request, purchases.look(services, request.shop, file)))
    answer = purchases.store(services, request.shop, file)
    details = {"purchases": answer["count"], "stored": answer["stored"], "problems": len(answer["problems"])}
    audit.note(services.table, request.shop, services.clock(), request.user_id, "purchases.import", details=details)
    return json_response(_told(request, answer))


def _told(request: Request, answer: dict[str, Any]) -> dict[str, Any]:
    """What is wrong with a file, in the language that the request prefers."""
    language = preferred(request.headers.get("accept-language", ""))
    columns = [in_language(one, language) for one in answer["column_problems"]]
    return {**told(answer, language), "column_problems": columns}


def _file(given: Mapping[str, Any]) -> File:
    text, columns, currency = given.get("csv"), given.get("columns"), given.get("currency", "")
    faults = []
    if not isinstance(text, str) or not text.strip():
        faults.append(Fault("csv", "There is no file.", "Send its text."))
    named = columns is None or (
        isinstance(columns, dict) and all(isinstance(header, str) for header in columns.values())
    )
    if not named:
        faults.append(Fault("columns", "This must be an object.", "Give the file's header for each field."))
    if not isinstance(currency, str) or (currency and not _CURRENCY.fullmatch(currency)):
        faults.append(Fault("currency", "This is not a currency.", "Use its three letters, such as USD."))
    dates = _one_of("dates", given.get("dates", Dates.ISO.value), [one.value for one in Dates], faults)
    decimals = _one_of("decimals", given.get("decimals", Decimals.GUESS.value), [one.value for one in Decimals], faults)
    if faults:
        raise Unprocessable(faults)
    formats = Formats(dates=Dates(dates), decimals=Decimals(decimals))
    return File(str(text).encode("utf-8", "surrogatepass"), formats, columns, currency)


def _one_of(key: str, value: object, values: list[str], faults: list[Fault]) -> str:
    if not isinstance(value, str) or value not in values:
        faults.append(Fault(key, "This is none of the possible values.", f"Use {', '.join(values)}."))
        return values[0]
    return value


def try_stocky(request: Request, services: Services) -> Response:
    """``{"key"?}``: whether Stocky accepts this key, or the stored one, as ``{"ok", "problem"}``."""
    key = request.json().get("key", "")
    if not isinstance(key, str):
        raise Unprocessable([Fault("key", "This must be text.", "Enter the key that Stocky shows.")])
    language = preferred(request.headers.get("accept-language", ""))
    try:
        stocky = services.stocky_with(request.shop, key.strip()) if key.strip() else services.stocky(request.shop)
        if stocky is None:
            raise Unprocessable([Fault("key", "There is no key.", "Enter the key that Stocky shows.")])
        stocky.test()
    except StockyError as error:
        return json_response(told({"ok": False, "problem": str(error)}, language))
    except ShopifyUnavailable:
        return json_response(told({"ok": False, "problem": "Stocky does not answer."}, language))
    return json_response({"ok": True, "problem": ""})
