# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Every mistake in what an operator may add to a deployment: what he reads, word for word."""

from __future__ import annotations

from typing import Any

import pytest
from ansible_collections.rocketops.rocketchat.plugins.plugin_utils.inventory.role_variables import role_options

from tests.unit.plan_inventories import Inventory, cluster, complaints, first_key, message, plan, single

SERVICES = role_options(frozenset())["rocketchat_service_environment"]["options"]
README = "Correct it; the role's README describes it."
ONE_LINE = "has several lines or control characters. Write one line"
ENCODE = "has characters in its user name or password that have to be percent-encoded, such as @ as %40"

# Variables of a single host -> the problem.
Case = tuple[dict[str, Any], str]

TYPES: list[Case] = [
    ({"rocketchat_metrics": "perhaps"}, f"rocketchat_metrics = 'perhaps': is not true or false. {README}"),
    ({"rocketchat_retry_enabled": "yes!"}, f"rocketchat_retry_enabled = 'yes!': is not true or false. {README}"),
    ({"rocketchat_extra_proxies": True}, f"rocketchat_extra_proxies = True: is not a whole number. {README}"),
    (
        {"docker_registry_certificates": {"https://registry.example.com": "ca.pem"}},
        "docker_registry_certificates.https://registry.example.com: is not the host of a registry. "
        "Write one such as registry.example.com:5000.",
    ),
    ({"nats_port": float("inf")}, f"nats_port = inf: is not a whole number. {README}"),
    ({"rocketchat_root_url": ["x"]}, f"rocketchat_root_url = ['x']: is not a text. {README}"),
    ({"rocketchat_mail_url": {"host": "S3CRET"}}, f"rocketchat_mail_url: is not a text. {README}"),
    ({"rocketchat_nats_urls": {"a": "b"}}, f"rocketchat_nats_urls: is not a list. {README}"),
    (
        {"rocketchat_nats_urls": [None]},
        "rocketchat_nats_urls[0]: is not set. Set it; the role's README describes it.",
    ),
    ({"rocketchat_nats_urls": [["S3CRET"]]}, f"rocketchat_nats_urls[0]: is not a text. {README}"),
    ({"rocketchat_environment": ["A=b"]}, f"rocketchat_environment: is not a mapping of names to values. {README}"),
    ({"rocketchat_environment": "S3CRET=b"}, f"rocketchat_environment: is not a mapping of names to values. {README}"),
    (
        {"rocketchat_replicas": "account=2"},
        f"rocketchat_replicas = 'account=2': is not a mapping of names to values. {README}",
    ),
    (
        {"rocketchat_service_environment": {"account": "S3CRET"}},
        f"rocketchat_service_environment.account: is not a mapping of names to values. {README}",
    ),
    (
        {"rocketchat_resources": {"account": "512m"}},
        f"rocketchat_resources.account = '512m': is not a mapping of names to values. {README}",
    ),
    (
        {"rocketchat_resources": {"account": {"cpus": "two"}}},
        f"rocketchat_resources.account.cpus = 'two': is not a number. {README}",
    ),
    (
        {"rocketchat_resources": {"account": {"cpus": True}}},
        f"rocketchat_resources.account.cpus = True: is not a number. {README}",
    ),
    (
        {"rocketchat_resources": {"account": {"a\nb": "1g"}}},
        "rocketchat_resources.account.a\\nb: is not known. Known are memory, cpus.",
    ),
    (
        {"rocketchat_resources": {"account": {"a\\b": "1g"}}},
        "rocketchat_resources.account.a\\b: is not known. Known are memory, cpus.",
    ),
    (
        {"rocketchat_resources": {"account": {"memroy": "1g"}}},
        "rocketchat_resources.account.memroy: is not known. Did you mean memory? Known are memory, cpus.",
    ),
    (
        {"rocketchat_service_environment": {"acount": {"A": "S3CRET"}}},
        f"rocketchat_service_environment.acount: is not known. Did you mean account? Known are {', '.join(SERVICES)}.",
    ),
    (
        {"rocketchat_file_upload_s3": {"secret": "S3CRET"}},
        "rocketchat_file_upload_s3.secret: is not known. Did you mean secret_key? "
        "Known are bucket, access_key, secret_key, region, endpoint, force_path_style.",
    ),
    (
        {"rocketchat_file_upload_s3": {"bucket": {"secret_key": "S3CRET"}}},
        f"rocketchat_file_upload_s3.bucket: is not a text. {README}",
    ),
    (
        {"rocketchat_file_upload_s3": {"secret_key": ["S3CRET"]}},
        f"rocketchat_file_upload_s3.secret_key: is not a text. {README}",
    ),
    (
        {"rocketchat_file_upload_storage": "GridFS"},
        "rocketchat_file_upload_storage = 'GridFS': is not one of its values. Write gridfs or s3 or directory.",
    ),
    (
        {"rocketchat_log_level": "verbose"},
        "rocketchat_log_level = 'verbose': is not one of its values. "
        "Write fatal or error or warn or info or debug or trace.",
    ),
]

