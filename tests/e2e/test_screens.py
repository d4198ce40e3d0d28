"""Every screen of every area, wide and on a phone, light and dark: axe finds nothing, and nothing scrolls sideways."""

from collections.abc import Callable, Iterator
from typing import NamedTuple

import pytest
from playwright.sync_api import Page

from tests.e2e.looking import barriers
from tests.e2e.walks import (
    CLOCK,
    RAIN,
    ROWS,
    TRASH,
    Walk,
    ask_for_link,
    bulk,
    choose_image,
    fail_too_often,
    fill,
    follow,
    give_role,
    import_row,
    make_and_delete_role,
    open_account_menu,
    open_drawer,
    open_everything,
    open_first,
    open_month,
    open_row_menu,
    press,
    preview_on_its_own_page,
    save_over_somebody,
    select_two,
    send_comment,
    send_nothing,
    send_rows,
    set_nonsense,
    show_pane,
    then,
    unfold,
    upload_text,
    upload_two,
)

STORY, PART = "/posts/tide-clock-pier-9", "/posts/fog-a-users-guide"
VISITOR = None
OWNER, EDITOR, AUTHOR, CONTRIBUTOR, MODERATOR = "owner", "editor", "author", "contributor", "moderator"

pytestmark = pytest.mark.browser


class Screen(NamedTuple):
    """Who looks at what, and the way there."""

    who: str | None
    what: str
    address: str
    walk: Walk | None = None


