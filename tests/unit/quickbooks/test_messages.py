"""Message sets as QuickBooks wants them."""

from __future__ import annotations

import pytest
from lxml import etree

from connector.quickbooks.messages import message_set, probe, request_size


def _request(memo: str = "") -> etree._Element:
    request = etree.Element("CustomerQueryRq")
    if memo:
        etree.SubElement(request, "FullName").text = memo
    return request


def test_a_set_has_both_prologs_and_its_ids() -> None:
    document = message_set([("a", _request()), ("b", _request())], new_id="set-2", old_id="set-1")

    lines = document.decode("ascii").splitlines()
    assert lines[:2] == ['<?xml version="1.0"?>', '<?qbxml version="13.0"?>']
    root = etree.fromstring(document)
    assert [child.get("requestID") for child in root[0]] == ["a", "b"]
    assert dict(root[0].attrib) == {
        "onError": "continueOnError",
        "newMessageSetID": "set-2",
        "oldMessageSetID": "set-1",
    }


def test_a_set_is_ascii_and_the_same_as_text_or_bytes() -> None:
    document = message_set([("a", _request("Zoë & Söhne"))])

    assert b"Zo&#235; &amp; S&#246;hne" in document
    assert etree.fromstring(document.decode()).findtext(".//FullName") == "Zoë & Söhne"


def test_a_probe_names_its_set_as_old_and_new_and_asks_for_nothing() -> None:
    envelope = etree.fromstring(probe("0123456789abcdef"))[0]

    assert envelope.get("newMessageSetID") == envelope.get("oldMessageSetID") == "0123456789abcdef"
    assert len(envelope) == 0


@pytest.mark.parametrize("ids", [{"new_id": "x" * 24}, {"old_id": "x" * 24}])
def test_a_set_id_quickbooks_would_refuse_is_refused_here(ids: dict[str, str]) -> None:
    with pytest.raises(ValueError, match="23 characters"):
        message_set([], **ids)
    message_set([], **dict.fromkeys(ids, "x" * 23))


@pytest.mark.parametrize("requests", [["a", "a"], [""], ["x" * 51]])
def test_request_ids_are_there_short_and_different(requests: list[str]) -> None:
    with pytest.raises(ValueError, match="request id"):
        message_set([(request_id, _request()) for request_id in requests])


def test_rollback_is_not_for_quickbooks_desktop() -> None:
    with pytest.raises(ValueError, match="rollbackOnError"):
        message_set([], on_error="rollbackOnError")


def test_the_size_of_requests_adds_up_to_the_sets() -> None:
    requests = [_request("Zoë" * 10), _request("x")]
    sizes = sum(request_size(request) for request in requests)

    grown = len(message_set([("a", requests[0]), ("b", requests[1])])) - len(message_set([]))

    # The set itself opens with "/>" where it has nothing to hold.
    assert grown == sizes + 2 * len(' requestID="a"') + len("></QBXMLMsgsRq>") - len("/>")
