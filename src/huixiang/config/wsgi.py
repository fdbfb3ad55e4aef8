"""The entry for the production server."""

import gc
import os

from django.core.wsgi import get_wsgi_application

os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huixiang.config.settings")
application = get_wsgi_application()
# What is loaded by now stays: collecting garbage need not walk it again, nor after every 700 new objects of a page.
gc.collect()
gc.freeze()
gc.set_threshold(20_000, 20, 50)
