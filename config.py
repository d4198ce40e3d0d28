"""Deployment settings, read once from the environment (CMS_*) and `.env`; an unsafe production is refused."""

import os
import secrets
from dataclasses import dataclass
from ipaddress import ip_address
from pathlib import Path
from urllib.parse import urlsplit

from dotenv import dotenv_values

ROOT = Path(__file__).resolve().parent
ENVIRONMENTS = ("development", "testing", "staging", "production")
MINIMUM_SECRET = 32
MINIMUM_TOKEN = 20
BASE_URL = "http://127.0.0.1:8000"
Values = dict[str, str]
KNOWN_SECRETS = (
    "changeme",
    "change-me",
    "secret",
    "password",
    "copydesk",
    "development",
    "example",
    "0123456789",
)


class ConfigError(Exception):
    """A setting that would make this installation unsafe or unusable; the text says what to set."""


@dataclass(frozen=True)
class Config:
    """Everything a deployer decides. What an owner decides in the back office lives in `cms.settings`."""

    env: str
    secret_key: str
    database_url: str
    redis_url: str | None
    broker_url: str | None
    storage_url: str
    mail_url: str
    base_url: str
    asset_url: str | None
    trusted_proxies: int
    instance: Path
    limits: bool
    staging_mail: bool
    log_file: Path | None
    log_megabytes: int
    log_kept_pages: bool
    slow_milliseconds: int
    request_seconds: int
    metrics_token: str | None
    keep_pages: bool
    private_hooks: bool
    backups: Path
    stored_pages: Path | None
    reads_log: Path | None

    @property
    def is_public(self) -> bool:
        """Staging is production's twin: only indexing, the banner and outgoing mail differ."""
        return self.env in ("staging", "production")

    @property
    def is_rehearsal(self) -> bool:
        return self.env == "staging"

    @property
    def is_https(self) -> bool:
        return self.base_url.startswith("https://")


def load(env: str | None = None, *, base_url: str = BASE_URL) -> Config:
    """Read the environment; raises ConfigError with one sentence where production would be unsafe.

    `.env` fills in what the environment does not say; tests look at the environment alone. `base_url` is where
    development is reached unless CMS_BASE_URL says otherwise.
    """
    kept = {} if env == "testing" else dotenv_values(ROOT / ".env")
    read = {name: value for name, value in {**kept, **os.environ}.items() if value}
    return _checked(read, env or _text(read, "ENV") or "development", base_url)


def _checked(read: Values, env: str, base_url: str) -> Config:
    if env not in ENVIRONMENTS:
        raise ConfigError(f"CMS_ENV is “{env}”; it must be one of {', '.join(ENVIRONMENTS)}.")
    instance = Path(_text(read, "INSTANCE") or ROOT / "instance").resolve()
    config = Config(
        env=env,
        secret_key=_secret(_text(read, "SECRET_KEY"), instance, env),
        database_url=_database_url(_text(read, "DATABASE_URL"), instance),
        redis_url=_redis_url(_text(read, "REDIS_URL")),
        broker_url=_broker_url(_text(read, "BROKER_URL")),
        storage_url=_storage_url(_text(read, "STORAGE_URL"), instance),
        mail_url=_text(read, "MAIL_URL") or "console:",
        base_url=(_text(read, "BASE_URL") or base_url).rstrip("/"),
        asset_url=_text(read, "ASSET_URL"),
        trusted_proxies=_whole(read, "TRUSTED_PROXIES"),
        instance=instance,
        limits=_text(read, "LIMITS") != "off",
        staging_mail=_text(read, "STAGING_MAIL") == "send",
        log_file=_log_file(_text(read, "LOG_FILE")),
        log_megabytes=_whole(read, "LOG_MEGABYTES", 20),
        request_seconds=_whole(read, "REQUEST_SECONDS", 60),
        log_kept_pages=_text(read, "LOG_KEPT_PAGES") == "on",
        slow_milliseconds=_whole(read, "SLOW_MILLISECONDS", 500),
        metrics_token=_metrics_token(_text(read, "METRICS_TOKEN")),
        keep_pages=_text(read, "KEEP_PAGES") != "off",
        private_hooks=_text(read, "PRIVATE_HOOKS") == "allow",
        backups=Path(_text(read, "BACKUP_FOLDER") or instance / "backups").resolve(),
        stored_pages=_whole_path("CMS_STORED_PAGES", _text(read, "STORED_PAGES"), such_as="/run/copydesk/pages"),
        reads_log=_whole_path("CMS_READS_LOG", _text(read, "READS_LOG"), such_as="/run/copydesk-reads/reads.log"),
    )
    _refuse_unsafe(config, is_address_given=bool(_text(read, "BASE_URL")))
    return config


