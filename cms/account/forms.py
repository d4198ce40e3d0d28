"""The forms of signing in and of one's own account; each field carries what browsers and password managers look for.

What a value must be is said once, by the domain: a form asks only whether something was entered.
"""

from collections.abc import Callable
from typing import Any

from flask_babel import lazy_gettext
from flask_wtf import FlaskForm
from flask_wtf.file import FileField
from wtforms import (
    BooleanField,
    EmailField,
    HiddenField,
    PasswordField,
    SelectField,
    SelectMultipleField,
    StringField,
    TextAreaField,
)
from wtforms.validators import InputRequired

from cms.accounts.actions.second_factors import KEY_NAME_LENGTH
from cms.accounts.names import BIO_LENGTH, EMAIL_LENGTH, NAME_LENGTH
from cms.accounts.passwords import LEAST
from cms.core.errors import CmsError, Faults, marked
from cms.core.text import USERNAME_LENGTH
from cms.settings.declared import BY_KEY
from cms.tokens.models import LONGEST_NAME

NEW_PASSWORD = {"autocomplete": "new-password", "minlength": LEAST}
PASSWORD_HELP = lazy_gettext("At least %(least)s characters; 12 or more are better.", least=LEAST)
CODE = {"autocomplete": "one-time-code", "inputmode": "numeric", "maxlength": 12, "autocapitalize": "none"}


def required(message: Any) -> list[InputRequired]:
    return [InputRequired(message)]


class AccountForm(FlaskForm):
    def require(self, **checks: Callable[[str], object]) -> None:
        """Raise all that is wrong: what WTForms would only note, and what the domain says of each field filled in."""
        self.validate()
        faults = Faults()
        for name, check in checks.items():
            if not self[name].errors:
                with faults.of(name):
                    check(self[name].data or "")
        if faults or self.errors:
            raise marked(faults)

    def show(self, refusal: CmsError) -> None:
        """Put each sentence beside the field it is about, and any other above the form."""
        about = {name: text for name, text in getattr(refusal, "fields", {}).items() if name in self}
        for name, text in about.items():
            self[name].errors = [*self[name].errors, text]
        if not about and not self.errors:
            self.form_errors.append(refusal.message)


class SignInForm(AccountForm):
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=required(lazy_gettext("Enter your e-mail address.")),
        render_kw={"autocomplete": "username webauthn", "maxlength": EMAIL_LENGTH, "autofocus": True},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=required(lazy_gettext("Enter your password.")),
        render_kw={"autocomplete": "current-password"},
    )
    remember = BooleanField(lazy_gettext("Keep me signed in on this device"))
    next = HiddenField()


class CodeForm(AccountForm):
    code = StringField(
        lazy_gettext("Code"),
        validators=required(lazy_gettext("Enter the code that your app shows.")),
        render_kw=CODE,
    )


class RecoveryForm(AccountForm):
    code = StringField(
        lazy_gettext("Recovery code"),
        validators=required(lazy_gettext("Enter one of your recovery codes.")),
        render_kw={"autocomplete": "off", "autocapitalize": "none", "spellcheck": "false", "maxlength": 40},
    )


class NameFields(AccountForm):
    """What a new account is called."""

    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=required(lazy_gettext("Enter an e-mail address.")),
        render_kw={"autocomplete": "email", "maxlength": EMAIL_LENGTH},
    )
    username = StringField(
        lazy_gettext("Username"),
        validators=required(lazy_gettext("Choose a username.")),
        render_kw={"autocomplete": "username", "autocapitalize": "none", "maxlength": USERNAME_LENGTH},
    )
    display_name = StringField(
        lazy_gettext("Name"), default="", render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH}
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=required(lazy_gettext("Choose a password.")),
        description=PASSWORD_HELP,
        render_kw=NEW_PASSWORD,
    )


class RegisterForm(NameFields):
    pass


