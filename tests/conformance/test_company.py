"""Cases 15, 16, 17, 25: QuickBooks that can't be opened, another company, what is told only once, long lists."""

from __future__ import annotations

import re

import pytest

from connector.outbox import company, connection, health
from connector.outbox.connection import OWNER_ID
from connector.quickbooks.messages import QBXML_VERSION
from infra.local.company import Company
from infra.local.web_connector import Fault
from tests.conformance.updates import SHOP, Shop, Update, posts, ref_numbers, writes
from tests.fakes.office import receipt

OWNER = "{" + OWNER_ID.upper() + "}"


def shown(shop: Shop) -> dict[str, str]:
    """The connection's health as the merchant sees it."""
    return health.view(connection.read(shop.table, SHOP), company.profile(shop.table, SHOP), shop.now)


@pytest.mark.parametrize("hresult", ["0x80040408", "0x8004040A", "0x80040414", "0x8004041D", "0xDEADBEEF", "", "?"])
def test_case_15_connection_error_is_done_however_often(shop: Shop, hresult: str) -> None:
    """Another path would be tried as a company file, an empty text would accept whatever file is open."""
    shop.add([receipt(1)])
    ticket, _ = shop.sign_in()
    for _ in range(3):
        message = r"Could not open C:\Other\Company.QBW"
        assert shop.call("connectionError", ticket=ticket, hresult=hresult, message=message) == "done"
    assert shop.call("getLastError", ticket=ticket)
    assert shop.call("closeConnection", ticket=ticket) == "OK"
    assert shop.states() == {"READY": 1}


@pytest.mark.parametrize(
    ("hresult", "words"),
    [
        ("0x80040414", "dialog box"),
        ("0x8004040A", "Another company file"),
        ("0x80040416", "not running"),
        ("0x8004041D", "log in by itself"),
        ("0x80040410", "another mode"),
    ],
)
def test_case_15_the_merchant_reads_what_is_wrong_and_what_to_do(shop: Shop, hresult: str, words: str) -> None:
    shop.add([receipt(1)])
    shop.company.faults.session = hresult
    run = shop.update()
    assert not run.ok
    assert run.operations().count("connectionError") == 1
    view = shown(shop)
    assert view["state"] == "problem"
    assert words in view["text"]
    assert view["advice"]
    shop.company.faults.session = ""
    assert shop.update().ok
    assert shown(shop)["cause"] == "ok"
    assert shop.ties_out()


def other_company(shop: Shop, **marks: str) -> Company:
    found = Company(clock=lambda: shop.now.timestamp(), company_name="Somebody Else Inc.")
    found.path = r"C:\Companies\Somebody Else.QBW"
    if marks:
        found.mark(OWNER, **marks)
    return found


STRANGE_ID = "{11111111-2222-3333-4444-555555555555}"


@pytest.mark.parametrize("known", [False, True], ids=["at the first contact", "after the first run"])
def test_case_16_another_file_id_writes_nothing_and_says_so(shop: Shop, known: bool) -> None:
    shop.add([receipt(1)])
    if known:
        assert shop.update().ok
        shop.add([receipt(2)])
    other = other_company(shop, FileID=STRANGE_ID, AppLock="LOCKED:ELSEWHERE:1")
    before = other.backup()
    run = shop.update(company=other)
    assert not run.ok
    assert "Somebody Else Inc." in run.status_text
    assert run.round_trips == 0, "nothing was even asked"
    assert other.backup() == before
    view = shown(shop)
    assert (view["state"], view["cause"]) == ("problem", "other_company")
    assert "Somebody Else Inc." in view["text"]
    assert shop.update().ok
    assert shown(shop)["cause"] == "ok"
    assert shop.ties_out()


def test_case_16_the_first_run_of_all_has_no_mark_yet(shop: Shop) -> None:
    """The Web Connector writes FileID and AppLock only after it has asked for the company's description."""
    assert "FileID" not in shop.company.marked(OWNER)
    shop.add([receipt(1)])
    run = shop.update()
    assert run.ok, run.status_text
    assert shop.company.marked(OWNER)["FileID"].strip("{}").lower() == shop.connection["file_id"]
    assert shop.ties_out()


def test_case_16_an_unmarked_company_later_on_is_another_one(shop: Shop) -> None:
    """Once the company is known, one without our mark is somebody else's."""
    shop.add([receipt(1)])
    assert shop.update().ok
    assert shop.update().ok
    shop.add([receipt(2)])
    other = other_company(shop)
    run = shop.update(company=other)
    assert not run.ok
    assert other.transactions() == []
    assert ref_numbers(shop.company) == ["1001"]


def test_case_16_the_tenant_reads_which_company_was_open_then(shop: Shop) -> None:
    shop.add([receipt(1)])
    shop.update(company=other_company(shop, FileID=STRANGE_ID))
    assert "Somebody Else Inc." in shown(shop)["text"]


def test_case_17_the_description_comes_once_and_is_kept(shop: Shop) -> None:
    shop.add([receipt(n) for n in range(12)])
    update = shop.begin()
    update.send()
    seen = company.profile(shop.table, SHOP)
    assert seen is not None
    assert seen.qbxml_versions[-1] == "16.0"
    update.work(update.sent[0])
    assert update.finish() == 100
    assert company.profile(shop.table, SHOP) == seen


def test_case_17_the_version_sent_is_one_quickbooks_understands(shop: Shop) -> None:
    """Ours is 13.0 at most, whatever newer one QuickBooks reports."""
    shop.add([receipt(n) for n in range(12)])
    update = shop.begin()
    assert update.finish() == 100
    assert {re.search(r'<\?qbxml version="([^"]+)"', text)[1] for text in update.sent} == {QBXML_VERSION}  # type: ignore[index]
    assert all(text.startswith('<?xml version="1.0"?>\n<?qbxml ') for text in update.sent)


