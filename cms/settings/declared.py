"""Every setting there is, declared once with its type, default, bounds and help."""

from cms.core.i18n import N_
from cms.settings import appearance
from cms.settings.kinds import Setting, SettingType

SECTIONS = {
    "site": N_("Site"),
    **appearance.SECTIONS,
    "reading": N_("Reading"),
    "people": N_("Sign-up and sessions"),
    "comments": N_("Comments"),
    "media": N_("Media"),
    "mail": N_("Mail"),
    "privacy": N_("Privacy and retention"),
    "programs": N_("Programs"),
    "backups": N_("Backups"),
}

T = SettingType

DECLARED: tuple[Setting, ...] = (
    Setting(
        "title",
        "site",
        N_("Title"),
        N_("The name of the publication."),
        T.LINE,
        "Copydesk",
        max_length=80,
        is_required=True,
        is_public=True,
    ),
    Setting("tagline", "site", N_("Tagline"), N_("One line under the title."), T.LINE, "", is_public=True),
    Setting(
        "about",
        "site",
        N_("About"),
        N_("A few sentences for the foot of every page."),
        T.TEXT,
        "",
        max_length=600,
        is_public=True,
    ),
    Setting(
        "timezone", "site", N_("Time zone"), N_("Used for every date that readers see."), T.ZONE, "UTC", is_public=True
    ),
    Setting(
        "language",
        "site",
        N_("Language"),
        N_("The language that the site is written in."),
        T.LANGUAGE,
        "en",
        is_public=True,
    ),
    *appearance.DECLARED,
    Setting(
        "home_page_id",
        "reading",
        N_("Home page"),
        N_("A page to show first, in place of the newest posts."),
        T.PAGE,
        None,
    ),
    Setting(
        "posts_per_page",
        "reading",
        N_("Posts per page"),
        N_("From 1 to 50."),
        T.NUMBER,
        10,
        least=1,
        most=50,
        is_public=True,
    ),
    Setting(
        "feed_full_text", "reading", N_("Full text in feeds"), N_("Otherwise feeds carry the summary."), T.SWITCH, True
    ),
    Setting(
        "noindex",
        "reading",
        N_("Hide from search engines"),
        N_("Asks search engines to leave the whole site out."),
        T.SWITCH,
        False,
    ),
    Setting(
        "sign_up",
        "people",
        N_("Sign-up"),
        N_("Who may make an account. Accounts made this way have no role until somebody gives them one."),
        T.CHOICE,
        "closed",
        choices=(("open", N_("Open to everybody")), ("approval", N_("Open, after approval")), ("closed", N_("Closed"))),
    ),
    Setting(
        "session_idle_minutes",
        "people",
        N_("Sign out after idle minutes"),
        N_("From 5 to 1440."),
        T.NUMBER,
        120,
        least=5,
        most=1440,
    ),
    Setting(
        "session_hours", "people", N_("Longest session in hours"), N_("From 1 to 168."), T.NUMBER, 12, least=1, most=168
    ),
    Setting(
        "remember_days", "people", N_("“Remember me” lasts days"), N_("From 1 to 90."), T.NUMBER, 30, least=1, most=90
    ),
    Setting(
        "comments_enabled",
        "comments",
        N_("Comments"),
        N_("Off closes every comment form."),
        T.SWITCH,
        True,
        is_public=True,
    ),
    Setting(
        "comments_from",
        "comments",
        N_("Who may comment"),
        N_("Members are people with an account."),
        T.CHOICE,
        "everybody",
        choices=(("everybody", N_("Everybody")), ("members", N_("Members only"))),
        is_public=True,
    ),
    Setting(
        "comments_hold",
        "comments",
        N_("Hold for moderation"),
        N_("Suspicious comments are always held."),
        T.CHOICE,
        "all",
        choices=(
            ("all", N_("All comments")),
            ("first", N_("Until a first one was approved")),
            ("none", N_("Only suspicious ones")),
        ),
    ),
    Setting(
        "comments_max_links", "comments", N_("Hold above this many links"), N_("From 0 to 50."), T.NUMBER, 2, most=50
    ),
    Setting("comments_words", "comments", N_("Hold these words"), N_("One word or phrase a line."), T.LINES, []),
    Setting(
        "comments_close_days",
        "comments",
        N_("Close after days"),
        N_("0 keeps them open for ever."),
        T.NUMBER,
        0,
        most=3650,
    ),
    Setting(
        "comments_depth",
        "comments",
        N_("Depth of replies"),
        N_("From 1 to 10."),
        T.NUMBER,
        4,
        least=1,
        most=10,
        is_public=True,
    ),
    Setting(
        "upload_megabytes", "media", N_("Largest upload in MB"), N_("From 1 to 512."), T.NUMBER, 16, least=1, most=512
    ),
    Setting(
        "image_megapixels",
        "media",
        N_("Largest image in megapixels"),
        N_("From 1 to 200."),
        T.NUMBER,
        50,
        least=1,
        most=200,
    ),
    Setting(
        "mail_from",
        "mail",
        N_("Sender address"),
        N_("What mail from this site comes from."),
        T.EMAIL,
        "noreply@example.com",
    ),
    Setting(
        "mail_name",
        "mail",
        N_("Sender name"),
        N_("Shown beside the address; the title if empty."),
        T.LINE,
        "",
        max_length=80,
    ),
    Setting(
        "subscriptions",
        "mail",
        N_("Readers may subscribe by mail"),
        N_("To all new posts or to those with a tag. Switched off, nothing is sent to those who have."),
        T.SWITCH,
        True,
    ),
    Setting(
        "privacy_note",
        "privacy",
        N_("Note under the comment form"),
        N_("What happens to what readers send."),
        T.TEXT,
        N_("Your e-mail address is never shown."),
        max_length=600,
        is_public=True,
    ),
    Setting(
        "trash_days",
        "privacy",
        N_("Empty the trash after days"),
        N_(
            "Posts, pages and comments go for good, with what was said below them. "
            "Files stay, since older versions may show them. 0 keeps everything."
        ),
        T.NUMBER,
        0,
        most=3650,
    ),
    Setting(
        "address_days",
        "privacy",
        N_("Forget network addresses after days"),
        N_("And browsers: of those who commented or signed in. 0 keeps them."),
        T.NUMBER,
        90,
        most=3650,
    ),
    Setting(
        "api_origins",
        "programs",
        N_("Origins of scripts"),
        N_(
            "Sites whose scripts may use the API from a browser, one a line, such as https://app.example.com; "
            "* lets all. They never get cookies. Empty: none."
        ),
        T.LINES,
        [],
        is_origins=True,
    ),
    Setting(
        "backup_hours",
        "backups",
        N_("Back up every so many hours"),
        N_("The database and all files, while the site serves. 0 leaves it to you."),
        T.NUMBER,
        24,
        most=168,
    ),
    Setting(
        "backup_days", "backups", N_("Keep all backups for days"), N_("From 1 to 365."), T.NUMBER, 7, least=1, most=365
    ),
    Setting(
        "backup_weeks",
        "backups",
        N_("And one of each week for weeks"),
        N_("The newest of the week. The newest of all, and the newest that a check found whole, always stay."),
        T.NUMBER,
        4,
        most=520,
    ),
)

BY_KEY: dict[str, Setting] = {setting.key: setting for setting in DECLARED}
