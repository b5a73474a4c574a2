"""Settings. Everything that differs between installations comes from the environment (.env.example)."""

from datetime import timedelta
from typing import Any

from celery.schedules import crontab
from kombu import Queue

from portal import env

env.read_file()
env.keep_private()

BASE_DIR = env.ROOT
VAR = env.var()
DEBUG = env.debug()

# --- who may reach it -------------------------------------------------------------------------

SECRET_KEY = env.secret_key()
ALLOWED_HOSTS = env.allowed_hosts()
PORTAL_URL = env.portal_url()
env.need_named(PORTAL_URL, ALLOWED_HOSTS)
CSRF_TRUSTED_ORIGINS = env.trusted_origins(PORTAL_URL)
TRUSTED_PROXIES = env.trusted_proxies()
PORTAL_DEMO_PASSWORD = env.text("PORTAL_DEMO_PASSWORD", "demo")

SECURE_COOKIES = env.flag("SECURE_COOKIES", not DEBUG)
if SECURE_COOKIES and PORTAL_URL.startswith("http://"):
    raise env.Misconfigured(
        "PORTAL_URL is http:// but cookies go over https only, so nobody could sign in:"
        " use https:// or, inside a closed network, set SECURE_COOKIES=0."
    )
SESSION_COOKIE_SECURE = CSRF_COOKIE_SECURE = SECURE_COOKIES
SESSION_COOKIE_HTTPONLY = True
SESSION_COOKIE_AGE = 12 * 60 * 60
SECURE_SSL_REDIRECT = env.flag("SECURE_SSL_REDIRECT", False)
if SECURE_SSL_REDIRECT and not TRUSTED_PROXIES:
    raise env.Misconfigured(
        "SECURE_SSL_REDIRECT=1 sends every request round for ever unless the proxy that speaks https is"
        " believed: set TRUSTED_PROXIES to its address."
    )
SECURE_REDIRECT_EXEMPT = [r"^(healthz|readyz)$"]
SECURE_HSTS_SECONDS = env.number("SECURE_HSTS_SECONDS", 0)
SECURE_HSTS_INCLUDE_SUBDOMAINS = False
# From anybody but a trusted proxy the header never gets this far (portal.middleware).
SECURE_PROXY_SSL_HEADER = ("HTTP_X_FORWARDED_PROTO", "https")
SECURE_REFERRER_POLICY = "same-origin"
X_FRAME_OPTIONS = "DENY"

# --- what it is made of -----------------------------------------------------------------------

INSTALLED_APPS = [
    "portal",
    "audit",
    "committees",
    "notices",
    "tasks",
    "imports",
    "reminders",
    "reports",
    "search",
    "demo",
    "portal.apps.AdminConfig",
    "django.contrib.auth",
    "django.contrib.contenttypes",
    "django.contrib.sessions",
    "django.contrib.messages",
    "django.contrib.staticfiles",
    "django.contrib.humanize",
    "guardian",
    "rest_framework",
    "drf_spectacular",
    "django_filters",
    "django_htmx",
]

MIDDLEWARE = [
    # First of all: whoever comes after it reads the caller's address and scheme.
    "portal.middleware.ProxyMiddleware",
    "django.middleware.security.SecurityMiddleware",
    "portal.middleware.ContentSecurityPolicyMiddleware",
    # Before anything that asks for the host: a probe knows only an address.
    "portal.middleware.ProbeMiddleware",
    "whitenoise.middleware.WhiteNoiseMiddleware",
    "django.contrib.sessions.middleware.SessionMiddleware",
    "django.middleware.common.CommonMiddleware",
    "django.middleware.csrf.CsrfViewMiddleware",
    "django.contrib.auth.middleware.AuthenticationMiddleware",
    "portal.middleware.AskingOnceMiddleware",
    # After sign-in is known: a person's own language wins over the browser's.
    "portal.middleware.LanguageMiddleware",
    "django.contrib.messages.middleware.MessageMiddleware",
    "django.middleware.clickjacking.XFrameOptionsMiddleware",
    "django_htmx.middleware.HtmxMiddleware",
    "portal.sent_once.SentOnceMiddleware",
    "portal.middleware.RefusalMiddleware",
]

ROOT_URLCONF = "portal.urls"
CSRF_FAILURE_VIEW = "portal.shared.errors.form_too_old"
WSGI_APPLICATION = "portal.wsgi.application"
DEFAULT_AUTO_FIELD = "django.db.models.BigAutoField"