class SetUpForm(NameFields):
    title = StringField(
        lazy_gettext("Title of the site"),
        validators=required(lazy_gettext("Give the site a title.")),
        render_kw={"maxlength": BY_KEY["title"].max_length, "autocomplete": "off"},
    )
    timezone = SelectField(lazy_gettext("Time zone"), default="UTC")


class ConfirmForm(AccountForm):
    """The name is only asked for where the one that was chosen has been taken since."""

    username = StringField(
        lazy_gettext("Username"),
        default="",
        render_kw={"autocomplete": "username", "autocapitalize": "none", "maxlength": USERNAME_LENGTH},
    )
    password = PasswordField(
        lazy_gettext("Password"),
        validators=required(lazy_gettext("Enter the password that you chose.")),
        render_kw={"autocomplete": "current-password"},
    )


class ForgotForm(AccountForm):
    email = EmailField(
        lazy_gettext("E-mail address"),
        validators=required(lazy_gettext("Enter your e-mail address.")),
        render_kw={"autocomplete": "email", "maxlength": EMAIL_LENGTH},
    )


class NewPasswordForm(AccountForm):
    password = PasswordField(
        lazy_gettext("New password"),
        validators=required(lazy_gettext("Choose a password.")),
        description=PASSWORD_HELP,
        render_kw=NEW_PASSWORD,
    )


class LinkForm(AccountForm):
    """A button alone: opening a link changes nothing, since mail programs open links as well."""


class ProfileForm(AccountForm):
    display_name = StringField(
        lazy_gettext("Name"), default="", render_kw={"autocomplete": "name", "maxlength": NAME_LENGTH}
    )
    bio = TextAreaField(lazy_gettext("About you"), default="", render_kw={"rows": 4, "maxlength": BIO_LENGTH})
    timezone = SelectField(lazy_gettext("Time zone"), default="", validate_choice=False)
    locale = SelectField(lazy_gettext("Language"), default="", validate_choice=False)


class AvatarForm(AccountForm):
    avatar = FileField(
        lazy_gettext("Picture"), render_kw={"accept": "image/jpeg,image/png,image/webp,image/gif,image/avif"}
    )


class CurrentPasswordForm(AccountForm):
    """Asked for before anything that an open screen alone must not be enough for."""

    current_password = PasswordField(
        lazy_gettext("Current password"),
        validators=required(lazy_gettext("Enter your current password.")),
        render_kw={"autocomplete": "current-password"},
    )


class ChangePasswordForm(CurrentPasswordForm, NewPasswordForm):
    pass


class ChangeEmailForm(AccountForm):
    current_password = PasswordField(
        lazy_gettext("Current password"),
        id="current_password_for_email",
        validators=required(lazy_gettext("Enter your current password.")),
        render_kw={"autocomplete": "current-password"},
    )
    email = EmailField(
        lazy_gettext("New e-mail address"),
        validators=required(lazy_gettext("Enter the new address.")),
        render_kw={"autocomplete": "email", "maxlength": EMAIL_LENGTH},
    )


class PasskeyForm(AccountForm):
    name = StringField(
        lazy_gettext("Name of the passkey"), default="", render_kw={"maxlength": KEY_NAME_LENGTH, "autocomplete": "off"}
    )


class TokenForm(AccountForm):
    """What a new token is called, what it may do, and how long."""

    name = StringField(
        lazy_gettext("Name"),
        validators=required(lazy_gettext("Enter a name by which you know it again.")),
        description=lazy_gettext("Which program will use it, such as “Importer on the server”."),
        render_kw={"maxlength": LONGEST_NAME, "autocomplete": "off"},
    )
    days = SelectField(lazy_gettext("Good for"), choices=[], default="30", validate_choice=False)
    #: What may be chosen is said by the page, and judged by the domain.
    scopes = SelectMultipleField(lazy_gettext("Rights"), choices=[], validate_choice=False)
