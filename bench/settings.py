"""The product's settings for a measurement: as in production, but over plain HTTP, without rate limits that bite.

Read by the measuring command and by the server it starts; the secrets are for throwaway data alone.
"""

import os
from base64 import urlsafe_b64encode

from bench import FOLDER

for _name in ("HUIXIANG_SECRET_KEY", "HUIXIANG_FIELD_KEYS", "HUIXIANG_HASH_KEY"):
    # Fixed, because filled databases are kept between runs and hold texts sealed with them.
    os.environ[_name] = urlsafe_b64encode(b"only for measuring, no real data").decode()
os.environ.update(
    HUIXIANG_DATA_DIR=str(FOLDER),
    HUIXIANG_HTTPS="0",
    HUIXIANG_DEBUG="0",
    HUIXIANG_DEMO="0",
    HUIXIANG_RATE_SCALE="1000000",
    # The driver says where each visitor comes from: thousands of tries from one address are not what is measured.
    HUIXIANG_TRUST_PROXY="1",
    HUIXIANG_IDLE_MINUTES="1440",
    HUIXIANG_LOG_LEVEL="WARNING",
    HUIXIANG_SMS_URL="",
)
os.environ.pop("HUIXIANG_ORIGIN", None)
os.environ.pop("HUIXIANG_HOSTS", None)

from huixiang.config.settings import *  # noqa: E402, F403
from huixiang.config.settings import MIDDLEWARE as PRODUCT_MIDDLEWARE  # noqa: E402

ROOT_URLCONF = "bench.urls"
MIDDLEWARE = ["bench.counting.CountQueries", *PRODUCT_MIDDLEWARE]
