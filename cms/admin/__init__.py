"""The back office: Flask-Admin views over the domains. Read `cms.admin.base` to write one."""

from pathlib import Path
from typing import Any

from flask import Flask, request
from flask_admin import Admin
from flask_admin.theme import Theme

from cms import web
from cms.admin import chosen, shown
from cms.admin.activity import ActivityView
from cms.admin.backups import BackupView
from cms.admin.bans import BanView
from cms.admin.comments import CommentView
from cms.admin.dashboard import DashboardView
from cms.admin.event_words import label_of
from cms.admin.gate import Gated, menu
from cms.admin.jobs import JobView
from cms.admin.media import MediaView
from cms.admin.moderation import ModerationView
from cms.admin.pages import PageView
from cms.admin.palette import PaletteView
from cms.admin.posts import PostView
from cms.admin.preferences import PreferencesView
from cms.admin.redirects import RedirectView
from cms.admin.roles import RoleView
from cms.admin.series import SeriesView
from cms.admin.settings import SettingsView
from cms.admin.subscribers import SubscriberView
from cms.admin.tags import TagView
from cms.admin.toasts import toasts
from cms.admin.tokens import TokenView
from cms.admin.trash import TrashView
from cms.admin.users import UserView
from cms.admin.webhooks import WebhookView
from cms.audit.inverses import name_fields_by
from cms.web.areas import is_desk

#: In the order of the menu; the first is the page at /admin/.
VIEWS: tuple[type[Gated], ...] = (
    DashboardView,
    PostView,
    PageView,
    MediaView,
    TagView,
    SeriesView,
    ModerationView,
    CommentView,
    BanView,
    RedirectView,
    WebhookView,
    SubscriberView,
    UserView,
    RoleView,
    SettingsView,
    ActivityView,
    TokenView,
    JobView,
    BackupView,
    TrashView,
    PaletteView,
    PreferencesView,
)

THEME = Theme(folder=str(Path(__file__).parent / "templates"), base_template="admin/base.html")


def init_app(app: Flask) -> None:
    """Bind this edge to an application. None of Flask-Admin's own templates or static files can be reached."""
    dashboard, *others = (view() for view in VIEWS)
    admin = Admin(app, name="Copydesk", index_view=dashboard, theme=THEME)
    admin.add_views(*others)
    views = [dashboard, *others]
    shown.init_app(app)
    name_fields_by(label_of)

    @app.context_processor
    def around_the_page() -> dict[str, Any]:
        """What the shell of a back-office page shows, its error pages included."""
        if not is_desk(request.path):
            return {}
        person = web.visitor()
        current = next((view for view in views if request.blueprint == view.endpoint), None)
        return {
            "menu": menu(views, current) if person else [],
            "person": person,
            "site": web.settings(),
            "theme_chosen": chosen.theme(),
            "toasts": toasts,
            "has_shortcuts": chosen.has_shortcuts(),
        }
