# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""The environment of the containers: what the operator adds, and what the plan decides and no variable overrides."""

from __future__ import annotations

import re
from typing import Any

from ..rocketchat.problems import Problems
from .settings import Environment

_VARIABLE_NAME = re.compile(r"[A-Za-z_][A-Za-z0-9_]*", re.ASCII)
_SETTING_NAME = re.compile(r"[A-Za-z][A-Za-z0-9_-]*", re.ASCII)
SETTING_PREFIX = "OVERWRITE_SETTING_"

# Variables the plan decides -> what to do instead of setting them.
RESERVED_VARIABLES = {
    "ADMIN_EMAIL": "Set rocketchat_admin_email",
    "ADMIN_PASS": "Set rocketchat_admin_password",
    "ADMIN_USERNAME": "Set rocketchat_admin_username",
    "BROKER": "Leave it out: Rocket.Chat's own default is the only one that works",
    "DB_WATCHERS": "Leave it out: rocketchat_version decides it",
    "DEPLOY_METHOD": "Leave it out",
    "DEPLOY_PLATFORM": "Leave it out",
    "HEARTBEAT_INTERVAL": "Set rocketchat_heartbeat_interval",
    "HEARTBEAT_TIMEOUT": "Set rocketchat_heartbeat_timeout",
    "HTTP_FORWARDED_COUNT": "Set rocketchat_extra_proxies to the number of proxies in front of nginx",
    "INSTANCE_IP": "Leave it out: every monolith has its own",
    "MAIL_URL": "Set rocketchat_mail_url",
    "MOLECULER_LOG_LEVEL": "Set rocketchat_log_level",
    "MONGO_URL": "Set rocketchat_mongodb_url to use a MongoDB of your own",
    "MS_METRICS": "Set rocketchat_metrics",
    "MS_METRICS_PORT": "Set rocketchat_metrics_ports",
    # seconds in one place of its code and milliseconds in another
    "MULTIPLE_INSTANCES_PING_INTERVAL": "Leave it out: stream-hub breaks when it is set",
    "NODE_ENV": "Leave it out: anything but production crashes ddp-streamer",
    "NODE_EXTRA_CA_CERTS": "Set rocketchat_ca_certificates",
    "PORT": "Set rocketchat_ports for the port on the host",
    "REG_TOKEN": "Set rocketchat_registration_token",
    "REQUEST_TIMEOUT": "Set rocketchat_request_timeout",
    "RETRY_ENABLED": "Set rocketchat_retry_enabled",
    "ROCKETCHAT_LICENSE": "Set rocketchat_license",
    "ROOT_URL": "Set rocketchat_root_url",
    "TRANSPORTER": "Set rocketchat_nats_urls to use a NATS of your own",
}

# Settings of Rocket.Chat that the plan decides -> likewise.
RESERVED_SETTINGS = {
    "FileUpload_FileSystemPath": "Set rocketchat_file_upload_directory",
    "FileUpload_Storage_Type": "Set rocketchat_file_upload_storage",
    "FileUpload_S3_AWSAccessKeyId": "Set rocketchat_file_upload_s3.access_key",
    "FileUpload_S3_AWSSecretAccessKey": "Set rocketchat_file_upload_s3.secret_key",
    "FileUpload_S3_Bucket": "Set rocketchat_file_upload_s3.bucket",
    "FileUpload_S3_BucketURL": "Set rocketchat_file_upload_s3.endpoint",
    "FileUpload_S3_ForcePathStyle": "Set rocketchat_file_upload_s3.force_path_style",
    "FileUpload_S3_Region": "Set rocketchat_file_upload_s3.region",
    "Prometheus_Enabled": "Set rocketchat_metrics",
    "Prometheus_Port": "Set rocketchat_metrics_ports",
}


def read_environment(problems: Problems, common: dict[str, Any]) -> Environment:
    """What the operator adds. Values may be secret and are never shown."""
    services = {
        key: _variables(problems, f"rocketchat_service_environment.{key}", given)
        for key, given in common["rocketchat_service_environment"].items()
    }
    for key, given in services.items():
        if "MS_NAMESPACE" in given:
            reason = "separates this service from all others, and it waits for them in silence"
            remedy = "Set it in rocketchat_environment, for all"
            problems.add(f"rocketchat_service_environment.{key}.MS_NAMESPACE", None, reason, remedy)
    return Environment(
        shared=_variables(problems, "rocketchat_environment", common["rocketchat_environment"]),
        services=services,
        settings=_settings(problems, common["rocketchat_settings"]),
    )


def _variables(problems: Problems, mapping: str, given: dict[Any, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in given.items():
        # with "A=b" in place of "A: b", the value is in the name
        variable = f"{mapping}.{str(name).partition('=')[0]}"
        if not _VARIABLE_NAME.fullmatch(str(name)):
            remedy = "Use letters, digits and _ only, beginning with a letter or _"
            problems.add(variable, None, "is not the name of an environment variable", remedy)
        elif name in RESERVED_VARIABLES:
            problems.add(variable, None, "is decided by the plan", RESERVED_VARIABLES[name])
        elif name.startswith(SETTING_PREFIX):
            remedy = f"Set rocketchat_settings.{name.removeprefix(SETTING_PREFIX)}"
            problems.add(variable, None, "is a setting of Rocket.Chat", remedy)
        else:
            values[name] = _text(problems, variable, value)
    # whatever the order they were written in
    return dict(sorted(values.items()))


def _settings(problems: Problems, given: dict[Any, Any]) -> dict[str, str]:
    values: dict[str, str] = {}
    for name, value in given.items():
        variable = f"rocketchat_settings.{str(name).partition('=')[0]}"
        if not _SETTING_NAME.fullmatch(str(name)):
            remedy = "Use letters, digits, _ and - only, beginning with a letter"
            problems.add(variable, None, "is not the name of a setting of Rocket.Chat", remedy)
        elif name.startswith(SETTING_PREFIX):
            remedy = f"Write {name.removeprefix(SETTING_PREFIX)}"
            problems.add(variable, None, "has a prefix that is added here", remedy)
        elif name in RESERVED_SETTINGS:
            problems.add(variable, None, "is decided by the plan", RESERVED_SETTINGS[name])
        else:
            values[name] = _text(problems, variable, value)
    # whatever the order they were written in
    return dict(sorted(values.items()))


def _text(problems: Problems, variable: str, value: Any) -> str:
    """A value as a process sees it."""
    if isinstance(value, bool):
        return "true" if value else "false"
    if not isinstance(value, (str, int, float)):
        problems.add(variable, None, "is not a text, a number, true or false", "Write one line in quotes")
        return ""
    return str(value)