NUMBERS: list[Case] = [
    *(
        (
            {"rocketchat_extra_proxies": value},
            f"rocketchat_extra_proxies = {value}: is not a number of proxies. Write a number from 0 to 10.",
        )
        for value in (-1, 11)
    ),
    *(
        (
            {"rocketchat_expected_users": value, "rocketchat_network_subnet": "172.31.248.0/21"},
            f"rocketchat_expected_users = {value}: is not a number of users. Write a number from 0 to 1000000.",
        )
        for value in (-1, 1000001)
    ),
    *(
        (
            {variable: value},
            f"{variable} = {value}: is not a number of {of}. Write a number from 0 to {most}.",
        )
        for variable, of, most in (
            ("nginx_hsts_max_age", "seconds", 63072000),
            ("nginx_logins_per_minute", "logins", 100000),
        )
        for value in (-1, most + 1)
    ),
    *(
        (
            {"nginx_connections_per_address": value},
            f"nginx_connections_per_address = {value}: is not a number of connections. Write a number from 0 to 65535.",
        )
        for value in (-1, 65536)
    ),
    *(
        (
            {"rocketchat_request_timeout": value},
            f"rocketchat_request_timeout = {value}: is not a number of seconds. Write a number from 1 to 3600.",
        )
        for value in (0, 3601)
    ),
    (
        {"rocketchat_heartbeat_interval": 16},
        "rocketchat_heartbeat_timeout = 30: is less than twice rocketchat_heartbeat_interval (16), and one late sign "
        "would be an outage. Write 32 or more.",
    ),
    (
        {"rocketchat_heartbeat_timeout": 19},
        "rocketchat_heartbeat_timeout = 19: is less than twice rocketchat_heartbeat_interval (10), and one late sign "
        "would be an outage. Write 20 or more.",
    ),
    *(
        (
            {"rocketchat_resources": {"account": {"memory": value}}},
            f"rocketchat_resources.account.memory = {value!r}: is not an amount of memory (host chat). "
            "Write one such as 512m or 2g.",
        )
        for value in ("512", "1.5g", "0m", "much", "1t")
    ),
    *(
        (
            {"rocketchat_resources": {"account": {"memory": value}}},
            f"rocketchat_resources.account.memory = {value!r}: is less than any service needs to start (host chat). "
            "Write 128m or more.",
        )
        for value in ("127m", "131071k", "64MB")
    ),
    *(
        (
            {"rocketchat_resources": {"account": {"cpus": value}}},
            f"rocketchat_resources.account.cpus = {float(value)}: is not a number of processors (host chat). "
            "Write a number from 0.01 to 1024, such as 1.5.",
        )
        for value in (0, 0.009, 1025.0, -1)
    ),
    (
        {"rocketchat_metrics_ports": {"account": 0}},
        "rocketchat_metrics_ports.account = 0: is not a port (host chat). Write a number from 1 to 65436.",
    ),
    (
        {"rocketchat_metrics": True, "rocketchat_metrics_ports": {"account": 6222}},
        "rocketchat_metrics_ports.account = 6222: puts the metrics of account-1 on port 6222 of host chat, which "
        "belongs to the cluster port of NATS. "
        "Choose another port; a service needs one for each replica, in a row.",
    ),
    (
        {"rocketchat_metrics": True, "rocketchat_metrics_ports": {"account": 13400}},
        "rocketchat_metrics_ports.presence = 13400: puts the metrics of presence-1 on port 13400 of host chat, which "
        "belongs to the metrics of account-1 (rocketchat_metrics_ports.account). "
        "Choose another port; a service needs one for each replica, in a row.",
    ),
]

