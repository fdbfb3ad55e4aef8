"""Loads the launcher, a file without .py, as a module."""

import importlib.util
import sys
from importlib.machinery import SourceFileLoader
from pathlib import Path

import pytest

ROOT = Path(__file__).resolve().parents[2]


@pytest.fixture
def launcher(monkeypatch):
    # Otherwise the loader leaves a compiled file beside the launcher.
    monkeypatch.setattr(sys, "dont_write_bytecode", True)
    loader = SourceFileLoader("huixiang_launcher", str(ROOT / "huixiang"))
    module = importlib.util.module_from_spec(importlib.util.spec_from_loader(loader.name, loader))
    loader.exec_module(module)
    return module


@pytest.fixture
def house(launcher, monkeypatch, tmp_path):
    """A launcher whose checkout is an empty folder, with a name that people here give to folders."""
    root = tmp_path / "我的 项目"
    (root / "var").mkdir(parents=True)
    monkeypatch.setattr(launcher, "ROOT", root)
    monkeypatch.setattr(launcher, "VENV", root / ".venv")
    monkeypatch.setattr(launcher, "UNFINISHED", root / "var" / "setup-unfinished")
    return launcher
