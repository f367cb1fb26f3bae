# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Where Rocket.Chat keeps uploads.

Names of the settings: Rocket.Chat's ``server/settings/file-upload.ts``, read in November 2026.
"""

from __future__ import annotations

import re
from typing import Any

from ..rocketchat import layout
from ..rocketchat.problems import Problems
from .settings import Uploads
from .urls import HOST_AND_PORT

# Where the monolith's image has its volume.
CONTAINER_DIRECTORY = "/app/uploads"

# Directories of the system and of other parts: uploads within or around one of them would mix with their files.
RESERVED_PATHS = (
    "/etc",
    layout.ROCKETCHAT_DIRECTORY,
    layout.NATS_DIRECTORY,
    layout.DOCKER_DATA,
    layout.MONGODB_DATA,
    layout.LEDGER_DIRECTORY,
    "/proc",
    "/sys",
    "/dev",
    "/run",
)

_ENDPOINT = re.compile(rf"https?://{HOST_AND_PORT.pattern}/?")
# As Amazon names them, and as those who imitate it may have named theirs: what needs no escaping in a URL.
_PLAIN_KEYS = {"bucket": "chat", "region": "eu-west-1", "access_key": "AKIAIOSFODNN7EXAMPLE"}
_PLAIN = re.compile(r"[A-Za-z0-9._/+=-]+", re.ASCII)


def read_uploads(problems: Problems, common: dict[str, Any]) -> Uploads:
    storage = common["rocketchat_file_upload_storage"]
    if storage == "s3":
        return Uploads(_s3(problems, common["rocketchat_file_upload_s3"]))
    if storage == "directory":
        settings = {"FileUpload_Storage_Type": "FileSystem", "FileUpload_FileSystemPath": CONTAINER_DIRECTORY}
        return Uploads(settings, _directory(problems, common["rocketchat_file_upload_directory"]))
    # GridFS is Rocket.Chat's default and stays the administrator's to change.
    return Uploads()


def _directory(problems: Problems, text: str) -> str:
    directory = text.rstrip("/")
    parts = directory.split("/")
    if not re.fullmatch(r"(/[A-Za-z0-9._-]+){2,}", directory) or {".", ".."} & set(parts):
        problems.add(
            "rocketchat_file_upload_directory",
            text,
            "is not the absolute path of a directory below another",
            "Write one such as /var/lib/rocketchat/uploads",
        )
    elif _is_reserved(directory):
        reason = "belongs to the system or to another part of the deployment"
        problems.add("rocketchat_file_upload_directory", text, reason, "Write one such as /var/lib/rocketchat/uploads")
    return directory


def _is_reserved(directory: str) -> bool:
    return any(
        f"{directory}/".startswith(f"{path}/") or f"{path}/".startswith(f"{directory}/") for path in RESERVED_PATHS
    )


def _s3(problems: Problems, given: dict[str, Any]) -> dict[str, str]:
    variable = "rocketchat_file_upload_s3"
    if not given.get("bucket"):
        reason = "is not set, and rocketchat_file_upload_storage is s3"
        problems.add(f"{variable}.bucket", None, reason, "Name the bucket")
    if bool(given.get("access_key")) != bool(given.get("secret_key")):
        missing = "secret_key" if given.get("access_key") else "access_key"
        problems.add(f"{variable}.{missing}", None, "is not set, and its counterpart is", "Set both, or neither")
    for key, example in _PLAIN_KEYS.items():
        if given.get(key) and not _PLAIN.fullmatch(given[key]):
            remedy = f"Write one such as {example}"
            problems.add(f"{variable}.{key}", None, "has characters that no object store takes there", remedy)
    endpoint = given.get("endpoint", "")
    if endpoint and not _ENDPOINT.fullmatch(endpoint):
        shown = None if "@" in endpoint else endpoint
        reason = "is not the address of an object store"
        remedy = "Write scheme and host without the bucket, such as https://s3.example.com"
        problems.add(f"{variable}.endpoint", shown, reason, remedy)
    names = {
        "FileUpload_S3_Bucket": given.get("bucket"),
        "FileUpload_S3_AWSAccessKeyId": given.get("access_key"),
        "FileUpload_S3_AWSSecretAccessKey": given.get("secret_key"),
        "FileUpload_S3_Region": given.get("region"),
        "FileUpload_S3_BucketURL": endpoint,
    }
    settings = {name: value for name, value in names.items() if value}
    path_style = "true" if given.get("force_path_style") else "false"
    return {"FileUpload_Storage_Type": "AmazonS3", **settings, "FileUpload_S3_ForcePathStyle": path_style}
