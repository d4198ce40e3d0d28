"""Settings: what is seen on a page of its own, the rest in sections on another, and a mail to try the sender with."""

from flask import flash, redirect
from flask_admin import expose
from werkzeug.wrappers import Response

from cms.admin.appearance import Appearance
from cms.core.db import end_read
from cms.core.i18n import _
from cms.extensions import db
from cms.web import mailing, runtime, settings, signed_in


class SettingsView(Appearance):
    """What an owner decides; what a deployer decides is in the environment."""

    @expose("/", methods=("GET", "POST"))
    def index_view(self) -> Response | str:
        return self.edited(
            "index_view",
            "admin/settings.html",
            mail_is_printed=mailing.is_printed(),
            has_mail_server=not runtime().config.mail_url.startswith("console:"),
        )

    @expose("/test-mail", methods=("POST",))
    def test_mail_view(self) -> Response:
        """To the address of whoever asks, and to nobody else."""
        to = signed_in().email
        title = settings().title
        end_read(db.session())
        sent = mailing.send(
            to,
            _("Test mail from %(site)s", site=title),
            _("If you read this, mail from %(site)s arrives.", site=title),
        )
        if sent and mailing.is_printed():
            flash(_("The test mail was printed to the log, as is all mail of this site."), "success")
        elif sent:
            flash(_("A test mail was sent to %(address)s.", address=to), "success")
        else:
            flash(_("The mail server did not take it. The log says why."), "error")
        return redirect(self.link(), 303)