IMAGES: list[Case] = [
    *(
        (
            {"rocketchat_images": {"account": image}},
            f"rocketchat_images.account = {image!r}: is not the name of an image in a registry. "
            "Write registry, name and tag, such as registry.example.com/patched/account-service:8.9.1.",
        )
        for image in ("account-service", "https://registry.example.com/a:8.9.1", "registry.example.com/A b:8.9.1")
    ),
    *(
        (
            {"rocketchat_images": {"account": image}},
            f"rocketchat_images.account = {image!r}: has not the version that all services have, 8.9.1. "
            "Write a tag that begins with 8.9.1, or a digest.",
        )
        for image in ("r.example.com/account", "r.example.com/account:latest", "r.example.com/account:8.9.10")
    ),
]

IMAGES.append(
    (
        {"rocketchat_images": {"account": f"r.example.com/a@sha256:{'0' * 64}", "presence": "r.example.com/p:8"}},
        "rocketchat_images.presence = 'r.example.com/p:8': has not the version that all services have, 8.9.1. "
        "Write a tag that begins with 8.9.1, or a digest.",
    )
)

NATS_IMAGE = f"nats@sha256:{'0' * 64}"
OWN_IMAGES = {
    key: f"r.example.com/{key}@sha256:{'0' * 64}"
    for key in ("rocketchat", "ddp_streamer", "authorization", "account", "presence")
}
IMAGES += [
    (
        {"nats_image": NATS_IMAGE, "rocketchat_images": OWN_IMAGES, "rocketchat_image_digests": {"nats:2": "latest"}},
        "rocketchat_image_digests.nats:2 = 'latest': is not the digest of an image. Write what "
        "playbooks/pin_images.yml prints, sha256: and 64 digits.",
    ),
    (
        {"rocketchat_read_only": ["acount"]},
        "rocketchat_read_only = ['acount']: is not one of its values. Write rocketchat or ddp_streamer or "
        "authorization or account or presence or stream_hub or queue_worker or omnichannel_transcript.",
    ),
]

ENVIRONMENT: list[Case] = [
    *(
        (
            {"rocketchat_environment": {name: "S3CRET"}},
            f"rocketchat_environment.{name}: is decided by the plan. {remedy}.",
        )
        for name, remedy in (
            ("MONGO_URL", "Set rocketchat_mongodb_url to use a MongoDB of your own"),
            ("TRANSPORTER", "Set rocketchat_nats_urls to use a NATS of your own"),
            ("ROOT_URL", "Set rocketchat_root_url"),
            ("PORT", "Set rocketchat_ports for the port on the host"),
            ("INSTANCE_IP", "Leave it out: every monolith has its own"),
            ("BROKER", "Leave it out: Rocket.Chat's own default is the only one that works"),
            ("HTTP_FORWARDED_COUNT", "Set rocketchat_extra_proxies to the number of proxies in front of nginx"),
            ("RETRY_ENABLED", "Set rocketchat_retry_enabled"),
        )
    ),
    (
        {"rocketchat_service_environment": {"rocketchat": {"MAIL_URL": "S3CRET"}}},
        "rocketchat_service_environment.rocketchat.MAIL_URL: is decided by the plan. Set rocketchat_mail_url.",
    ),
    (
        {"rocketchat_service_environment": {"account": {"MS_NAMESPACE": "S3CRET"}}},
        "rocketchat_service_environment.account.MS_NAMESPACE: separates this service from all others, and it waits for "
        "them in silence. Set it in rocketchat_environment, for all.",
    ),
    (
        {"rocketchat_environment": {"OVERWRITE_SETTING_Some_Thing": "S3CRET"}},
        "rocketchat_environment.OVERWRITE_SETTING_Some_Thing: is a setting of Rocket.Chat. "
        "Set rocketchat_settings.Some_Thing.",
    ),
    *(
        (
            {"rocketchat_environment": {name: "S3CRET"}},
            f"rocketchat_environment.{name}: is not the name of an environment variable. "
            "Use letters, digits and _ only, beginning with a letter or _.",
        )
        for name in ("1ST", "WITH-DASH", "A B", "", 7)
    ),
    *(
        (
            {"rocketchat_environment": {"A": value}},
            "rocketchat_environment.A: is not a text, a number, true or false. Write one line in quotes.",
        )
        for value in (["S3CRET"], {"S3CRET": 1})
    ),
    (
        {"rocketchat_environment": {"A": "S3CRET\nB=c"}},
        f"rocketchat_environment.A: {ONE_LINE}.",
    ),
    ({"rocketchat_environment": {"A": None}}, "rocketchat_environment.A: has no value. Give it one, or remove it."),
    (
        {"rocketchat_settings": {"OVERWRITE_SETTING_X": "S3CRET"}},
        "rocketchat_settings.OVERWRITE_SETTING_X: has a prefix that is added here. Write X.",
    ),
    (
        {"rocketchat_environment": {"TOKEN=S3CRET": None}},
        "rocketchat_environment.TOKEN: has no value. Write a colon in place of =.",
    ),
    (
        {"rocketchat_environment": {"TOKEN=S3CRET": "S3CRET"}},
        "rocketchat_environment.TOKEN: is not the name of an environment variable. "
        "Use letters, digits and _ only, beginning with a letter or _.",
    ),
    (
        {"rocketchat_settings": {"Token=S3CRET": None}},
        "rocketchat_settings.Token: has no value. Write a colon in place of =.",
    ),
    (
        {"rocketchat_settings": {"Token=S3CRET": 1}},
        "rocketchat_settings.Token: is not the name of a setting of Rocket.Chat. "
        "Use letters, digits, _ and - only, beginning with a letter.",
    ),
    (
        {"rocketchat_settings": {"Some Thing": "S3CRET"}},
        "rocketchat_settings.Some Thing: is not the name of a setting of Rocket.Chat. "
        "Use letters, digits, _ and - only, beginning with a letter.",
    ),
    (
        {"rocketchat_settings": {"Some": ["S3CRET"]}},
        "rocketchat_settings.Some: is not a text, a number, true or false. Write one line in quotes.",
    ),
    (
        {"rocketchat_settings": {"FileUpload_Storage_Type": "FileSystem"}},
        "rocketchat_settings.FileUpload_Storage_Type: is decided by the plan. Set rocketchat_file_upload_storage.",
    ),
    (
        {"rocketchat_settings": {"Prometheus_Enabled": True}},
        "rocketchat_settings.Prometheus_Enabled: is decided by the plan. Set rocketchat_metrics.",
    ),
    *(
        ({variable: "S3CRET\nsecond"}, f"{variable}: {ONE_LINE}.")
        for variable in ("rocketchat_license", "rocketchat_registration_token")
    ),
]

