"""Who uses the app in a shop, and what each of them may do.

A session token says only the id of a Shopify user, so an owner gives the ids names. Who gets into the app at all is for
the shop's own permissions in Shopify to say: as long as nobody has been given a role, all of them are owners. From the
first role on, whoever comes new may do the daily work.

| role | may |
|---|---|
| owner | everything |
| bookkeeper | everything but the reset and the users' roles |
| accountant | look at everything, change nothing |
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import datetime
from typing import Any

from connector.app import audit
from connector.app.errors import Conflict, Fault, Forbidden, NotFound, Unprocessable
from connector.storage import keys
from connector.storage.syncs import stamp
from connector.storage.table import ConditionFailed, Table

OWNER, BOOKKEEPER, ACCOUNTANT = "owner", "bookkeeper", "accountant"
ROLES = (OWNER, BOOKKEEPER, ACCOUNTANT)
LONGEST_LABEL = 60
_OWNERS_ONLY = (("POST", "/api/integration/reset"), ("PUT", "/api/users/"))
_ATTEMPTS = 5
_KNOWN = ("role", "label")


@dataclass(frozen=True, slots=True)
class User:
    """``label`` is what the owner calls the user; ``seen_at`` is when they first came."""

    id: str
    role: str
    label: str = ""
    seen_at: str = ""


def users(table: Table, shop: str) -> list[User]:
    """In the order in which they first came."""
    return sorted(_read(table, shop).users.values(), key=lambda user: (user.seen_at, user.id))


def role_of(table: Table, shop: str, user_id: str) -> str:
    return _role(_read(table, shop), user_id)


def names(table: Table, shop: str) -> dict[str, str]:
    """What to call the users that somebody has named."""
    return {user.id: user.label for user in users(table, shop) if user.label}


def note_seen(table: Table, shop: str, user_id: str, now: datetime) -> str:
    """Remember a user who looks at a page; returns their role."""
    for _ in range(_ATTEMPTS):
        known = _read(table, shop)
        if user_id in known.users:
            break
        user = User(user_id, _role(known, user_id), seen_at=stamp(now))
        if _store(table, shop, replace(known, users={**known.users, user_id: user})):
            return user.role
    return _role(known, user_id)


def refuse(table: Table, shop: str, user_id: str, method: str, path: str) -> None:
    """Raises ``Forbidden`` for a call that the user's role does not allow."""
    if method in ("GET", "HEAD"):
        return
    role = role_of(table, shop, user_id)
    if role == ACCOUNTANT:
        raise Forbidden("You may look at everything here and change nothing. The owner of the shop can change that.")
    owners = any(method == verb and path.startswith(start) for verb, start in _OWNERS_ONLY)
    if owners and role != OWNER:
        raise Forbidden("Only the owner may do this.")


def change(table: Table, shop: str, by: str, user_id: str, given: Mapping[str, Any], now: datetime) -> User:
    """``{"role", "label"}``, each if wanted. Raises ``NotFound``, ``Unprocessable``, ``Conflict``."""
    faults = _faults(given)
    if faults:
        raise Unprocessable(faults)
    for _ in range(_ATTEMPTS):
        known = _read(table, shop)
        if user_id not in known.users:
            raise NotFound("There is no such user.")
        before = known.users[user_id]
        label = str(given.get("label", before.label)).strip()
        new = replace(before, role=given.get("role", before.role), label=label)
        changed = {**known.users, user_id: new}
        if not any(user.role == OWNER for user in changed.values()):
            raise Unprocessable([Fault("role", "The shop would have no owner.", "Make somebody else the owner first.")])
        if _store(table, shop, replace(known, users=changed, given=known.given or "role" in given)):
            audit.note(table, shop, now, by, "user.role", user_id, {"role": new.role, "label": new.label})
            return new
    raise Conflict("The users have been changed meanwhile.", "Load them again, then change them.")


def _faults(given: Mapping[str, Any]) -> list[Fault]:
    found = [Fault(key, f'"{key}" is not known here.', "Use role and label.") for key in given.keys() - {*_KNOWN}]
    if given.get("role", OWNER) not in ROLES:
        found.append(Fault("role", "This is none of the possible values.", f"Use one of {', '.join(ROLES)}."))
    label = given.get("label", "")
    if not isinstance(label, str):
        found.append(Fault("label", "This must be text."))
    elif len(label.strip()) > LONGEST_LABEL:
        found.append(Fault("label", "This is too long.", f"Use at most {LONGEST_LABEL} characters."))
    return found


@dataclass(frozen=True, slots=True)
class _Known:
    """The users by id. ``given`` says whether anybody has been given a role; ``version`` guards the item."""

    users: Mapping[str, User]
    given: bool = False
    version: int = 0


def _role(known: _Known, user_id: str) -> str:
    if user_id in known.users:
        return known.users[user_id].role
    return BOOKKEEPER if known.given else OWNER


def _read(table: Table, shop: str) -> _Known:
    item = table.get(keys.shop(shop), keys.ROLES)
    if item is None:
        return _Known({})
    users = {user_id: User(user_id, **kept) for user_id, kept in item["users"].items()}
    return _Known(users, item["given"], int(item["version"]))


def _store(table: Table, shop: str, known: _Known) -> bool:
    """Whether nobody else stored users since ``known`` was read."""
    kept = {u.id: {"role": u.role, "label": u.label, "seen_at": u.seen_at} for u in known.users.values()}
    item = {"pk": keys.shop(shop), "sk": keys.ROLES, "type": "roles", "users": kept, "given": known.given}
    condition = "version = :version" if known.version else "attribute_not_exists(pk)"
    values = {":version": known.version} if known.version else None
    try:
        table.put(item | {"version": known.version + 1}, condition, values=values)
    except ConditionFailed:
        return False
    return True
