import pytest


def answers(table):
    return lambda executable: table[executable]


def test_first_python_that_is_new_enough_is_taken(launcher):
    pythons = {"old": ((3, 9), True), "good": ((3, 12), True), "newer": ((3, 13), True)}
    assert launcher.choose_python(list(pythons), answers(pythons)) == "good"


def test_python_that_does_not_run_is_passed_over(launcher):
    pythons = {"broken": None, "good": ((3, 11), True)}
    assert launcher.choose_python(list(pythons), answers(pythons)) == "good"


def test_python_without_venv_is_passed_over_for_one_with_it(launcher):
    pythons = {"bare": ((3, 12), False), "good": ((3, 11), True)}
    assert launcher.choose_python(list(pythons), answers(pythons)) == "good"


def test_missing_venv_names_the_package_to_install(launcher):
    with pytest.raises(launcher.SetupError, match=r"apt-get install python3\.11-venv"):
        launcher.choose_python(["bare"], answers({"bare": ((3, 11), False)}))


def test_too_old_python_is_named_with_its_version(launcher):
    with pytest.raises(launcher.SetupError, match=r"3\.11 or newer is needed, and /usr/bin/python3 is 3\.9"):
        launcher.choose_python(["/usr/bin/python3"], answers({"/usr/bin/python3": ((3, 9), True)}))


def test_probe_tells_a_real_version_and_a_missing_module(launcher):
    import sys

    version, has_module = launcher.probe(sys.executable, "no_such_module_here")
    assert (version, has_module) == (sys.version_info[:2], False)


def test_probe_of_something_that_is_no_python_is_none(launcher):
    assert launcher.probe("/bin/false") is None
    assert launcher.probe("/nowhere/python3") is None
