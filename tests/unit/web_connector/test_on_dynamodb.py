"""The same updates over DynamoDB as moto plays it: every expression and every size is one DynamoDB takes."""

from __future__ import annotations

from moto import mock_aws

from infra.local.web_connector import Fault
from tests.fakes.moto_table import moto_table
from tests.fakes.office import Office, credit_and_refund, invoice_and_payment, receipt


def test_a_lost_answer_and_a_restored_backup() -> None:
    with mock_aws():
        office = Office(table=moto_table())
        office.update()
        office.add([*(receipt(n) for n in range(8)), *invoice_and_payment(30), *credit_and_refund(40)])
        lose = lambda n, op: Fault.LOSE_CALL if op == "receiveResponseXML" and n > 12 else None  # noqa: E731
        office.update(faults=lose)
        office.pass_time(minutes=15)
        assert office.update().ok
        assert office.states() == {"READ_BACK": 12}
        assert office.ties_out()
        backup = office.company.backup()
        office.add([receipt(50)])
        office.update()
        office.company.restore(backup)
        office.pass_time(hours=13)
        assert office.update().ok
        assert office.states() == {"READ_BACK": 12, "HELD": 1}


def test_a_set_of_fifty_receipts_of_two_hundred_lines_fits_into_an_item() -> None:
    with mock_aws():
        office = Office(table=moto_table())
        office.add([receipt(n, lines=200, amount="200.00") for n in range(50)])
        assert office.update().ok
        assert office.ties_out()
