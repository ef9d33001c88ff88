#!/usr/bin/python3
# notify-socket.py PATH: the other end of sd_notify(3). Node has no datagram sockets in the Unix domain.
# Prints {"pid", "text"}, one JSON object a line, for each message that arrives at PATH; the first line is for itself.
import json
import os
import socket
import struct
import sys

receiver = socket.socket(socket.AF_UNIX, socket.SOCK_DGRAM)
receiver.setsockopt(socket.SOL_SOCKET, socket.SO_PASSCRED, 1)
receiver.bind(sys.argv[1])
print(json.dumps({"pid": os.getpid(), "text": "LISTENING=1"}), flush=True)
while True:
    data, ancillary, _, _ = receiver.recvmsg(65536, socket.CMSG_SPACE(struct.calcsize("3i")))
    pid = 0
    for level, kind, content in ancillary:
        if level == socket.SOL_SOCKET and kind == socket.SCM_CREDENTIALS:
            pid = struct.unpack("3i", content)[0]
    print(json.dumps({"pid": pid, "text": data.decode()}), flush=True)
