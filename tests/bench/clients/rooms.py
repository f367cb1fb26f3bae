# Copyright: (c) 2026, rocketops maintainers
# GNU General Public License v3.0+ (see COPYING or https://www.gnu.org/licenses/gpl-3.0.txt)
# SPDX-License-Identifier: GPL-3.0-or-later
"""Rooms that everybody may read, as the administrator of the database makes them.

Reads the `password`, the `database`, and `rooms` by name.
"""

from __future__ import annotations

import json
import sys

import pymongo

if __name__ == "__main__":
    asked = json.loads(sys.stdin.readline())
    client = pymongo.MongoClient("127.0.0.1", username="admin", password=asked["password"], directConnection=True)
    rooms = client[asked["database"]].rocketchat_room
    for room in asked["rooms"]:
        rooms.replace_one({"_id": room}, {"_id": room, "t": "c", "name": room, "msgs": 0}, upsert=True)
    print(json.dumps({"rooms": len(asked["rooms"])}), flush=True)