FORMATS: list[Case] = [
    (
        {variable: text},
        f"{variable}{'' if '@' in text else f' = {text!r}'}: is not {noun}. Write one such as {example}.",
    )
    for variable, noun, example, texts in (
        (
            "docker_repository_url",
            "the address of a package repository",
            "https://mirror.example.com/docker",
            ["mirror.example.com", "https://me:S3CRET@mirror.example.com/docker", "https://mirror/a b"],
        ),
        (
            "mongodb_repository_url",
            "the address of a package repository",
            "https://mirror.example.com/mongodb",
            ["ftp://mirror.example.com"],
        ),
        (
            "mongodb_repository_key_url",
            "the address of a key",
            "https://mirror.example.com/mongodb.asc",
            ["/etc/key.asc"],
        ),
        (
            "nats_image",
            "an image with its version",
            "nats:2.12.8-alpine",
            ["", "nats", "nats:latest", "https://registry.example.com/nats:2.12", "registry.example.com:5000/nats"],
        ),
        ("nginx_client_max_body_size", "a size in nginx's notation", "200m", ["", "200 MB", "1.5g", "-1"]),
        ("rocketchat_admin_email", "an address of mail", "admin@example.com", ["admin", "a b@example.com"]),
        ("rocketchat_admin_username", "a user name that Rocket.Chat takes", "admin", ["", "the admin", "björn"]),
        (
            "mongodb_repository_suite",
            "the suite of a repository",
            "bookworm",
            ["bookworm bullseye", "[trusted=yes] bookworm", "/bookworm"],
        ),
        (
            "rocketchat_image_registry",
            "a registry without a scheme",
            "registry.example.com:5000",
            ["https://registry.example.com", "registry.example.com/Mirror"],
        ),
    )
    for text in texts
]
FORMATS += [
    *(
        (
            {f"{role}_repository_key_fingerprint": text},
            f"{role}_repository_key_fingerprint = '{text}': is not the fingerprint of a key. Write one such as "
            "9DC8 5822 9FC7 DD38 854A E2D8 8D81 803C 0EBF CD88.",
        )
        for role in ("docker", "mongodb")
        for text in ("0EBFCD88", "8D81803C0EBFCD88", "x" * 40, "0" * 41)
    ),
    *(
        (
            {variable: "http://mirror.example.com/a"},
            f"{variable} = 'http://mirror.example.com/a': gives a key that nothing proves to be the right one. Write "
            f"an https address, or {variable.partition('_')[0]}_repository_key_fingerprint, which `gpg --show-keys` "
            "prints.",
        )
        for variable in ("docker_repository_url", "mongodb_repository_key_url")
    ),
    (
        {"docker_repository_url": "https://mirror.example.com:99999/docker"},
        "docker_repository_url = 'https://mirror.example.com:99999/docker': names port 99999, and ports go from 1 to "
        "65535. Write one such as https://mirror.example.com/docker.",
    ),
    (
        {"rocketchat_image_registry": "regäl.example:5000"},
        "rocketchat_image_registry = 'regäl.example:5000': has letters in the host's name that DNS does not know. "
        "Write xn--regl-noa.example:5000.",
    ),
]

