"""`python -m huixiang COMMAND`: Django's management commands, under the name that people type."""

import os
import sys
from pathlib import Path


def main() -> None:
    """Run one management command; only the demo and measurements may run on throwaway secrets."""
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "huixiang.config.settings")
    if sys.argv[1:2] != ["train"]:
        # Judging is many small products: threads of the linear algebra double the work and save no time.
        os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
    if sys.argv[1:2] == ["demo"]:
        os.environ["HUIXIANG_DEMO"] = "1"
    if sys.argv[1:2] == ["bench"]:
        sys.path.insert(0, str(Path(__file__).resolve().parents[2]))
        os.environ["DJANGO_SETTINGS_MODULE"] = "bench.settings"
    from django.core.management import execute_from_command_line

    execute_from_command_line(["huixiang", *sys.argv[1:]])


if __name__ == "__main__":
    try:
        main()
    except KeyboardInterrupt:
        # 128 + SIGINT, as shells have it; a person who pressed Ctrl-C needs no traceback.
        sys.exit(130)
