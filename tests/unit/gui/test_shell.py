"""The main window: pages on their first visit, and where one is."""


def test_a_page_is_built_on_its_first_visit_and_shown(window):
    window.show_page("settings")
    assert window.page.NAME == "settings"
    assert window.page.state.value == "ready"
    assert window.windowTitle() == "Settings — Palimpsest"


def test_pages_navigate_through_the_project(window, gui_project):
    gui_project.navigate("settings")
    assert window.page.NAME == "settings"
