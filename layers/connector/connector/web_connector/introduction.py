"""The beginning of a run: is this the shop's company, may we write to it, is another computer at work on it?"""

from __future__ import annotations

from dataclasses import replace

from connector.outbox import company, connection, health, identity, message_sets
from connector.quickbooks.profile import CompanyProfile
from connector.web_connector import sessions
from connector.web_connector.desk import Desk
from connector.web_connector.sessions import Session, State

OTHER_MACHINE = (
    "The computer {other} is posting to this company right now. Keep the shop in the Web Connector of one computer "
    "only. This one goes on at its next update."
)


def introduce(desk: Desk, session: Session, profile: CompanyProfile) -> Session:
    """The session READY with what is known of the company, or CLOSING with the reason in its text."""
    item = connection.read(desk.table, session.shop) or {"file_id": ""}
    strange = identity.stranger(item, profile, session.company_file)
    if strange:
        health.report(desk.table, session.shop, "other_company", desk.now, words=strange)
        return replace(session, state=State.CLOSING, text=strange)
    machine = identity.machine(profile)
    other = _other_machine(desk, session, machine)
    if other:
        health.report(desk.table, session.shop, "two_computers", desk.now)
        return replace(session, state=State.CLOSING, text=OTHER_MACHINE.format(other=other.upper()))
    if company.profile(desk.table, session.shop) != profile:
        company.store_profile(desk.table, session.shop, profile, desk.now)
    refusal = desk.refusal(session.shop, profile)
    if refusal:
        health.report(desk.table, session.shop, "refused", desk.now, words=refusal)
    elif item.get("health"):
        health.clear(desk.table, session.shop)
    seen = identity.seen_now(profile, session.company_file)
    connection.heard(desk.table, session.shop, desk.now, company_seen=seen)
    return replace(session, state=State.READY, machine=machine, refusal=refusal)


def _other_machine(desk: Desk, session: Session, machine: str) -> str:
    """The name of another computer that has just sent the outstanding set; empty if there is none."""
    outstanding = message_sets.outstanding(desk.table, session.shop)
    if outstanding is None or outstanding["ticket"] == session.ticket:
        return ""
    sender = sessions.load(desk.table, str(outstanding["ticket"]))
    if sender is not None and sessions.is_other_machine(sender, machine, desk.now):
        return sender.machine
    return ""
