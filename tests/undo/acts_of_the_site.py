"""What can be undone of redirects, settings, jobs and webhooks."""

from sqlalchemy import select

from cms.jobs import actions as jobs
from cms.jobs.lifecycle import FAILED, JobMove
from cms.jobs.models import Job
from cms.redirects import actions as redirects
from cms.redirects.models import RedirectHits
from cms.settings import actions as settings
from cms.webhooks import actions as webhooks
from cms.webhooks.fields import Reach, Wanted
from cms.webhooks.models import Webhook
from tests.undo.world import Act, Acts, World

act = Acts()


@act("redirect.create")
def create_redirect(w: World) -> Act:
    return lambda: redirects.create(w.session, redirects.Route("/old", 301, "/new"), **w.later())


@act("redirect.save")
def save_redirect(w: World) -> Act:
    redirect = redirects.create(w.session, redirects.Route("/old", 301, "/new"), **w.later())
    return lambda: redirects.change(w.session, redirect, redirects.Route("/older", 410), **w.later())


@act("redirect.delete")
def delete_redirect(w: World) -> Act:
    redirect = redirects.create(w.session, redirects.Route("/old", 301, post_id=w.make.post().id), **w.later())
    w.session.add(RedirectHits(redirect_id=redirect.id, hits=7, last_hit_at=w.at))
    return lambda: redirects.delete(w.session, redirect, **w.later())


@act("settings.change")
def change_settings(w: World) -> Act:
    return lambda: settings.change(w.session, {"title": "The Harbour", "posts_per_page": 7}, **w.later())


@act("job.cancel")
def call_a_job_off(w: World) -> Act:
    job = failed_job(w)
    return lambda: jobs.move_job(w.session, job, JobMove.CANCEL, **w.later())


@act("job.retry")
def try_a_job_again(w: World) -> Act:
    job = failed_job(w)
    return lambda: jobs.move_job(w.session, job, JobMove.RETRY, **w.later())


def failed_job(w: World) -> Job:
    jobs.add(w.session, "mail", {"sealed": "…"}, at=w.at, label="A letter")
    job = w.session.scalars(select(Job)).one()
    job.status, job.attempts = FAILED, 8
    return job


REACH = Reach(https_only=True, private=False)


def webhook(w: World) -> Webhook:
    wanted = Wanted("https://example.com/hook", ["post.published"])
    return webhooks.create(w.session, wanted, "sealed", reach=REACH, **w.later())


@act("webhook.create")
def create_webhook(w: World) -> Act:
    return lambda: webhook(w)


@act("webhook.save")
def save_webhook(w: World) -> Act:
    hook, other = webhook(w), Wanted("https://example.com/other", ["comment.created"])
    return lambda: webhooks.change(w.session, hook, other, reach=REACH, **w.later())


@act("webhook.delete")
def delete_webhook(w: World) -> Act:
    hook = webhook(w)
    return lambda: webhooks.delete(w.session, hook, **w.later())


@act("webhook.renew")
def renew_secret(w: World) -> Act:
    hook = webhook(w)
    webhooks.reveal(w.session, hook, **w.later())
    return lambda: webhooks.renew(w.session, hook, "sealed anew", **w.later())


@act("webhook.switch_off")
def switch_webhook_off(w: World) -> Act:
    hook = webhook(w)
    return lambda: webhooks.switch(w.session, hook, on=False, **w.later())


@act("webhook.switch_on")
def switch_webhook_on(w: World) -> Act:
    hook = webhook(w)
    webhooks.switch(w.session, hook, on=False, **w.later())
    return lambda: webhooks.switch(w.session, hook, on=True, **w.later())
