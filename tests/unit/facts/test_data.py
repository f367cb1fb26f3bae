# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where data lie, from the tables of the kernel and of fstab, and whose mongod it is, from its settings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.module_utils.facts import data, mongod

# as of a virtual machine with a disk of its own for data, and one that is mounted twice
MOUNTS = """22 1 254:1 / / rw,relatime shared:1 - ext4 /dev/vda1 rw
25 22 0:23 / /run rw,nosuid - tmpfs tmpfs rw,size=400k
61 22 254:17 / {base}/with\\040blank rw shared:5 - xfs /dev/vdb1 rw
62 22 254:17 / {base}/db rw shared:5 - ext4 /dev/vdc1 rw
63 22 254:33 / {base}/db rw shared:6 - ext4 /dev/vdb1 rw
70 22 0:44 / {base}/nfs rw - nfs4 store:/uploads rw
"""


@pytest.fixture
def base(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Directories, tables, and the identities of disks."""
    root = tmp_path.resolve()
    for name in ("dev", "db", "with blank", "nfs", "plain"):
        (root / name).mkdir()
    tables = {"/proc/self/mountinfo": MOUNTS.format(base=root), "/etc/fstab": ""}
    monkeypatch.setattr(data, "text", tables.get)
    monkeypatch.setattr(data, "_DEVICES", str(root / "dev"))
    (root / "dev" / "0c5e-77").symlink_to("/dev/vdb1")
    monkeypatch.setattr(data, "tables", tables, raising=False)
    return root


def place(path: Path) -> dict[str, Any]:
    return data.place(str(path))


def test_mount_point_and_device_of_a_directory(base: Path) -> None:
    assert (place(base / "db")["mount"], place(base / "db")["device"]) == (str(base / "db"), "0c5e-77")
    assert place(base / "with blank" / "below")["mount"] == str(base / "with blank")
    assert place(base / "nfs")["device"] == "store:/uploads"
    assert (place(base / "plain")["mount"], place(base / "plain")["device"]) == ("/", "")
    assert data.noted(str(base / "db")) == {"mount": str(base / "db"), "device": "0c5e-77"}


def test_link_lies_where_it_leads(base: Path) -> None:
    (base / "link").symlink_to(base / "db")
    assert place(base / "link")["mount"] == str(base / "db")


def test_what_is_in_it(base: Path) -> None:
    assert [place(base / name)["found"] for name in ("db", "none")] == [True, False]
    (base / "db" / "lost+found").mkdir()
    assert place(base / "db")["empty"], "mkfs made it"
    assert place(base / "none")["empty"]
    (base / "db" / "WiredTiger").touch()
    assert (place(base / "db")["empty"], place(base / "db")["database"]) == (False, True)
    (base / "plain" / "file").touch()
    assert (place(base / "plain")["empty"], place(base / "plain")["database"]) == (False, False)


@pytest.mark.parametrize(
    ("line", "missing"),
    [
        ("UUID=1 {base}/plain ext4 defaults 0 2", "{base}/plain"),
        ("UUID=1 {base}/plain/ ext4 nofail", "{base}/plain"),
        ("UUID=1 {base} ext4", "{base}"),
        ("UUID=1 {base}/plain ext4 noauto,user 0 0", ""),
        ("# UUID=1 {base}/plain ext4 defaults 0 2", ""),
        ("UUID=1 {base}/pla ext4 defaults 0 2", ""),
        ("UUID=1 / ext4 defaults 0 1", ""),
        ("UUID=1 none swap sw 0 0", ""),
        ("nonsense", ""),
    ],
)
def test_what_fstab_would_mount_around_it(base: Path, line: str, missing: str) -> None:
    data.tables["/etc/fstab"] = line.format(base=base) + "\n"  # type: ignore[attr-defined]
    assert place(base / "plain")["unmounted"] == missing.format(base=base)


def test_what_is_mounted_is_not_missing(base: Path) -> None:
    lines = f"UUID=1 {base} ext4\nUUID=2 {base}/db ext4\nUUID=3 {base}/with\\040blank xfs\n"
    data.tables["/etc/fstab"] = lines  # type: ignore[attr-defined]
    assert place(base / "db")["unmounted"] == place(base / "with blank")["unmounted"] == ""


def test_this_machine_has_a_root() -> None:
    assert data.place("/no/such/directory")["mount"].startswith("/")


CONF = """# mongod.conf, of the shop
storage:
  dbPath: "/srv/shop"   # the large disk
  wiredTiger:
    engineConfig:
      cacheSizeGB: 1.5 # half of it
net:
  port: 27300
  bindIp: 127.0.0.1,10.0.0.7
  tls:
    certificateKeyFilePassword: S3cret
security:
  keyFile: '/etc/shop.key'
  authorization: enabled
#replication:
#  replSetName: none
"""


def test_settings_of_a_mongod_without_its_secrets(tmp_path: Path) -> None:
    path = tmp_path / "mongod.conf"
    path.write_text(CONF)
    found = mongod.settings(str(path))
    assert found == {
        "first_line": "# mongod.conf, of the shop",
        "settings": {
            "dbPath": "/srv/shop",
            "port": "27300",
            "bindIp": "127.0.0.1,10.0.0.7",
            "replSetName": "",
            "authorization": "enabled",
            "keyFile": "/etc/shop.key",
            "cacheSizeGB": "1.5",
            "certificateKeyFile": "",
        },
    }
    assert mongod.settings(str(tmp_path / "none")) is None
