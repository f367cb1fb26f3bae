#!/usr/bin/python
# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later

from __future__ import annotations

DOCUMENTATION = r"""
module: host_facts
short_description: Reports what a host is and what is there of a deployment
version_added: 0.2.0
description:
  - Tells in one round trip what is compared with the plan - the system, its size and clock, who listens on which port,
    routes, names, and the state of exactly those packages, files, units, containers and users that it is asked for.
  - Only reads. Needs nothing on the host but Python, and works on a bare one. Run it as root, or the processes behind
    the ports, and Docker, stay unknown.
  - A fact that the host does not know is V(null); that is never an error.
author:
  - rocketops maintainers (@rocketops)
attributes:
  check_mode:
    description: Only reads.
    support: full
  diff_mode:
    description: Nothing is changed.
    support: none
options:
  names:
    description: Names to resolve on the host.
    type: list
    elements: str
    default: []
  resolve_timeout:
    description: Seconds that the resolution of all O(names) together may take.
    type: float
    default: 3
  docker_socket:
    description:
      - Socket of the Docker Engine. It is not asked while systemd holds it for an engine that is stopped, as that would
        start the engine.
    type: path
    default: /var/run/docker.sock
  packages:
    description: Packages of which the installed version is asked for.
    type: list
    elements: str
    default: []
  units:
    description: Units of systemd.
    type: list
    elements: str
    default: []
  files:
    description: Absolute paths of files and directories, of which owner, mode and digest are asked for.
    type: list
    elements: path
    default: []
  texts:
    description: Absolute paths of files whose content is asked for. Name none that holds a secret.
    type: list
    elements: path
    default: []
  settings:
    description: Absolute paths of JSON files with settings, which are told without passwords and tokens.
    type: list
    elements: path
    default: []
  certificates:
    description: Absolute paths of PEM files with certificates, of which it is asked how long they are valid.
    type: list
    elements: path
    default: []
  origins:
    description: By absolute path, texts that tell whose the file is, where it holds one.
    type: dict
    default: {}
  repositories:
    description: Whether the package repositories that apt has are asked for.
    type: bool
    default: false
  nginx:
    description:
      - Of the configuration of an nginx, its C(path), the C(site) that is to be included in it, and the C(directives)
        of which the first word is asked for.
    type: dict
  nats_url:
    description: Where the monitoring of a NATS answers that is asked for its settings,
      as O(rocketops.rocketchat.nats_health#module:url).
    type: str
  firewall:
    description:
      - Of a table of nftables of the family inet its name, C(table), and the C(path) of the file that makes it.
    type: dict
  containers:
    description: Names of the containers, or of the services in Compose, whose settings are asked for.
    type: list
    elements: str
    default: []
  ways:
    description: By the name of a container, the address at which this host is to reach it.
    type: dict
    default: {}
  images:
    description: Names of images, as in Compose, of which is asked whether the engine has them.
    type: list
    elements: str
    default: []
  directories:
    description: Directories that will grow, for the room on their file systems.
    type: list
    elements: path
    default: []
  data:
    description:
      - Directories with data, of which it is asked what file system they lie on. Those that O(ledger) names, and that
        of a mongod with O(mongod_settings), are added.
    type: list
    elements: path
    default: []
  mongod_settings:
    description: Path of mongod's settings, of which those are told that tell one mongod from another.
    type: path
  kernel:
    description: Absolute paths of files in which the kernel tells how it is set.
    type: list
    elements: path
    default: []
  ledger:
    description: Path of this collection's record of what it did on the host.
    type: path
  backups:
    description: Directory of the backups.
    type: path
  mongodb:
    description:
      - The replica set and its user as they are to be, with C(port), C(replica_set), C(members), C(role), C(user),
        C(removes_user) and C(authorities), as in M(rocketops.rocketchat.mongodb_replica_set). Only asked where mongod
        is installed, and with or without TLS, as it speaks at the moment. What it lacks is told where C(first) is true.
    type: dict
  user_password:
    description: Password of the user in O(mongodb).
    type: str
  admin_password:
    description: Password of MongoDB's administrator. It is only used where the user's is refused.
    type: str
  former_admin_password:
    description: The one it may still have, where that is being rotated. Both are tried then.
    type: str
    version_added: 0.2.0
  own_mongodb:
    description: Whether MongoDB of O(workspace) is one of the deployment's own.
    type: bool
    default: false
  workspace:
    description:
      - Of the workspace to ask for, C(root_url) and C(site_url), as in M(rocketops.rocketchat.workspace_facts).
      - With O(own_mongodb=true), it is only asked for where mongod is installed.
    type: dict
  workspace_url:
    description: URL of the workspace's database.
    type: str
"""

