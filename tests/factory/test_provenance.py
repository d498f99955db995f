"""A digest of code knows what a step computes, and not how it is commented."""

import json
import platform
import re
import socket
import subprocess

import pytest

from gapworks.factory import provenance


@pytest.fixture
def package(tmp_path, monkeypatch):
    """A package of two modules in place of gapworks."""
    (tmp_path / "__init__.py").write_text("")
    (tmp_path / "plot.py").write_text("from gapworks.style import WIDTH\n\nx = WIDTH + 1\n")
    (tmp_path / "style.py").write_text('"""Style."""\n\nWIDTH = 3  # inches\n')
    (tmp_path / "other.py").write_text("y = 1\n")
    monkeypatch.setattr(provenance.gapworks, "__file__", str(tmp_path / "__init__.py"))
    clear_caches()
    yield tmp_path
    clear_caches()


def clear_caches():
    """As in a new process."""
    provenance.code_digest.cache_clear()
    provenance._code.cache_clear()


def digest():
    clear_caches()
    return provenance.code_digest("gapworks.plot")


def test_a_changed_import_changes_the_digest(package):
    before = digest()
    (package / "style.py").write_text("WIDTH = 4\n")
    assert digest() != before


def test_comments_docstrings_and_unrelated_modules_do_not(package):
    before = digest()
    (package / "style.py").write_text('"""The style."""\nWIDTH = 3  # in\n')
    (package / "other.py").write_text("y = 2\n")
    assert digest() == before


def test_another_plan_of_the_same_settings_is_no_other_code(package):
    for folder in ("chain", "chain/physics"):
        (package / folder).mkdir()
        (package / folder / "__init__.py").write_text("")
        (package / folder / "steps.py").write_text("z = 1\n")
    imports = ("gapworks.chain import steps", "gapworks.chain.physics import steps as walk")
    (package / "plot.py").write_text("".join(f"from {one}\n" for one in imports))
    before = digest()
    (package / "chain/steps.py").write_text("z = 2\n")
    assert digest() == before
    assert provenance.code_digest("gapworks.chain.steps") != before
    (package / "chain/physics/steps.py").write_text("z = 2\n")
    assert digest() != before


def test_a_module_that_is_not_there_is_an_error(package):
    with pytest.raises(ModuleNotFoundError, match=r"gapworks\.plots"):
        provenance.code_digest("gapworks.plots")


def test_where_a_file_comes_from_names_no_day_and_no_host(monkeypatch):
    """They would make two runs differ that computed the same."""
    for module, function in ((socket, "gethostname"), (platform, "node")):
        monkeypatch.setattr(module, function, lambda: "node-4711")
    said = json.dumps(provenance.provenance())
    assert not re.search(r"\b20\d\d-\d\d", said)
    assert "node-4711" not in said


def test_the_commit_says_whether_files_differ_from_it(package):
    git = ["git", "-C", str(package), "-c", "user.name=a", "-c", "user.email=a@b"]
    provenance.git_commit.cache_clear()
    assert provenance.git_commit() == "unknown"
    subprocess.run([*git, "init", "-q"], check=True)
    subprocess.run([*git, "add", "."], check=True)
    subprocess.run([*git, "commit", "-qm", "first"], check=True)
    head = subprocess.run([*git, "rev-parse", "HEAD"], check=True, capture_output=True, text=True)
    provenance.git_commit.cache_clear()
    assert provenance.git_commit() == head.stdout.strip()
    (package / "other.py").write_text("y = 3\n")
    provenance.git_commit.cache_clear()
    assert provenance.git_commit() == head.stdout.strip() + "+changes"
    provenance.git_commit.cache_clear()