DIRECTORY_REMEDY = "Write one such as /var/lib/rocketchat/uploads."
UPLOADS: list[Case] = [
    (
        {"rocketchat_file_upload_storage": "s3", "rocketchat_file_upload_s3": {"bucket": "my chat"}},
        "rocketchat_file_upload_s3.bucket: has characters that no object store takes there. Write one such as chat.",
    ),
    *(
        (
            {"rocketchat_file_upload_storage": "directory", "rocketchat_file_upload_directory": path},
            f"rocketchat_file_upload_directory = {path!r}: is not the absolute path of a directory below another. "
            + DIRECTORY_REMEDY,
        )
        for path in ("uploads", "/", "/uploads", "/srv/./uploads", "/srv/a b", "/srv//x")
    ),
    *(
        (
            {"rocketchat_file_upload_storage": "directory", "rocketchat_file_upload_directory": path},
            f"rocketchat_file_upload_directory = {path!r}: belongs to the system or to another part of the deployment. "
            + DIRECTORY_REMEDY,
        )
        for path in (
            "/etc/rocketchat",
            "/var/lib",
            "/var/lib/mongodb",
            "/opt/rocketchat/uploads/",
            "/var/lib/docker/x",
            "/var/lib/rocketops",
        )
    ),
    (
        {"rocketchat_file_upload_storage": "directory", "rocketchat_replicas": {"rocketchat": 2}},
        "rocketchat_file_upload_storage = 'directory': keeps uploads where only one monolith finds them, and 2 are "
        "planned. Choose gridfs or s3, or deploy one monolith in all.",
    ),
    (
        {"rocketchat_file_upload_storage": "s3"},
        "rocketchat_file_upload_s3.bucket: is not set, and rocketchat_file_upload_storage is s3. Name the bucket.",
    ),
    *(
        (
            {"rocketchat_file_upload_storage": "s3", "rocketchat_file_upload_s3": {"bucket": "b", given: "S3CRET"}},
            f"rocketchat_file_upload_s3.{missing}: is not set, and its counterpart is. Set both, or neither.",
        )
        for given, missing in (("access_key", "secret_key"), ("secret_key", "access_key"))
    ),
    (
        {"rocketchat_file_upload_storage": "s3", "rocketchat_file_upload_s3": {"bucket": "b\nc"}},
        "rocketchat_file_upload_s3.bucket: has several lines or control characters. Write one line.",
    ),
    *(
        (
            {"rocketchat_file_upload_storage": "s3", "rocketchat_file_upload_s3": {"bucket": "b", "endpoint": url}},
            f"rocketchat_file_upload_s3.endpoint{shown}: is not the address of an object store. "
            "Write scheme and host without the bucket, such as https://s3.example.com.",
        )
        for url, shown in (
            ("s3.example.com", " = 's3.example.com'"),
            ("https://s3.example.com/bucket", " = 'https://s3.example.com/bucket'"),
            ("https://me:S3CRET@s3.example.com", ""),
        )
    ),
]

