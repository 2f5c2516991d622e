"""The names of the icons in the sprite."""

import re

from django.conf import settings

ICONS = frozenset(
    re.findall(r'<symbol id="([^"]+)"', (settings.BASE_DIR / "static/vendor/icons.svg").read_text("utf-8"))
)