TEMPLATES: list[dict[str, Any]] = [
    {
        "BACKEND": "django.template.backends.django.DjangoTemplates",
        "DIRS": [BASE_DIR / "templates"],
        "APP_DIRS": True,
        "OPTIONS": {
            "context_processors": [
                "django.template.context_processors.debug",
                "django.template.context_processors.request",
                "django.template.context_processors.i18n",
                "django.contrib.auth.context_processors.auth",
                "django.contrib.messages.context_processors.messages",
                "portal.context.shell",
            ],
            # {% csrf_token %} writes the one-time key of the form too.
            "builtins": ["portal.templatetags.form_secrets"],
        },
    }
]

# --- people -----------------------------------------------------------------------------------

AUTH_USER_MODEL = "committees.Person"
AUTHENTICATION_BACKENDS = [
    "committees.backends.PasswordBackend",
    "committees.backends.AccessBackend",
]
AUTH_PASSWORD_VALIDATORS = [
    {"NAME": f"django.contrib.auth.password_validation.{name}"}
    for name in (
        "UserAttributeSimilarityValidator",
        "MinimumLengthValidator",
        "CommonPasswordValidator",
        "NumericPasswordValidator",
    )
]
# Of a first password; of an account that has one it is a day (committees/passwords/tokens.py).
PASSWORD_RESET_TIMEOUT = 7 * 24 * 60 * 60
LOGIN_URL = "/accounts/login/"
LOGIN_REDIRECT_URL = "/"
LOGOUT_REDIRECT_URL = LOGIN_URL
# guardian would otherwise make a person called AnonymousUser.
ANONYMOUS_USER_NAME = None
GUARDIAN_MONKEY_PATCH_USER = False
# committees.backends answers in the place of guardian's own backend.
SILENCED_SYSTEM_CHECKS = ["guardian.W001"]

# --- what it keeps ----------------------------------------------------------------------------

DATABASES = {"default": env.database()}

REDIS_URL = env.redis_url(0)
CACHES: dict[str, dict[str, Any]] = {
    "default": {
        "BACKEND": "portal.cache.ForgivingRedisCache",
        "LOCATION": env.redis_url(1),
        "OPTIONS": {"socket_connect_timeout": 1, "socket_timeout": 1},
    }
}

STATIC_URL = "/static/"
STATIC_ROOT = VAR / "static"
STATICFILES_DIRS = [BASE_DIR / "static"]
# Also with DEBUG on, so that a page weighs in a demonstration what it weighs in earnest.
WHITENOISE_AUTOREFRESH = WHITENOISE_USE_FINDERS = False
# Never under a public address: a file is handed out by a view that asks who is asking.
MEDIA_ROOT = VAR / "files"
STORAGES = {
    "default": {"BACKEND": "django.core.files.storage.FileSystemStorage"},
    "staticfiles": {"BACKEND": "whitenoise.storage.CompressedManifestStaticFilesStorage"},
}
FILE_UPLOAD_HANDLERS = [
    "portal.shared.uploads.TooLargeIsDropped",
    "django.core.files.uploadhandler.MemoryFileUploadHandler",
    "django.core.files.uploadhandler.TemporaryFileUploadHandler",
]
FILE_UPLOAD_PERMISSIONS = 0o600
FILE_UPLOAD_DIRECTORY_PERMISSIONS = 0o700
FILE_UPLOAD_MAX_MEMORY_SIZE = 2_621_440
DATA_UPLOAD_MAX_MEMORY_SIZE = 2_621_440  # fields of a form; files are counted by the form that takes them
DATA_UPLOAD_MAX_NUMBER_FIELDS = 2_000
DATA_UPLOAD_MAX_NUMBER_FILES = 20

# --- letters ----------------------------------------------------------------------------------

EMAIL_BACKEND = ""
globals().update(env.email())
EMAIL_TIMEOUT = 20
EMAIL_FILE_PATH = VAR / "mail"
DEFAULT_FROM_EMAIL = env.sender()
SERVER_EMAIL = DEFAULT_FROM_EMAIL
# What a sender that died had in hand is another's after the lease; what a server refused waits for longer
# each time.
LETTER_LEASE = timedelta(minutes=15)
LETTER_PAUSES = [timedelta(minutes=minutes) for minutes in (10, 20, 40, 80, 160, 160)]

# --- silence is seen --------------------------------------------------------------------------

PING_URL = env.ping_url()
# Where the supervisor that started this process says which parts keep dying; nowhere without one.
FAILING_PARTS_FILE = env.text("PORTAL_PARTS_FILE", "")