PROXIES: list[Case] = [
    (
        {"nginx_trusted_proxies": ["proxy.example.com"], "rocketchat_extra_proxies": 1},
        "nginx_trusted_proxies = 'proxy.example.com': is no address and no network. "
        "Write one such as 192.0.2.10 or 10.0.0.0/24.",
    ),
    (
        {"nginx_trusted_proxies": ["192.0.2.10"]},
        "nginx_trusted_proxies = ['192.0.2.10/32']: names proxies in front of nginx, and rocketchat_extra_proxies says "
        "that there is none. Write rocketchat_extra_proxies: 1, or how many there are.",
    ),
    (
        {
            "rocketchat_root_url": "http://chat.example.com",
            "nginx_trusted_proxies": ["192.0.2.10"],
            "rocketchat_extra_proxies": 1,
        },
        "nginx_trusted_proxies = ['192.0.2.10/32']: says who ends TLS in front of nginx, and rocketchat_root_url "
        "begins with http://. Write the https address people type, or leave this out.",
    ),
]

MAIL: list[Case] = [
    (
        {"rocketchat_mail_url": url},
        f"rocketchat_mail_url: {reason}. Write one such as smtp://user:password@mail.example.com:587.",
    )
    for url, reason in (
        ("mail.example.com", "does not begin with smtp:// or smtps://"),
        ("https://mail.example.com", "does not begin with smtp:// or smtps://"),
        ("smtp://", "names no valid host and port"),
        ("smtp://mail.example.com:0", "names a port that is none"),
        ("smtp://mail.example.com:65536", "names a port that is none"),
        ("smtp://me:S3CR@ET@mail.example.com", ENCODE),
        ("smtp://me:S3CRET%zz@mail.example.com", ENCODE),
        ("smtp://localhost", "names localhost, which in a container is the container itself"),
    )
]

# Servers of the operator's own -> the reason; the groups they stand for are empty.
MONGODB_REMEDY = "Write one such as mongodb://user:password@db1.example.com/rocketchat?replicaSet=rs0."
MONGODB = [
    ("http://db/chat?replicaSet=rs0", "does not begin with mongodb:// or mongodb+srv://"),
    ("db.example.com", "does not begin with mongodb:// or mongodb+srv://"),
    ("mongodb://db.example.com?replicaSet=rs0", "names no valid host and port"),
    ("mongodb://db.example.com", "names no database"),
    ("mongodb://db.example.com/?replicaSet=rs0", "names no database"),
    ("mongodb://db.example.com/admin?replicaSet=rs0", "names the database admin, which is MongoDB's own"),
    ("mongodb://db.example.com/chat", "names no replicaSet, and Rocket.Chat needs one"),
    ("mongodb://db.example.com/chat?replicaSet=", "names no replicaSet, and Rocket.Chat needs one"),
    ("mongodb://db.example.com/chat?xreplicaSet=rs0", "names no replicaSet, and Rocket.Chat needs one"),
    ("mongodb://me:S3CR@ET@db.example.com/chat?replicaSet=rs0", ENCODE),
    ("mongodb://me:S3CR/ET@db.example.com/chat?replicaSet=rs0", ENCODE),
    ("mongodb://me:S3CR:ET@db.example.com/chat?replicaSet=rs0", ENCODE),
    ("mongodb://me:S3CRET%@db.example.com/chat?replicaSet=rs0", ENCODE),
    ("mongodb://:S3CRET@db.example.com/chat?replicaSet=rs0", ENCODE),
    ("mongodb://db.example.com:0/chat?replicaSet=rs0", "names a port that is none"),
    ("mongodb://db.example.com,/chat?replicaSet=rs0", "names no valid host and port"),
    (
        "mongodb://db.example.com,127.0.0.1/chat?replicaSet=rs0",
        "names 127.0.0.1, which in a container is the container itself",
    ),
    ("mongodb://[::1]:27017/chat?replicaSet=rs0", "names [::1], which in a container is the container itself"),
    *(
        (url, "has a port or several servers, and a name with mongodb+srv stands for all of them")
        for url in ("mongodb+srv://db.example.com:27017/chat", "mongodb+srv://a.example.com,b.example.com/chat")
    ),
]
NATS_REMEDY = "Write one such as nats://user:password@nats1.example.com:4222."
UNSAFE = "has characters in its user name or password that Rocket.Chat's NATS client does not decode"
NATS = [
    ("nats", "does not begin with nats://"),
    ("nats1.example.com:4222", "does not begin with nats://"),
    ("tls://nats1.example.com:4222", "does not begin with nats://"),
    ("monolith+nats://nats1.example.com:4222", "does not begin with nats://"),
    ("nats://S3CRET@nats1.example.com", "has a token, which Rocket.Chat's NATS client does not pass on"),
    ("nats://me:S3CR%40ET@nats1.example.com", UNSAFE),
    ("nats://me:S3CR@ET@nats1.example.com", UNSAFE),
    ("nats://m+e:S3CRET@nats1.example.com", UNSAFE),
    ("nats://me:@nats1.example.com", UNSAFE),
    ("nats://nats1.example.com:99999", "names a port that is none"),
    ("nats://", "names no valid host and port"),
    (
        "nats://nät.example:4222",
        "has letters in the host's name that DNS does not know; browsers write xn--mnchen-3ya.example for "
        "münchen.example",
    ),
    ("nats://LocalHost:4222", "names LocalHost, which in a container is the container itself"),
    (
        "nats://a.example.com,nats://b.example.com,c.example.com",
        "holds several servers; each is an entry of the list with its own nats://",
    ),
]


