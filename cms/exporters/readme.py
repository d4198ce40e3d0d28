"""What is in the folder, said in the folder."""

from datetime import datetime

from cms.core.i18n import N_, _

README = "README.md"
_PARTS = {
    "`posts/`, `pages/`": N_("the texts in Markdown, each with its title, dates, author and tags above it"),
    "`changes/`": N_("what is being written in texts that readers see in an earlier version"),
    "`media/`, `media.json`": N_("the files, and what they show"),
    "`comments.json`, `people.json`": N_("what was said and by whom, with e-mail addresses: keep it to yourself"),
    "`tags.json`, `series.json`, `redirects.json`, `settings.json`": N_("what the names say"),
}


def readme(title: str, at: datetime, folders: list[str]) -> str:
    """Markdown, as everything else there that is to be read."""
    return "\n".join(
        [
            f"# {title}",
            "",
            _("Everything of this site as it was on %(time)s.", time=f"{at:%Y-%m-%d %H:%M %Z}"),
            "",
            *(f"- {names}: {_(what)}" for names, what in _PARTS.items()),
            "",
            _("What was in the trash is not here, nor are passwords and earlier versions: those are in a backup."),
            "",
            _("To take the texts with their pictures, people and tags into a new site, run there, in this folder:"),
            "",
            f"    python3 manage.py import markdown {' '.join(folders)}",
            "",
            _("Comments, redirects by hand and settings are not taken back."),
            "",
        ]
    )