def _refuse_unsafe(config: Config, *, is_address_given: bool) -> None:
    """What only development and tests may do, an address that nobody could be sent to, and half of a setting."""
    if config.reads_log is not None and config.stored_pages is None:
        raise ConfigError("CMS_READS_LOG tells of pages from disk: it needs CMS_STORED_PAGES.")
    if not _is_address(config.base_url):
        raise ConfigError("CMS_BASE_URL must be an address such as https://www.example.com.")
    if not config.is_public:
        return
    if not is_address_given:
        raise ConfigError(
            "CMS_BASE_URL is not set. Set it to the address of the site, such as https://www.example.com."
        )
    if not config.is_https and not _is_loopback(config.base_url):
        raise ConfigError("CMS_BASE_URL must begin with https://: passwords and cookies cross the network.")
    if not config.limits:
        raise ConfigError("CMS_LIMITS=off is only for development and testing. Remove it.")
    if config.private_hooks:
        raise ConfigError("CMS_PRIVATE_HOOKS=allow is only for development and testing. Remove it.")


def _text(read: Values, name: str) -> str | None:
    return read.get(f"CMS_{name}", "").strip() or None


def _whole(read: Values, name: str, default: int = 0) -> int:
    text = _text(read, name) or str(default)
    if not text.isascii() or not text.isdigit():
        raise ConfigError(f"CMS_{name} must be 0 or a larger whole number.")
    return int(text)


def _is_address(url: str) -> bool:
    try:
        parts = urlsplit(url)
        return parts.scheme in ("http", "https") and bool(parts.hostname) and parts.port != 0
    except ValueError:  # a bracket or a port that is none
        return False


def _is_loopback(url: str) -> bool:
    host = urlsplit(url).hostname or ""
    try:
        return host == "localhost" or ip_address(host).is_loopback
    except ValueError:
        return False


def _storage_url(url: str | None, instance: Path) -> str:
    if url is None:
        return (instance / "media").as_uri()
    if url.startswith(("file:///", "file://localhost/")):
        return url
    raise ConfigError("CMS_STORAGE_URL must begin with file:///.")


def _log_file(path: str | None) -> Path | None:
    if path is None:
        return None
    if not (folder := Path(path).resolve().parent).is_dir():
        raise ConfigError(f"CMS_LOG_FILE cannot be written: there is no folder {folder}.")
    return Path(path)


def _redis_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("redis://", "rediss://", "unix://")):
        raise ConfigError("CMS_REDIS_URL must begin with redis://, rediss:// or unix://.")
    return url


def _broker_url(url: str | None) -> str | None:
    if url is not None and not url.startswith(("redis://", "rediss://", "amqp://", "amqps://")):
        raise ConfigError("CMS_BROKER_URL must begin with redis:// or amqp://.")
    return url


def _metrics_token(token: str | None) -> str | None:
    if token is not None and len(token) < MINIMUM_TOKEN:
        raise ConfigError(f"CMS_METRICS_TOKEN is shorter than {MINIMUM_TOKEN} characters.")
    return token


def _whole_path(setting: str, path: str | None, *, such_as: str) -> Path | None:
    if path is None:
        return None
    if not path.startswith("/"):
        raise ConfigError(f"{setting} must be a whole path, such as {such_as}.")
    return Path(path)


def _database_url(url: str | None, instance: Path) -> str:
    """SQLite by default; PostgreSQL always through psycopg 3, whichever of its spellings is given."""
    if url is None:
        return f"sqlite:///{instance / 'copydesk.db'}"
    for spelling in ("postgresql://", "postgres://"):
        if url.startswith(spelling):
            return "postgresql+psycopg://" + url.removeprefix(spelling)
    if url.startswith(("sqlite:///", "postgresql+psycopg://")):
        return url
    raise ConfigError("CMS_DATABASE_URL must begin with sqlite:/// or postgresql://.")


def _secret(secret: str | None, instance: Path, env: str) -> str:
    if env in ("staging", "production"):
        return _refuse_weak(secret)
    return secret or _generated_secret(instance)


def _refuse_weak(secret: str | None) -> str:
    hint = 'Make one with: python3 -c "import secrets; print(secrets.token_urlsafe(48))"'
    if not secret:
        raise ConfigError(f"CMS_SECRET_KEY is not set. {hint}")
    if len(secret) < MINIMUM_SECRET:
        raise ConfigError(f"CMS_SECRET_KEY is shorter than {MINIMUM_SECRET} characters. {hint}")
    if len(set(secret)) < 12 or any(known in secret.casefold() for known in KNOWN_SECRETS):
        raise ConfigError(f"CMS_SECRET_KEY is a known or guessable value. {hint}")
    return secret


def _generated_secret(instance: Path) -> str:
    """One secret per installation, kept with mode 0600; whoever loses the race reads the winner's."""
    path = instance / "secret_key"
    instance.mkdir(mode=0o700, parents=True, exist_ok=True)
    if not path.exists():
        draft = instance / f".secret_key.{os.getpid()}.{secrets.token_hex(4)}"
        with os.fdopen(os.open(draft, os.O_WRONLY | os.O_CREAT | os.O_EXCL, 0o600), "w") as file:
            file.write(secrets.token_urlsafe(48))
        try:
            os.link(draft, path)
        except FileExistsError:
            pass
        finally:
            draft.unlink()
    return path.read_text().strip()
