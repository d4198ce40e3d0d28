"""Where people are in the back office, and the links that are sent to them."""

import re

from flask_mailman import EmailMessage

LIST = "/admin/users/"


def path_in(mail: EmailMessage) -> str:
    found = re.search(r"http://localhost(/\S+)", mail.body)
    assert found
    return found[1]