EXAMPLES = r"""
- name: Ask the host what it is
  rocketops.rocketchat.host_facts:
    names: [chat.example.com]
    packages: [nginx]
    files: [/etc/nginx/nginx.conf]
  become: true
  register: host

- name: Show who listens on port 80
  ansible.builtin.debug:
    msg: "{{ host.facts.listening | selectattr('port', 'eq', 80) }}"
"""

RETURN = r"""
facts:
  description: What the host said.
  returned: success
  type: dict
  contains:
    os:
      description: Fields of os-release(5). RV(facts.os) C(family) begins with C(id), followed by what it resembles.
      type: dict
      sample: {id: debian, version: "13", family: [debian], name: Debian GNU/Linux 13 (trixie)}
    architecture:
      description: Of the processor, as C(uname -m) says.
      type: str
      sample: x86_64
    avx:
      description: Whether the processor has the AVX instructions.
      type: bool
    cores:
      description: Number of processors.
      type: int
    memory_mb:
      description: Memory in MiB.
      type: int
    file_systems:
      description:
        - For each C(directory) that will grow, C(size_mb) and C(free_mb) in MiB of the file system it is on, or of the
          nearest parent that was C(found). For C(/var/lib/docker) it is where the engine that runs keeps its data.
      type: list
      elements: dict
    clock:
      description:
        - Seconds of the epoch, and whether the kernel regards its clock as synchronised (adjtimex(2), as
          C(timedatectl show) does).
      type: dict
      sample: {epoch: 1795494288.25, synchronised: true}
    listening:
      description:
        - Every TCP socket that listens, with C(address), C(port), C(pid), C(process) and C(unit), which is that of the
          host's own systemd and V(null) for a process of none.
      type: list
      elements: dict
      sample: [{address: 0.0.0.0, port: 80, pid: 812, process: nginx, unit: nginx.service}]
    routes:
      description: IPv4 routes without the default one, as C(network) and C(interface).
      type: list
      elements: dict
    addresses:
      description: The host's own addresses without loopback.
      type: list
      elements: str
    names:
      description: For each of O(names) its C(addresses) and a C(fault), V(null), V(unknown) or V(timeout).
      type: dict
    packages:
      description: Versions of those of O(packages) that are installed; V(null) where there is no dpkg.
      type: dict
    units:
      description:
        - For each of O(units) whether it is C(found), C(active), C(enabled) and C(masked), its limit of C(open_files),
          and whether its files were changed and are C(unread) by systemd; V(null) without systemd.
      type: dict
    programs:
      description:
        - For each of O(units), and for C(nats) with O(nats_url), the C(process) that has its settings, another one each
          time that they were read, and C(since) when it has them, in seconds of the epoch; V(null) if it does not run.
      type: dict
      sample: {nginx.service: {process: 0c5e1a2f-7b1d-4f5e-9d43-1f4f4e1b2a60 2730 812345, since: 1795494288.25}}
    docker:
      description:
        - C(state) is V(running), V(stopped), V(absent) or V(silent).
        - C(containers) have C(name), C(image), C(state), Compose's C(project), its C(directory) and C(service), this
          collection's C(labels), what they have C(published), the C(addresses) they have in networks and, those of
          O(containers), C(settings) with C(restart), C(memory) in bytes, C(nano_cpus), the soft and hard C(limits) of
          their process, the other settings that they are C(limited) by, the aliases in their C(networks), the
          C(network_ids) they hold, the C(addresses) they were given, and those variables for C(proxies), by name, that
          their image does not have.
        - C(networks) have C(name), C(id), C(interface), C(subnets), C(gateways), C(options) and whether they are
          C(ours).
        - C(engine) says in which mode the engine works, and whether C(live_restore) is in force; V(null) unless it
          runs.
        - C(unreachable) are running containers of which nothing listens on a published port any more.
        - C(ways) tells of running containers that have their address of O(ways) whether the host reaches them there.
        - C(firewall_flushed) tells whether the engine's rules of iptables are gone; V(null) where it makes none.
        - C(images) are those of O(images) that the engine has.
      type: dict
    files:
      description:
        - For each of O(files) its C(kind), V(file), V(directory) or V(other), C(mode), C(owner) and C(group) by name,
          C(uid) and C(gid), when it was C(changed) last (its ctime), in seconds of the epoch, and the C(digest) of a
          file, its SHA-256; V(null) where there is nothing.
      type: dict
      sample: {/etc/hosts: {kind: file, mode: "0644", owner: root, group: root, uid: "0", gid: "0", digest: 4355a4...}}
    texts:
      description: Content of the files of O(texts); V(null) for one that is missing.
      type: dict
    settings:
      description:
        - For each of O(settings) its C(values) without secrets, the C(digests) of all of them by name, such as
          C(log-opts/max-size), and the C(error) for which they cannot be told. One that is missing sets nothing.
      type: dict
      sample: {/etc/docker/daemon.json: {error: null, values: {debug: true}, digests: {debug: b5bea4...}}}
    certificates:
      description:
        - For each of O(certificates) when it C(begins) and C(ends) to be valid, in seconds of the epoch; V(null) where
          that is not known.
      type: dict
      sample: {/etc/ssl/chat.pem: {begins: 1795494288, ends: 1803270288}}
    client:
      description:
        - Of Docker's client, for the user that the module runs as, the names of the C(variables) that it would give to
          every container for the sake of C(proxies) in its configuration C(file).
      type: dict
      sample: {file: /root/.docker/config.json, variables: []}
    origins:
      description:
        - For each path of O(origins), those of its C(marks) that the file has, whether a directory is C(empty), and
          whether the file is as its package delivered it, C(packaged); V(null) where there is nothing.
      type: dict
    repositories:
      description:
        - For each address and suite of packages that apt has, the C(file) it stands in, C(uri), C(suite),
          C(components), C(signed_by) and C(architectures).
      type: list
      elements: dict
    nginx:
      description:
        - The C(worker_connections) that are set, V(null) if none are.
        - C(servers) with their C(level), V(http) or V(stream), C(names) and C(listens), C(upstreams), and C(settings)
          at the level of C(http), each with its C(file) and C(line), and whether it C(includes_site).
        - V(null) where there is no nginx, or O(nginx) is left out.
      type: dict
    firewall:
      description:
        - Whether nftables are C(supported), and whether the C(rules) of the table in O(firewall) are V(absent),
          V(as_written) in its file, or V(others); V(unknown) where that cannot be told. V(null) where O(firewall) is
          left out.
        - Of the tables of C(others) that drop what no rule lets in, which C(firewall) keeps them, at which C(hooks)
          they do, and the C(ports) and C(networks) that their rules name.
      type: dict
      sample:
        supported: true
        rules: as_written
        others: {firewall: nftables, hooks: [input], ports: [22], networks: []}
    ledger:
      description:
        - C(state) is V(read), V(absent), V(damaged) or V(newer), with the version of the C(collection) that wrote it
          and its C(content). V(null) where O(ledger) is left out.
      type: dict
    mongodb:
      description:
        - The C(steps) that the replica set and its user lack, or the C(fault) and C(reason) why that is not known, and
          what is there - the C(set) with its C(name) and C(members), whether it is C(initiated) and C(valid), and its
          C(primary); the C(databases), C(users) with those they may write to, and the C(feature_compatibility_version)
          of the data. V(null) where it was not asked.
      type: dict
      sample: {steps: [], fault: null, reason: null, feature_compatibility_version: "8.0", databases: [rocketchat]}
    data:
      description:
        - For each of O(data) whether it is C(found), C(empty), and holds a C(database) of MongoDB's; the C(mount) point
          and the C(device) it lies on; and a mount point around it that is planned and C(unmounted).
      type: dict
    mongod:
      description:
        - Of O(mongod_settings), the C(first_line) and some C(settings); V(null) where there are none.
      type: dict
    kernel:
      description:
        - The contents of the files of O(kernel) as C(values), V(null) for one that is missing, and whether it is that
          C(of_container), which belongs to another machine. V(null) where O(kernel) is left out.
      type: dict
      sample: {of_container: false, values: {/proc/sys/vm/swappiness: "60\n"}}
    workspace:
      description: What M(rocketops.rocketchat.workspace_facts) returns; V(null) where it was not asked for.
      type: dict
    last_backup:
      description: When the newest entry of O(backups) was written, in seconds of the epoch; V(null) without any.
      type: int
"""

from ansible.module_utils.basic import AnsibleModule

from ..module_utils.facts.question import OPTIONS, answer


def main() -> None:
    module = AnsibleModule(argument_spec=OPTIONS, supports_check_mode=True)
    module.exit_json(**answer(module.params).result)


if __name__ == "__main__":
    main()
