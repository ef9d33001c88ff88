"""receive-buffer.py PID BYTES: sets the receive buffer of the netlink socket by which the process hears notices."""

import ctypes
import os
import re
import socket
import sys

PIDFD_OPEN, PIDFD_GETFD = 434, 438
SO_RCVBUFFORCE = 33
NETLINK_ROUTE = "0"


def listening(pid):
    """Inodes of the rtnetlink sockets that are members of a group (netlink_native_seq_show)."""
    with open(f"/proc/{pid}/net/netlink") as lines:
        rows = [line.split() for line in lines][1:]
    return {row[9] for row in rows if row[1] == NETLINK_ROUTE and int(row[3], 16) != 0}


def call(number, *arguments):
    result = ctypes.CDLL(None, use_errno=True).syscall(number, *arguments)
    if result < 0:
        raise OSError(ctypes.get_errno(), os.strerror(ctypes.get_errno()))
    return result


pid, size = int(sys.argv[1]), int(sys.argv[2])
inodes = listening(pid)
pidfd = call(PIDFD_OPEN, pid, 0)
done = 0
for name in os.listdir(f"/proc/{pid}/fd"):
    found = re.fullmatch(r"socket:\[(\d+)\]", os.readlink(f"/proc/{pid}/fd/{name}"))
    if found and found[1] in inodes:
        copy = socket.socket(fileno=call(PIDFD_GETFD, pidfd, int(name), 0))
        copy.setsockopt(socket.SOL_SOCKET, SO_RCVBUFFORCE, size)
        done += 1
if done == 0:
    sys.exit(f"process {pid} has no netlink socket that listens")
