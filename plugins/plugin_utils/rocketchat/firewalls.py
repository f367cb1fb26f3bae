# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""How an operator lets something in through a firewall of his own, as a command."""

from __future__ import annotations

# By what keeps a host's rules: from one network to an address of the host, and from everywhere.
_FROM = {
    "ufw": "sudo ufw allow proto tcp from {source} to {address} port {port}",
    "firewalld": (
        "sudo firewall-cmd --permanent --add-rich-rule='rule family=ipv4 source address={source} port "
        "port={port} protocol=tcp accept' && sudo firewall-cmd --reload"
    ),
    # the table and chain of /etc/nftables.conf as Debian's package has it
    "nftables": "sudo nft insert rule inet filter input ip saddr {source} ip daddr {address} tcp dport {port} accept",
    "iptables": "sudo iptables -I INPUT -s {source} -d {address} -p tcp --dport {port} -j ACCEPT",
}
_FROM_EVERYWHERE = {
    "ufw": "sudo ufw allow {port}/tcp",
    "firewalld": "sudo firewall-cmd --permanent --add-port={port}/tcp && sudo firewall-cmd --reload",
    "nftables": "sudo nft insert rule inet filter input tcp dport {port} accept",
    "iptables": "sudo iptables -I INPUT -p tcp --dport {port} -j ACCEPT",
}


def allowing(firewall: str, port: int | str, source: str = "", address: str = "") -> str:
    """Without a ``source``, from everywhere."""
    return (_FROM if source else _FROM_EVERYWHERE)[firewall].format(source=source, address=address, port=port)
