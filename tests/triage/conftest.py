from tests.workbench_b.conftest import desk

__all__ = ["desk"]