@pytest.mark.parametrize(
    ("variables", "problem"),
    [*FORMATS, *NUMBERS, *IMAGES, *ENVIRONMENT, *UPLOADS, *PROXIES, *MAIL, *TYPES],
    ids=first_key,
)
def test_a_mistake_in_a_setting(variables: dict[str, Any], problem: str) -> None:
    assert complaints(single(**variables)) == message(problem)


def without(group: str, **variables: Any) -> Inventory:
    inventory = single(**variables)
    inventory["groups"][group] = []
    return inventory


@pytest.mark.parametrize(("url", "reason"), MONGODB, ids=range(len(MONGODB)))
def test_a_mistake_in_the_address_of_a_mongodb(url: str, reason: str) -> None:
    found = complaints(without("mongodb", rocketchat_mongodb_url=url))
    assert found == message(f"rocketchat_mongodb_url: {reason}. {MONGODB_REMEDY}")


@pytest.mark.parametrize(("url", "reason"), NATS, ids=range(len(NATS)))
def test_a_mistake_in_the_address_of_a_nats(url: str, reason: str) -> None:
    found = complaints(without("nats", rocketchat_nats_urls=["nats://good.example.com", url]))
    assert found == message(f"rocketchat_nats_urls[1]: {reason}. {NATS_REMEDY}")


@pytest.mark.parametrize(
    ("variables", "group", "hosts", "shown"),
    [
        ({"rocketchat_mongodb_url": "mongodb+srv://db/chat"}, "mongodb", "abc", "a, b, c"),
        ({"rocketchat_nats_urls": ["nats://n"]}, "nats", "abcd", "a, b, c, ..."),
    ],
)
def test_a_server_of_the_operators_own_beside_one_to_deploy(
    variables: dict[str, Any], group: str, hosts: str, shown: str
) -> None:
    inventory = cluster(*"abcd", groups={"mongodb": list("abc"), group: list(hosts)}, **variables)
    assert complaints(inventory) == message(
        f"{next(iter(variables))}: is set, and group {group} has hosts ({shown}). "
        f"Empty [{group}] to use your own, or remove the variable to deploy one."
    )


# -- groups and hosts -----------------------------------------------------------------------------------------------


def test_an_inventory_without_anything() -> None:
    nothing: Inventory = {"groups": {}, "hosts": {}}
    own = {"mongodb": ", or set rocketchat_mongodb_url to use your own"}
    own["nats"] = ", or set rocketchat_nats_urls to use your own"
    assert complaints(nothing) == message(
        *(
            f"inventory group {group}: has no host. Put at least one host into [{group}]{own.get(group, '')}; "
            "the same host may stand in all of mongodb, nats, rocketchat, nginx."
            for group in ("mongodb", "nats", "rocketchat", "nginx")
        )
    )


def test_an_inventory_without_the_three_settings() -> None:
    inventory = single()
    inventory["hosts"]["chat"] = {}
    certificate = (
        "is not set, and an https root URL needs a certificate. Name the PEM file on the controller, or write "
        "nginx_certificate: self_signed for a lab."
    )
    assert complaints(inventory) == message("rocketchat_root_url: is not set. Set it; the role's README describes it.")
    inventory["hosts"]["chat"]["rocketchat_root_url"] = "https://chat.example.com"
    assert complaints(inventory) == message(
        f"nginx_certificate_file: {certificate}", f"nginx_certificate_key_file: {certificate}"
    )