SCREENS = {
    "reading": (
        Screen(VISITOR, "the front page", "/"),
        Screen(VISITOR, "a further page of it", "/", follow("Older →")),
        Screen(VISITOR, "a post with comments", STORY),
        Screen(VISITOR, "a post with code, tables and notes", "/posts/short-dictionary-of-rain"),
        Screen(VISITOR, "a post with comments closed", "/posts/what-a-thousand-comments-taught-us"),
        Screen(VISITOR, "a tag", "/tags/sea"),
        Screen(VISITOR, "a part of a series", PART, unfold("Part 2 of 3 of")),
        Screen(VISITOR, "a series", "/series/a-harbour-for-beginners"),
        Screen(VISITOR, "an author", "/authors/pellow"),
        Screen(VISITOR, "a month", STORY, open_month),
        Screen(VISITOR, "a page", "/about"),
        Screen(VISITOR, "a page below a page", "/about/team"),
        Screen(VISITOR, "an address with nothing", "/no-such-page"),
        Screen(VISITOR, "an address that is gone", "/shop"),
        Screen(VISITOR, "comments that are closed", "/posts/what-a-thousand-comments-taught-us/comments"),
    ),
    "commenting": (
        Screen(VISITOR, "the form", f"{STORY}/comments"),
        Screen(VISITOR, "the form with an answered comment", STORY, follow("Reply to Bettrys Hale")),
        Screen(VISITOR, "the form with faults", f"{STORY}/comments", send_nothing),
        Screen(MODERATOR, "the form of a member", f"{STORY}/comments"),
        Screen(VISITOR, "the receipt", f"{STORY}/comments", send_comment),
    ),
    "signing in": (
        Screen(VISITOR, "the form", "/login"),
        Screen(VISITOR, "refused", "/login", fill({"E-mail address": "x@example.com", "Password": "no"}, "Sign in")),
        Screen(VISITOR, "refused for a while", "/login", fail_too_often),
        Screen(VISITOR, "signing up", "/register"),
        Screen(VISITOR, "signing up with faults", "/register", press("Make account")),
        Screen(VISITOR, "asked to look for mail", "/register/sent"),
        Screen(VISITOR, "a forgotten password", "/reset"),
        Screen(VISITOR, "a forgotten password with faults", "/reset", press("Send the link")),
        Screen(
            VISITOR,
            "asked to look for mail again",
            "/reset",
            ask_for_link,
        ),
        Screen(VISITOR, "a link that does not work", "/reset/no-such-link"),
        Screen(VISITOR, "setting up what is set up", "/set-up"),
    ),
    "one's own account": (
        Screen(CONTRIBUTOR, "profile", "/account"),
        Screen(CONTRIBUTOR, "picture with faults", "/account", press("Save picture")),
        Screen(CONTRIBUTOR, "password and address", "/account/security"),
        Screen(CONTRIBUTOR, "password with faults", "/account/security", press("Change password")),
        Screen(CONTRIBUTOR, "sessions", "/account/sessions"),
    ),
    "dashboard": (
        Screen(OWNER, "of an owner", "/admin/"),
        Screen(EDITOR, "of an editor", "/admin/"),
        Screen(CONTRIBUTOR, "of a contributor", "/admin/"),
        Screen(MODERATOR, "of a moderator", "/admin/"),
        Screen(EDITOR, "account menu", "/admin/", open_account_menu),
        Screen(EDITOR, "drawer of a phone", "/admin/", open_drawer),
        Screen(CONTRIBUTOR, "a part for others", "/admin/settings/"),
        Screen(EDITOR, "nothing there", "/admin/posts/edit/?id=999999"),
    ),
    "posts": (
        Screen(EDITOR, "list", "/admin/posts/"),
        Screen(CONTRIBUTOR, "list of one's own", "/admin/posts/"),
        Screen(EDITOR, "list that is narrowed", "/admin/posts/?status=draft&author=me", unfold("Filters")),
        Screen(EDITOR, "list with nothing", "/admin/posts/?search=nothing-has-these-words"),
        Screen(EDITOR, "row menu", "/admin/posts/?search=%22lamp+on+Skerry+Nine%22", open_row_menu),
        Screen(EDITOR, "selected rows", "/admin/posts/?status=draft", select_two),
        Screen(EDITOR, "question before many change", "/admin/posts/", bulk("Move to trash…")),
        Screen(EDITOR, "question for a tag", "/admin/posts/", bulk("Add tag…")),
        Screen(EDITOR, "result for many", "/admin/posts/?status=draft", bulk("Restore")),
        Screen(EDITOR, "editor, new", "/admin/posts/new/"),
        Screen(EDITOR, "editor, all parts open", "/admin/posts/?search=tide+clock", open_everything),
        Screen(EDITOR, "editor, split", "/admin/posts/?search=rain", then(follow(RAIN), show_pane("Split"))),
        Screen(EDITOR, "editor, preview", "/admin/posts/?search=rain", then(follow(RAIN), show_pane("Preview"))),
        Screen(EDITOR, "editor with faults", "/admin/posts/new/", press("Save draft")),
        Screen(EDITOR, "choosing an image", "/admin/posts/new/", choose_image),
        Screen(CONTRIBUTOR, "editor with a refusal", "/admin/posts/", follow("The lamp on Skerry Nine")),
        Screen(EDITOR, "preview of its own", "/admin/posts/?search=rain", then(follow(RAIN), preview_on_its_own_page)),
        Screen(EDITOR, "two versions", "/admin/posts/new/", save_over_somebody),
        Screen(EDITOR, "history", "/admin/posts/?search=tide+clock", follow(CLOCK, "History")),
        Screen(EDITOR, "a version", "/admin/posts/?search=tide+clock", follow(CLOCK, "History", "Version 1")),
        Screen(EDITOR, "question before the trash", "/admin/posts/?search=tide+clock", follow(CLOCK, TRASH)),
        Screen(MODERATOR, "a post to read only", "/admin/posts/?search=tide+clock", follow(CLOCK)),
    ),
    "pages": (
        Screen(EDITOR, "list", "/admin/pages/"),
        Screen(EDITOR, "editor, new", "/admin/pages/new/"),
        Screen(EDITOR, "editor", "/admin/pages/", follow("About the Review")),
        Screen(EDITOR, "history", "/admin/pages/", follow("About the Review", "History")),
    ),
    "tags": (
        Screen(EDITOR, "list", "/admin/tags/"),
        Screen(EDITOR, "new", "/admin/tags/new/"),
        Screen(EDITOR, "with faults", "/admin/tags/new/", press("Create")),
        Screen(EDITOR, "edit", "/admin/tags/", follow("Sea")),
        Screen(EDITOR, "question before deleting", "/admin/tags/", follow("Sea", "Delete…")),
        Screen(EDITOR, "import", "/admin/tags/", follow("Import…")),
        Screen(EDITOR, "import of what is no file", "/admin/tags/import/", send_rows("")),
        Screen(EDITOR, "what an import would change", "/admin/tags/import/", send_rows(ROWS)),
        Screen(EDITOR, "import that is done", "/admin/tags/import/", then(send_rows(ROWS), import_row)),
    ),
    "series": (
        Screen(EDITOR, "list", "/admin/series/"),
        Screen(EDITOR, "new", "/admin/series/new/"),
        Screen(EDITOR, "with faults", "/admin/series/new/", press("Create")),
        Screen(EDITOR, "edit", "/admin/series/", follow("A harbour for beginners")),
        Screen(EDITOR, "question before deleting", "/admin/series/", follow("A harbour for beginners", "Delete…")),
    ),
    "media": (
        Screen(EDITOR, "library", "/admin/media/"),
        Screen(EDITOR, "selected files", "/admin/media/?search=the", select_two),
        Screen(EDITOR, "upload", "/admin/media/new/"),
        Screen(EDITOR, "upload refused", "/admin/media/new/", upload_text),
        Screen(EDITOR, "describing several", "/admin/media/new/", upload_two),
        Screen(EDITOR, "one file", "/admin/media/?search=looking", follow("The light, looking north")),
        Screen(
            EDITOR,
            "question before the trash",
            "/admin/media/?search=looking",
            follow("The light, looking north", TRASH),
        ),
        Screen(EDITOR, "question from the row", "/admin/media/", then(open_row_menu, press(TRASH))),
        Screen(EDITOR, "question for many", "/admin/media/?search=the", bulk(TRASH)),
        Screen(EDITOR, "looking through", "/admin/media/choose/"),
        Screen(EDITOR, "folders", "/admin/media/folders/", fill({"Name (required)": "Boats"}, "Create")),
        Screen(EDITOR, "folder refused", "/admin/media/folders/", press("Create")),
        Screen(EDITOR, "as a list", "/admin/media/?layout=list", select_two),
        Screen(EDITOR, "question where to", "/admin/media/?layout=grid", bulk("Move to folder…")),
        Screen(
            EDITOR, "cutting", "/admin/media/?search=looking", then(follow("The light, looking north"), unfold("Crop"))
        ),
    ),
    "comments": (
        Screen(MODERATOR, "list", "/admin/comments/"),
        Screen(MODERATOR, "spam", "/admin/comments/?status=spam", unfold("Filters")),
        Screen(MODERATOR, "row menu", "/admin/comments/?search=grey", open_row_menu),
        Screen(MODERATOR, "one that waits", "/admin/comments/?status=pending", open_first),
        Screen(MODERATOR, "one with its thread", "/admin/comments/?search=grey", open_first),
        Screen(MODERATOR, "edit", "/admin/comments/?search=grey", then(open_first, follow("Edit"))),
        Screen(
            MODERATOR,
            "edit with faults",
            "/admin/comments/?search=grey",
            then(open_first, follow("Edit"), fill({"Comment (required)": ""}, "Save")),
        ),
        Screen(
            MODERATOR,
            "question before the trash",
            "/admin/comments/?search=grey",
            then(open_first, follow("Edit", TRASH)),
        ),
        Screen(MODERATOR, "result for many", "/admin/comments/?status=spam", bulk("Mark as spam")),
    ),
    "moderation": (
        Screen(MODERATOR, "the queue", "/admin/moderation/"),
        Screen(MODERATOR, "its end", "/admin/moderation/?after=999999"),
    ),
    "redirects": (
        Screen(EDITOR, "list", "/admin/redirects/"),
        Screen(EDITOR, "new", "/admin/redirects/new/"),
        Screen(EDITOR, "with faults", "/admin/redirects/new/", press("Create")),
        Screen(EDITOR, "edit", "/admin/redirects/", follow("/shop")),
        Screen(EDITOR, "question before deleting", "/admin/redirects/", follow("/shop", "Delete…")),
    ),
    "people": (
        Screen(OWNER, "list", "/admin/users/"),
        Screen(EDITOR, "list without addresses", "/admin/users/"),
        Screen(OWNER, "new", "/admin/users/new/"),
        Screen(OWNER, "with faults", "/admin/users/new/", press("Add and send the invitation")),
        Screen(OWNER, "edit", "/admin/users/", follow("Ines Pellow")),
        Screen(OWNER, "details", "/admin/users/", follow("Ines Pellow", "Details")),
        Screen(OWNER, "question before closing", "/admin/users/", follow("Ines Pellow", "Switch off or erase…")),
        Screen(OWNER, "question before switching off", "/admin/users/", then(open_row_menu, press("Switch off…"))),
        Screen(OWNER, "question for many", "/admin/users/", bulk("Switch off…")),
    ),
    "roles": (
        Screen(OWNER, "list with the matrix", "/admin/roles/"),
        Screen(OWNER, "question for many", "/admin/roles/", bulk("Delete…")),
        Screen(OWNER, "new", "/admin/roles/new/"),
        Screen(OWNER, "with faults", "/admin/roles/new/", press("Create")),
        Screen(OWNER, "edit", "/admin/roles/", follow("Author")),
        Screen(
            OWNER, "who gains and loses what", "/admin/roles/", then(follow("Author"), give_role("Edit posts", "No"))
        ),
        Screen(OWNER, "the owner's, to read only", "/admin/roles/", follow("Owner")),
        Screen(OWNER, "question before deleting", "/admin/roles/new/", make_and_delete_role),
    ),
    "settings": (
        Screen(OWNER, "all", "/admin/settings/"),
        Screen(
            OWNER,
            "with faults",
            "/admin/settings/",
            set_nonsense,
        ),
    ),
    "activity": (
        Screen(OWNER, "all", "/admin/activity/"),
        Screen(OWNER, "narrowed", "/admin/activity/?area=redirects"),
        Screen(OWNER, "nothing", "/admin/activity/?until=1999-01-01"),
    ),
    "trash": (
        Screen(EDITOR, "with something in it", "/admin/trash/"),
        Screen(EDITOR, "nothing found", "/admin/trash/?search=nothing+of+the+kind&kind=file"),
        Screen(EDITOR, "some selected", "/admin/trash/", select_two),
        Screen(AUTHOR, "of an author", "/admin/trash/"),
    ),
}


@pytest.fixture(scope="module")
def desk(open_browser: Callable[..., Page]) -> Iterator[Callable[[str | None], Page]]:
    """One window for each person, used for all of their screens."""
    windows: dict[str | None, Page] = {}

    def window_of(who: str | None) -> Page:
        if who not in windows:
            windows[who] = open_browser(who)
            windows[who].on("dialog", lambda dialog: dialog.accept())  # leaves what a walk has typed
        return windows[who]

    yield window_of
    for window in windows.values():
        window.context.close()


@pytest.mark.parametrize(
    "screen",
    [pytest.param(screen, id=f"{area}: {screen.what}") for area, screens in SCREENS.items() for screen in screens],
)
def test_screen_has_no_barriers(desk: Callable[[str | None], Page], screen: Screen) -> None:
    page = desk(screen.who)

    page.goto(screen.address)
    if screen.walk is not None:
        screen.walk(page)

    assert barriers(page) == []
