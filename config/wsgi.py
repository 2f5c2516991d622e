"""What gunicorn serves, with everything in place before the first visitor comes."""

import gc
import os
from pathlib import Path

from django.conf import settings
from django.core.wsgi import get_wsgi_application
from django.template import Engine
from django.template.loader import get_template
from django.urls import get_resolver
from django.utils import translation

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
application = get_wsgi_application()


def make_ready() -> None:
    """Import every view, read every template and both languages: once, before workers are forked from this process.

    What is there then stays: the garbage collector need not look through it again and again. No database is asked.
    """
    get_resolver().url_patterns  # noqa: B018 reading it imports them
    for folder in map(Path, Engine.get_default().dirs):
        for template in folder.rglob("*.html"):
            get_template(str(template.relative_to(folder)))
    for language, _name in settings.LANGUAGES:
        with translation.override(language):
            translation.gettext("")
    gc.collect()
    gc.freeze()


make_ready()
