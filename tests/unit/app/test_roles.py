"""Who may do what: all are owners until roles are given, an accountant changes nothing, an owner there always is."""

from __future__ import annotations

import pytest

from connector.app import audit, roles
from connector.app.api import ROUTES
from connector.app.services import Services
from tests.unit.app.conftest import OTHER, SHOP, USER, Call, Clock, session_token

BIRTHE, REVISOR = "77", "99"


@pytest.fixture
def users(services: Services, installed: str, clock: Clock) -> None:
    """The owner, an accountant who was made one, and a bookkeeper who came after that."""
    for user in (USER, REVISOR):
        roles.note_seen(services.table, SHOP, user, clock())
        clock.forward(minutes=1)
    roles.change(services.table, SHOP, USER, REVISOR, {"role": "accountant"}, clock())
    roles.note_seen(services.table, SHOP, BIRTHE, clock())
    clock.forward(minutes=1)


def of(clock: Clock, user: str) -> str:
    return session_token(clock(), sub=user)


def test_who_comes_after_the_first_role_was_given_does_the_daily_work(services: Services, users: None) -> None:
    found = [(user.id, user.role) for user in roles.users(services.table, SHOP)]
    assert found == [(USER, "owner"), (REVISOR, "accountant"), (BIRTHE, "bookkeeper")]
    assert roles.role_of(services.table, SHOP, "somebody who never came") == "bookkeeper"


def test_until_a_role_is_given_whoever_the_shop_lets_in_may_do_all(services: Services, clock: Clock) -> None:
    assert roles.role_of(services.table, SHOP, "somebody who never came") == "owner"
    assert [roles.note_seen(services.table, SHOP, user, clock()) for user in (USER, BIRTHE)] == ["owner", "owner"]


def test_a_page_remembers_who_looked_at_it(visit: Call, clock: Clock, services: Services, installed: str) -> None:
    query = {"embedded": "1", "shop": SHOP, "locale": "en", "id_token": of(clock, USER)}
    assert visit("/", query).status == 200
    assert [user.id for user in roles.users(services.table, SHOP)] == [USER]
    assert roles.users(services.table, OTHER) == []


@pytest.mark.parametrize(("method", "path"), [(m, p) for m, p, _ in ROUTES if m != "GET"])
def test_an_accountant_changes_nothing_whatever_the_call(
    call: Call, clock: Clock, users: None, services: Services, method: str, path: str
) -> None:
    before = services.table.writes  # type: ignore[attr-defined]
    answer = call(method, path.replace("{id}", "1"), {}, token=of(clock, REVISOR), headers={"accept-language": "da"})
    assert answer.status == 403
    assert "Du kan se alt her" in answer.faults[""]
    assert services.table.writes == before  # type: ignore[attr-defined]


@pytest.mark.parametrize("path", ["/api/settings", "/api/connection", "/api/users", "/api/syncs", "/api/tie-out"])
def test_an_accountant_sees_everything(call: Call, clock: Clock, users: None, path: str) -> None:
    assert call("GET", path, token=of(clock, REVISOR)).status == 200


def test_a_bookkeeper_may_do_all_but_the_reset_and_the_roles(call: Call, clock: Clock, users: None) -> None:
    token = of(clock, BIRTHE)
    assert call("PUT", "/api/settings", {"recognise": "at_fulfilment"}, token=token).status == 200
    for method, path in (("POST", "/api/integration/reset"), ("PUT", f"/api/users/{BIRTHE}")):
        answer = call(method, path, {"role": "owner", "confirm": SHOP, "posted_entries": "keep"}, token=token)
        assert (answer.status, answer.faults) == (403, {"": "Only the owner may do this."})


def test_the_owner_names_people_and_the_change_is_in_the_audit_log(call: Call, services: Services, users: None) -> None:
    answer = call("PUT", f"/api/users/{BIRTHE}", {"label": " Birthe ", "role": "accountant"})
    assert answer.status == 200 and answer.json["label"] == "Birthe"
    assert roles.role_of(services.table, SHOP, BIRTHE) == "accountant"
    assert roles.names(services.table, SHOP) == {BIRTHE: "Birthe"}
    line = next(audit.newest(services.table, SHOP))
    assert (line["who"], line["what"], line["about"]) == (USER, "user.role", BIRTHE)


def test_the_shop_keeps_an_owner(call: Call, services: Services, users: None) -> None:
    answer = call("PUT", f"/api/users/{USER}", {"role": "bookkeeper"})
    assert answer.status == 422 and answer.faults == {"role": "The shop would have no owner."}
    assert call("PUT", f"/api/users/{BIRTHE}", {"role": "owner"}).status == 200
    assert call("PUT", f"/api/users/{USER}", {"role": "bookkeeper"}).status == 200
    assert call("PUT", f"/api/users/{BIRTHE}", {"role": "owner"}).status == 403


@pytest.mark.parametrize(
    ("given", "key"),
    [({"role": "king"}, "role"), ({"label": 7}, "label"), ({"label": "x" * 61}, "label"), ({"a": 1}, "a")],
)
def test_what_is_wrong_is_named(call: Call, users: None, given: dict[str, object], key: str) -> None:
    answer = call("PUT", f"/api/users/{BIRTHE}", given)
    assert answer.status == 422 and list(answer.faults) == [key]


def test_somebody_who_never_came_has_no_role_to_change(call: Call, users: None) -> None:
    assert call("PUT", "/api/users/12345", {"role": "owner"}).status == 404
    assert call("PUT", f"/api/users/{BIRTHE}", {"role": "owner"}, shop=OTHER).status in (403, 404)


def test_two_who_come_first_at_the_same_moment_are_both_remembered(
    services: Services, installed: str, clock: Clock, monkeypatch: pytest.MonkeyPatch
) -> None:
    stored, put = [], services.table.put

    def late(item: dict[str, object], *arguments: object, **more: object) -> None:
        if not stored:
            stored.append(True)
            roles.note_seen(services.table, SHOP, BIRTHE, clock())
        put(item, *arguments, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(services.table, "put", late)
    roles.note_seen(services.table, SHOP, USER, clock())
    assert {user.id: user.role for user in roles.users(services.table, SHOP)} == {BIRTHE: "owner", USER: "owner"}
