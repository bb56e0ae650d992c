"""Forms: each fault beside its field, nothing typed is lost, and nobody's newer settings are overwritten unseen.

The form is made in the document itself from the modules that every page uses.
"""

from __future__ import annotations

from playwright.sync_api import Frame, expect

from connector.app import settings
from tests.browser.conftest import Admin, axe
from tests.browser.site import Site

FORM = """async (draft) => {
  const folder = document.querySelector('script[type=module]').src.replace(/[^/]*$/, '');
  const { submits, nested } = await import(folder + 'form.js');
  const { put, get } = await import(folder + 'api.js');
  const form = document.createElement('form');
  for (const name of ['schedule.time_of_day', 'schedule.time_zone']) {
    const box = Object.assign(document.createElement('div'), { className: 'field' });
    const label = Object.assign(document.createElement('label'), { htmlFor: name, textContent: name });
    const input = Object.assign(document.createElement('input'), { id: name, name });
    const error = Object.assign(document.createElement('p'), { className: 'error', hidden: true, id: name + '-error' });
    error.dataset.errorOf = name;
    input.setAttribute('aria-describedby', error.id);
    box.append(label, input, error);
    form.append(box);
  }
  form.append(Object.assign(document.createElement('button'), { className: 'button primary', textContent: 'Save' }));
  form.querySelector('button').type = 'submit';
  document.querySelector('main').append(form);
  const { version } = await get('settings');
  submits(form, { draft, send: (values) => put('settings', nested(values), version) });
}"""
TIME, ZONE = "schedule.time_of_day", "schedule.time_zone"


def with_form(admin: Admin, locale: str = "en", draft: str = "") -> Frame:
    frame = admin.open(locale=locale)
    frame.evaluate(FORM, draft)
    return frame


def fill(frame: Frame, time: str, zone: str) -> None:
    frame.get_by_label(TIME).fill(time)
    frame.get_by_label(ZONE).fill(zone)
    frame.get_by_role("button", name="Save").click()


def test_each_fault_stands_beside_its_field_in_the_pages_language(site: Site, admin: Admin) -> None:
    site.connect()
    frame = with_form(admin, "da")
    fill(frame, "25:00", "Europe/Copenhagen")
    field = frame.get_by_label(TIME)
    expect(field).to_have_attribute("aria-invalid", "true")
    expect(field).to_be_focused()
    expect(field).to_have_accessible_description(
        "Dette er ikke et klokkeslæt. Skriv det som TT:MM, for eksempel 02:30."
    )
    expect(frame.get_by_role("status").filter(has_text="Et felt skal ses efter.")).to_be_visible()
    axe(frame)
    fill(frame, "02:30", "Europe/Copenhagen")
    expect(frame.get_by_text("Gemt.")).to_be_visible()
    assert field.get_attribute("aria-invalid") is None
    assert settings.read(site.services.table, site.shop).schedule.time_of_day == "02:30"


def test_a_lost_connection_loses_nothing_that_was_typed(site: Site, admin: Admin) -> None:
    frame = with_form(admin)
    site.away = True
    fill(frame, "03:15", "Europe/Copenhagen")
    expect(frame.get_by_text("What you have typed is still here.")).to_be_visible()
    expect(frame.get_by_label(TIME)).to_have_value("03:15")
    axe(frame)
    site.away = False
    frame.get_by_role("button", name="Try again").click()
    expect(frame.get_by_text("Saved.")).to_be_visible()
    assert settings.read(site.services.table, site.shop).schedule.time_of_day == "03:15"


def test_a_second_tab_does_not_overwrite_newer_settings(site: Site, admin: Admin) -> None:
    frame = with_form(admin)
    now = settings.read(site.services.table, site.shop)
    settings.store(site.services.table, site.shop, now, "another", site.clock())
    fill(frame, "04:00", "Europe/Copenhagen")
    expect(frame.get_by_text("The settings have been changed meanwhile.")).to_be_visible()
    expect(frame.get_by_role("button", name="Load the page again")).to_be_visible()
    assert settings.read(site.services.table, site.shop).schedule.time_of_day == "02:00"


def test_what_was_typed_is_there_again_after_the_page_was_loaded_anew(site: Site, admin: Admin) -> None:
    frame = with_form(admin, draft="draft-of-the-test")
    frame.get_by_label(TIME).fill("05:45")
    frame = with_form(admin, draft="draft-of-the-test")
    expect(frame.get_by_label(TIME)).to_have_value("05:45")
    expect(frame.get_by_text("has been put back")).to_be_visible()
    frame.get_by_label(ZONE).fill("Europe/Copenhagen")
    frame.get_by_role("button", name="Save").click()
    expect(frame.get_by_text("Saved.")).to_be_visible()
    frame = with_form(admin, draft="draft-of-the-test")
    expect(frame.get_by_label(TIME)).to_have_value("")