# --- language and time ------------------------------------------------------------------------

LANGUAGE_CODE = "vi"
LANGUAGE_COOKIE_NAME = "language"
LANGUAGES = [("vi", "Tiếng Việt"), ("en", "English")]
LOCALE_PATHS = [BASE_DIR / "locale", BASE_DIR / "portal" / "django_locale"]
FORMAT_MODULE_PATH = ["portal.formats"]
USE_I18N = True
USE_TZ = True
TIME_ZONE = "Asia/Ho_Chi_Minh"
USE_THOUSAND_SEPARATOR = False  # ids and years would get one too; templates ask for it with intcomma

# --- the API ----------------------------------------------------------------------------------

REST_FRAMEWORK = {
    "DEFAULT_AUTHENTICATION_CLASSES": ["rest_framework.authentication.SessionAuthentication"],
    "DEFAULT_PERMISSION_CLASSES": ["rest_framework.permissions.IsAuthenticated"],
    "DEFAULT_RENDERER_CLASSES": ["rest_framework.renderers.JSONRenderer"],
    "DEFAULT_PARSER_CLASSES": [
        "portal.shared.rest.PlainJSON",
        "rest_framework.parsers.FormParser",
        "rest_framework.parsers.MultiPartParser",
    ],
    "DEFAULT_SCHEMA_CLASS": "drf_spectacular.openapi.AutoSchema",
    "DEFAULT_FILTER_BACKENDS": ["django_filters.rest_framework.DjangoFilterBackend"],
    "DEFAULT_PAGINATION_CLASS": "portal.shared.rest.Pages",
    "PAGE_SIZE": 50,
    "EXCEPTION_HANDLER": "portal.shared.doors.api_exception_handler",
    "TEST_REQUEST_DEFAULT_FORMAT": "json",
}
SPECTACULAR_SETTINGS = {
    "TITLE": "Steering committee portal",
    "DESCRIPTION": "Bodies, memberships, orders, tasks and notices: the same scope and rules as the pages.",
    "VERSION": "1",
    "OAS_VERSION": "3.1.1",
    "SERVE_INCLUDE_SCHEMA": False,
    "SERVE_PERMISSIONS": ["rest_framework.permissions.IsAuthenticated"],
    "COMPONENT_SPLIT_REQUEST": True,
    "COMPONENT_SPLIT_PATCH": False,  # what a PATCH takes is a serializer of its own
    "ENUM_NAME_OVERRIDES": {
        "BeforeMeans": "committees.models.Body.Before",
        "BodyChain": "committees.models.Body.Chain",
        "BodyKind": "committees.models.Body.Kind",
        "BodyLevel": "committees.models.Body.Level",
        "ClearName": "tasks.serializers.CLEARS",
        "CycleStop": "tasks.models.Recurrence.Stop",
        "DueKind": "tasks.models.Task.DueKind",
        "Every": "tasks.models.Recurrence.Every",
        "FanOutState": "tasks.models.FanOut.State",
        "FanOutStop": "tasks.models.FanOut.Stop",
        "EscalationSide": "notices.models.EscalationStep.Side",
        "EvidenceKind": "tasks.models.Evidence.Kind",
        "HelpingKind": "tasks.models.Part.HELPING_CHOICES",
        "Language": "committees.models.Person.Language",
        "Letterhead": "committees.models.Body.Letterhead",
        "ManyVerb": "tasks.many.values.CHOICES",
        "OrderKind": "tasks.models.Order.Kind",
        "PartKind": "tasks.models.Part.Kind",
        "Priority": "tasks.models.Task.Priority",
        "Programme": "tasks.models.Task.Programme",
        "PreferenceHow": "notices.models.Preference.How",
        "RequestKind": "tasks.models.Request.Kind",
        "RequestState": "tasks.models.Request.State",
        "RelationKind": "tasks.models.OrderRelation.Kind",
        "RunOutcome": "tasks.models.RunRow.Outcome",
        "RunState": "tasks.models.Run.State",
        "TaskFate": "tasks.orders.relation_actions.Fate",
        "Role": "committees.roles.Role",
        "Secrecy": "tasks.models.Task.Secrecy",
        "Standing": "tasks.lifecycle.Standing",
        "State": "tasks.lifecycle.State",
    },
    "POSTPROCESSING_HOOKS": [
        "drf_spectacular.hooks.postprocess_schema_enums",
        "portal.shared.schema.say_refusals",
    ],
}

