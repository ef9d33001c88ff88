"""requests.py IFACE: prints each request rtnetlink gets in this network namespace, seen on the nlmon link, as JSON."""

import json
import socket
import struct
import sys

ETH_P_ALL, NETLINK_ROUTE, NLM_F_REQUEST = 3, 0, 1
SO_RCVBUFFORCE = 33

tap = socket.socket(socket.AF_PACKET, socket.SOCK_RAW, socket.htons(ETH_P_ALL))
tap.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, 32 * 1024 * 1024)
tap.bind((sys.argv[1], ETH_P_ALL))
print(json.dumps({"type": 0, "port": 0, "sequence": 0}), flush=True)
while True:
    data, (_, protocol, *_) = tap.recvfrom(1 << 20)
    if protocol != NETLINK_ROUTE:
        continue
    at = 0
    while at + 16 <= len(data):
        length, kind, flags, sequence, port = struct.unpack_from("=IHHII", data, at)
        if length < 16:
            break
        if flags & NLM_F_REQUEST:
            print(json.dumps({"type": kind, "port": port, "sequence": sequence}), flush=True)
        at += (length + 3) & ~3