def test_a_group_that_is_empty_hides_no_other_mistake() -> None:
    inventory = without("nginx", rocketchat_version="latest")
    assert [line.partition(":")[0] for line in complaints(inventory)[1:]] == [
        "1. inventory group nginx",
        "2. rocketchat_version = 'latest'",
    ]


@pytest.mark.parametrize(
    ("variable", "one", "other", "problem"),
    [
        (
            "rocketchat_version",
            "8.9.1",
            "8.9.0",
            "rocketchat_version = '8.9.0': differs between host b and host a ('8.9.1')",
        ),
        ("nats_port", 4222, 4223, "nats_port = 4223: differs between host b and host a (4222)"),
        ("mongodb_port", None, 27018, "mongodb_port = 27018: differs between host b and host a (27017)"),
        ("rocketchat_license", "S3CRET", "S3CRET2", "rocketchat_license: differs between host b and host a"),
        ("rocketchat_settings", {"A": "S3CRET"}, {}, "rocketchat_settings: differs between host b and host a"),
        ("mongodb_keyfile", None, "S3CRET", "mongodb_keyfile: differs between host b and host a"),
    ],
)
def test_hosts_that_differ_in_what_holds_for_all(variable: str, one: Any, other: Any, problem: str) -> None:
    inventory = cluster("a", "b", "c")
    for name, value in {"a": one, "b": other, "c": other}.items():
        inventory["hosts"][name][variable] = value
    assert complaints(inventory) == message(
        f"{problem}. It holds for the whole deployment: set it once, in group_vars/all.yml."
    )


@pytest.mark.parametrize("address", ["", "10.0.0.256", "host.example.com", "0.0.0.0", "127.0.0.1", "224.0.0.1"])
def test_a_host_without_an_address_for_the_others(address: str) -> None:
    inventory = cluster("a", "b")
    inventory["hosts"]["b"]["rocketchat_private_address"] = address
    shown = f" = {address!r}" if address else ""
    assert complaints(inventory) == message(
        f"rocketchat_private_address (host b){shown}: is not the IPv4 address at which the other hosts reach this one. "
        "Set it in the host's variables, such as 10.0.0.11."
    )


def test_an_address_of_the_wrong_family() -> None:
    assert complaints(single(rocketchat_private_address="2001:db8::5")) == message(
        "rocketchat_private_address (host chat) = '2001:db8::5': is no IPv4 address, and the containers' network has "
        "no IPv6. Set it in the host's variables, such as 10.0.0.11."
    )


def test_more_members_than_a_replica_set_has() -> None:
    assert complaints(cluster(*"abcdefgh", groups={"nats": ["a"]})) == message(
        "inventory group mongodb: has 8 hosts, and a replica set has 7 voting members at most. Leave 7 or fewer in it."
    )


@pytest.mark.parametrize(("members", "warned"), [("a", False), ("ab", True), ("abc", False), ("abcdefg", False)])
def test_an_even_number_of_members_is_unwise(members: str, warned: bool) -> None:
    found = plan(cluster(*"abcdefg", groups={"mongodb": list(members)}))["warnings"]
    assert found == (
        [
            "inventory group mongodb has 2 hosts: an even number survives no more losses than one less does. "
            "Use 1, 3 or 5."
        ]
        if warned
        else []
    )


# -- versions newer than the tables -------------------------------------------------------------------------------


def test_a_mongodb_newer_than_the_table_for_a_rocketchat_newer_than_the_table() -> None:
    planned = plan(single(rocketchat_version="9.7.0", mongodb_version="9.0"))
    assert planned["mongodb_version"] == "9.0"
    assert planned["warnings"][1:] == [
        "mongodb_version = '9.0' is newer than this collection knows; whether Rocket.Chat 9.7.0 accepts it was not "
        "checked."
    ]


@pytest.mark.parametrize(
    ("rocketchat", "mongodb"),
    [("9.0.0", "9.0"), ("9.7.0", "7.0"), ("9.7.0", "newest"), ("9.7.0", "9"), ("9.7.0", "٩.٠")],
)
def test_a_mongodb_that_is_not_in_the_table(rocketchat: str, mongodb: str) -> None:
    assert complaints(single(rocketchat_version=rocketchat, mongodb_version=mongodb)) == message(
        f"mongodb_version = {mongodb!r}: is not supported by Rocket.Chat {rocketchat}. "
        "Choose 8.0, or leave it out for 8.0."
    )
