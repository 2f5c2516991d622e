#!/usr/bin/env python3
"""Django's command line for Zhoudao. Brings the embedded servers up when they are needed and nobody else runs them."""

import os
import sys

if __name__ == "__main__":
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    from django.core.management import execute_from_command_line

    from config import embedded

    if embedded.needed_for(sys.argv):
        embedded.ensure_running()
    execute_from_command_line(sys.argv)
