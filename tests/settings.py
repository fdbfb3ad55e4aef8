"""The product's settings, with the switch for tests set before they are read (a conftest would come too late)."""

import os

os.environ["HUIXIANG_TEST"] = "1"

from huixiang.config.settings import *  # noqa: E402, F403