# --- jobs -------------------------------------------------------------------------------------

CELERY_BROKER_URL = env.celery_url(REDIS_URL)
# With the defaults a job in the hands of a killed worker comes back up to 100 s late.
CELERY_BROKER_TRANSPORT_OPTIONS = {
    "visibility_timeout": 600,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_keepalive": True,
    "health_check_interval": 30,
}
CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = None
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 2,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}
# Received files have a queue of their own. A worker that is told nothing serves both and takes from them in
# turn, so that no number of files stands before a letter; `-Q celery` and `-Q files` keep them apart.
CELERY_TASK_QUEUES = (Queue("celery", routing_key="celery"), Queue("files", routing_key="files"))
CELERY_TASK_ROUTES = {"imports.jobs.read_import": {"queue": "files", "routing_key": "files"}}
CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_IGNORE_RESULT = True
CELERY_TASK_SOFT_TIME_LIMIT = 480
CELERY_TASK_TIME_LIMIT = 540  # below the visibility timeout, or a slow job would run twice at once
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_TIMEZONE = TIME_ZONE
# In memory only: every entry is a crontab that asks what is due, so what a stopped beat missed is found by
# the next run, and there is no file that a crash could tear.
CELERY_BEAT_SCHEDULER = "celery.beat:Scheduler"
CELERY_BEAT_SCHEDULE = {
    # All day, not once: a morning that was missed is caught up, and doing it again sends nothing.
    # It expires when the next one comes: after days without a worker not hundreds of them wait in line.
    "remind": {
        "task": "notices.jobs.remind",
        "schedule": crontab(minute="*/10"),
        "options": {"expires": 600},
    },
    "help_send": {
        "task": "notices.jobs.help_send",
        "schedule": crontab(minute="1-59/10"),
        "options": {"expires": 300},
    },
    "tell_at_once": {
        "task": "notices.jobs.tell_at_once",
        "schedule": crontab(minute="*/3"),
        "options": {"expires": 180},
    },
    "send_password_letters": {
        "task": "committees.jobs.send_password_letters",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    "give_fan_outs": {"task": "tasks.jobs.give_fan_outs", "schedule": crontab(), "options": {"expires": 60}},
    "carry_out_runs": {
        "task": "tasks.jobs.carry_out_runs",
        "schedule": crontab(),
        "options": {"expires": 60},
    },
    "forget_runs": {
        "task": "tasks.jobs.forget_runs",
        "schedule": crontab(minute=40),
        "options": {"expires": 3600},
    },
    "read_imports": {"task": "imports.jobs.read_imports", "schedule": crontab(), "options": {"expires": 60}},
    # All day too: a period that began while nothing ran is made by the next run.
    "make_occurrences": {
        "task": "tasks.jobs.make_occurrences",
        "schedule": crontab(minute=5),
        "options": {"expires": 3600},
    },
    "make_exports": {"task": "reports.jobs.make_exports", "schedule": crontab(), "options": {"expires": 60}},
    "expire_exports": {
        "task": "reports.jobs.expire_exports",
        "schedule": crontab(minute=35),
        "options": {"expires": 3600},
    },
    "forget_sent_requests": {
        "task": "committees.jobs.forget_sent_requests",
        "schedule": crontab(minute=50),
        "options": {"expires": 3600},
    },
    "forget_attempts": {
        "task": "committees.jobs.forget_attempts",
        "schedule": crontab(minute=45),
        "options": {"expires": 3600},
    },
    # At night: changes of tasks wait for some seconds.
    "recount_tasks": {
        "task": "tasks.jobs.recount_tasks",
        "schedule": crontab(hour=2, minute=40),
        "options": {"expires": 3600},
    },
    "tick": {"task": "notices.jobs.tick", "schedule": crontab(), "options": {"expires": 60}},
}

# --- logs -------------------------------------------------------------------------------------

LOGGING = {
    "version": 1,
    "disable_existing_loggers": False,
    "formatters": {
        "plain": {"format": "%(levelname)s %(name)s: %(message)s"},
        "json": {"()": "portal.logs.JSONFormatter"},
    },
    "handlers": {"console": {"class": "logging.StreamHandler", "formatter": "plain" if DEBUG else "json"}},
    "root": {
        "handlers": ["console"],
        "level": env.text("LOG_LEVEL", "INFO", choices=("DEBUG", "INFO", "WARNING", "ERROR")),
    },
    "loggers": {"django": {"handlers": [], "propagate": True}},
}
