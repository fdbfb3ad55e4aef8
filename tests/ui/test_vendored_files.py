import hashlib
import json
import re
from pathlib import Path

import huixiang
import huixiang.ui

ROOM = Path(huixiang.ui.__file__).parent
VENDOR = ROOM / "static" / "vendor"
LISTED = json.loads((VENDOR / "MANIFEST.json").read_text(encoding="utf-8"))["files"]


def test_vendored_files_are_the_ones_the_manifest_names():
    for entry in LISTED:
        assert hashlib.sha256((VENDOR / entry["file"]).read_bytes()).hexdigest() == entry["sha256"], entry["file"]


def test_manifest_lists_every_vendored_file_with_version_and_licence():
    shipped = {path.name for path in VENDOR.iterdir()} - {"MANIFEST.json", "LICENSES.txt"}
    assert shipped == {entry["file"] for entry in LISTED}
    assert all(entry["name"] and entry["version"] and entry["licence"] for entry in LISTED)
    licences = (VENDOR / "LICENSES.txt").read_text(encoding="utf-8")
    assert all(f"{entry['name']}-{entry['version']}" in licences for entry in LISTED)


def test_every_icon_named_in_a_template_is_in_the_sprite(icons):
    rooms = Path(huixiang.__file__).parent
    named = set()
    for template in rooms.rglob("templates/**/*.html"):
        source = template.read_text(encoding="utf-8")
        named |= set(re.findall(r'{%\s*icon "([^"]+)"', source))
        named |= set(re.findall(r'icon_name="([^"]+)"', source))
        named |= set(re.findall(r'{%\s*nav_link "[^"]+" "[^"]+" "([^"]+)"', source))
    assert named - icons == set()


def test_stylesheets_load_nothing_from_elsewhere():
    for path in (*(ROOM / "static" / "ui").glob("*.css"), VENDOR / "bootstrap.min.css"):
        urls = re.findall(r"url\(\s*[\"']?([^)\"']+)", path.read_text(encoding="utf-8"))
        assert not [url for url in urls if url.startswith(("http", "//"))]
    for path in (ROOM / "static" / "ui").glob("*.css"):
        own = re.findall(r'url\("([^"]+)"\)', path.read_text(encoding="utf-8"))
        assert all((path.parent / name).is_file() for name in own)
