import pytest

REQUIREMENTS = """\
django==5.2.1 \\
    --hash=sha256:aaa
psycopg[binary]==3.3.0 ; python_version >= "3.11" \\
    --hash=sha256:bbb
    # via -r requirements/base.in
"""
WANTED = {"django": "5.2.1", "psycopg": "3.3.0"}


@pytest.fixture
def built(house):
    """A house with a virtual environment in which WANTED is installed."""
    python = house.VENV / "bin" / "python"
    python.parent.mkdir(parents=True)
    python.write_text("#!/bin/sh\n")
    python.chmod(0o755)
    house.write_stamp(house.VENV, dict(WANTED, python=house.python_behind(house.VENV)))
    return house


def ready(house, wanted=None):
    return house.is_ready(house.VENV, wanted or WANTED, house.UNFINISHED)


def test_pins_are_read_without_extras_markers_and_hashes(launcher):
    assert launcher.pins(REQUIREMENTS) == WANTED


def test_every_line_of_the_real_files_is_a_pin_with_a_hash(launcher):
    for name in ("base.txt", "dev.txt"):
        text = (launcher.ROOT / "requirements" / name).read_text()
        starts = [line for line in text.splitlines() if line and not line.startswith((" ", "#"))]
        assert len(launcher.pins(text)) == len(starts)
        assert all(line.endswith("\\") for line in starts), "a pin without a hash would be refused by pip"


def test_dev_requirements_hold_the_base_ones_so_that_switching_installs_nothing(launcher):
    base, dev = (launcher.pins((launcher.ROOT / "requirements" / f).read_text()) for f in ("base.txt", "dev.txt"))
    assert base.items() <= dev.items()


def test_finished_installation_is_ready(built):
    assert ready(built)


def test_newer_pin_is_not_ready(built):
    assert not ready(built, {"django": "5.2.2"})


def test_broken_off_setup_is_not_ready(built):
    built.UNFINISHED.touch()
    assert not ready(built)


def test_other_python_behind_the_link_is_not_ready(built):
    python = built.VENV / "bin" / "python"
    python.rename(built.VENV / "bin" / "python3.13")
    python.symlink_to("python3.13")
    assert not ready(built)


def test_vanished_python_is_not_ready(built):
    (built.VENV / "bin" / "python").unlink()
    assert not ready(built)


def test_damaged_stamp_is_not_ready(built):
    (built.VENV / "huixiang-installed.json").write_text("{")
    assert not ready(built)


def test_failed_installation_leaves_the_mark_for_the_next_launch(built, monkeypatch):
    def fail(_command, failure):
        raise built.SetupError(failure)

    monkeypatch.setattr(built, "run_step", fail)
    with pytest.raises(built.SetupError):
        built.install(built.ROOT / "base.txt", {"django": "6.0"})
    assert built.UNFINISHED.exists()


def test_setup_after_a_broken_one_makes_the_environment_anew(built, monkeypatch):
    commands = []
    monkeypatch.setattr(built, "run_step", lambda command, _failure: commands.append(command))
    requirements = built.ROOT / "base.txt"
    requirements.write_text(REQUIREMENTS)
    built.UNFINISHED.touch()
    built.ensure_ready(requirements)
    assert [("venv" in command, "--require-hashes" in command) for command in commands] == [
        (True, False),
        (False, True),
    ]
    assert ready(built)


def test_second_launch_waits_for_the_first_and_installs_nothing(built, monkeypatch):
    requirements = built.ROOT / "base.txt"
    requirements.write_text(REQUIREMENTS)
    stamp = built.VENV / "huixiang-installed.json"
    finished = stamp.read_text()
    stamp.unlink()

    class FirstLaunchFinishes:
        def __init__(self, _path):
            pass

        def __enter__(self):
            stamp.write_text(finished)

        def __exit__(self, *_reason):
            return False

    monkeypatch.setattr(built, "setup_lock", FirstLaunchFinishes)
    monkeypatch.setattr(built, "run_step", lambda *_: pytest.fail("nothing is left to install"))
    built.ensure_ready(requirements)