def test_case_17_a_quickbooks_too_old_for_it_is_told_so(shop: Shop) -> None:
    shop.add([receipt(1)])
    update = shop.begin()
    hcp = re.sub(r"<SupportedQBXMLVersion>1[3-9]\.0</SupportedQBXMLVersion>", "", update.hcp)
    assert "<SupportedQBXMLVersion>12.0<" in hcp
    request = update.send(hcp)
    while request:
        assert not writes(request)
        told = update.work(request)
        if not 0 <= told < 100:
            break
        request = update.send()
    assert "too old" in shown(shop)["text"]
    assert shop.company.transactions() == []


@pytest.mark.parametrize("hcp", ["", " ", "<QBXML/>", "<not xml", "Point of Sale sends a fixed text"])
def test_case_17_without_a_description_the_company_is_asked(shop: Shop, hcp: str) -> None:
    shop.add([receipt(1)])
    assert shop.update().ok
    shop.add([receipt(2)])
    update = shop.begin()
    request = update.send(hcp)
    assert "<HostQueryRq" in request and "<CompanyQueryRq" in request and "<PreferencesQueryRq" in request
    assert 0 <= update.work(request) < 100
    assert update.finish() == 100
    assert shop.ties_out()


def test_case_17_a_strange_company_is_recognised_without_description_too(shop: Shop) -> None:
    shop.add([receipt(1)])
    assert shop.update().ok
    shop.add([receipt(2)])
    other = other_company(shop, FileID=STRANGE_ID)
    ticket, wish = shop.sign_in()
    update = Update(shop, ticket, wish, "10.0.0.1", other)
    told = update.work(update.send(""))
    assert told < 0
    assert "Somebody Else Inc." in update.last_error()
    assert other.transactions() == []


CUSTOMERS = 1_150


@pytest.fixture
def long_lists(shop: Shop) -> Shop:
    """More customers than three pages hold."""
    adds = "".join(
        f"<CustomerAddRq><CustomerAdd><Name>Old {n}</Name></CustomerAdd></CustomerAddRq>" for n in range(CUSTOMERS)
    )
    shop.company.process(
        f'<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">{adds}'
        "</QBXMLMsgsRq></QBXML>"
    )
    return shop


def continues(request: str) -> bool:
    return 'iterator="Continue"' in request


def test_case_25_an_iterator_goes_to_its_end_within_a_session(long_lists: Shop) -> None:
    shop = long_lists
    shop.add([receipt(1)])
    run = shop.update()
    assert run.ok, run.status_text
    assert sum(1 for _ in company.records(shop.table, SHOP, "customers")) == CUSTOMERS
    assert shop.ties_out()


@pytest.mark.parametrize("how", ["the computer dies", "the answer is lost", "QuickBooks is closed"])
def test_case_25_a_new_session_starts_from_the_beginning(long_lists: Shop, how: str) -> None:
    """Iterators die with QuickBooks' session: going on with one would be 3391 for ever."""
    shop = long_lists
    shop.add([receipt(1)])
    update = shop.begin()
    request = update.send_until(continues)
    if how == "the answer is lost":
        shop.company.process(request)
    elif how == "QuickBooks is closed":
        shop.company.faults.session = "0x8004040D"
        assert update.work(request) < 0
        shop.company.faults.session = ""
        update.close()
    update = shop.begin()
    request = update.send_until(lambda text: "CustomerQueryRq" in text and "iterator=" in text)
    assert 'iterator="Start"' in request and not continues(request)
    assert 0 <= update.work(request) < 100
    assert update.finish() == 100
    assert sum(1 for _ in company.records(shop.table, SHOP, "customers")) == CUSTOMERS
    assert shop.ties_out()


def test_case_25_an_iterator_quickbooks_forgot_does_not_loop(long_lists: Shop) -> None:
    """3391 in the middle of a session: posting goes on, the lists are read in a later run."""
    shop = long_lists
    shop.add([receipt(1)])
    update = shop.begin()
    request = update.send_until(continues)
    shop.company.faults.refuse("CustomerQueryRq", 3391, "The iterator ID is invalid.")
    assert 0 <= update.work(request) < 100
    rounds = len(update.sent)
    assert update.finish() == 100
    assert len(update.sent) - rounds < 15
    assert any(posts(text) for text in update.sent)
    assert shop.ties_out()
    shop.pass_time(hours=13)
    assert shop.update().ok
    assert sum(1 for _ in company.records(shop.table, SHOP, "customers")) == CUSTOMERS + 1, "with our own"


def test_case_25_a_list_read_half_is_not_shown(long_lists: Shop) -> None:
    """Readers see a list only when it is complete, else what was read before."""
    shop = long_lists
    shop.add([receipt(1)])
    assert shop.update().ok
    shop.company.process(
        '<?xml version="1.0"?><?qbxml version="13.0"?><QBXML><QBXMLMsgsRq onError="stopOnError">'
        "<CustomerAddRq><CustomerAdd><Name>AAA new</Name></CustomerAdd></CustomerAddRq></QBXMLMsgsRq></QBXML>"
    )
    shop.pass_time(hours=13)
    shop.update(faults=lambda number, operation: Fault.DIE_AFTER if number == 6 else None)
    names = [record.full_name for record in company.records(shop.table, SHOP, "customers")]
    assert len(names) == CUSTOMERS and "AAA new" not in names
    shop.pass_time(minutes=1)
    assert shop.update().ok
    assert sum(1 for _ in company.records(shop.table, SHOP, "customers")) >= CUSTOMERS + 1
