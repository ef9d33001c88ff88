"""guest.py tap|macvtap LINK ADDRESS: stands for a virtual machine behind a link, and answers ARP and ping for its address.

A tap it makes itself, as a hypervisor does; a macvtap it opens by number. When the link is gone it starts anew.
"""
import fcntl
import os
import socket
import struct
import sys
import tempfile
import time

TUNSETIFF, IFF_TAP, IFF_NO_PI = 0x400454CA, 0x2, 0x1000
kind, link, address = sys.argv[1:]
own = socket.inet_aton(address)


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


def opened():
    if kind == "tap":
        wire = os.open("/dev/net/tun", os.O_RDWR)
        mac = b"\x02\0\0\0\0\x50"
    else:
        base = "/sys/class/net/" + link
        mac = bytes.fromhex(open(base + "/address").read().strip().replace(":", ""))
        number = open(base + "/ifindex").read().strip()
        major, minor = open("%s/tap%s/dev" % (base, number)).read().strip().split(":")
        # /dev/tapN is made by udev or devtmpfs, and not in every namespace.
        with tempfile.TemporaryDirectory() as folder:
            node = folder + "/tap"
            os.mknod(node, 0o20600, os.makedev(int(major), int(minor)))
            wire = os.open(node, os.O_RDWR)
    fcntl.ioctl(wire, TUNSETIFF, struct.pack("16sH22x", link.encode(), IFF_TAP | IFF_NO_PI))
    return wire, mac


def answer(frame, mac):
    """The answer to a frame, None where there is none."""
    sender, kind = frame[6:12], frame[12:14]
    back = sender + mac + kind
    if kind == b"\x08\x06" and frame[20:22] == b"\0\x01" and frame[38:42] == own:
        return back + frame[14:20] + b"\0\x02" + mac + own + frame[22:32]
    if kind == b"\x08\0" and frame[14] == 0x45 and frame[23] == 1 and frame[30:34] == own and frame[34] == 8:
        length = struct.unpack("!H", frame[16:18])[0]
        echo = b"\0\0\0\0" + frame[38 : 14 + length]
        padded = echo + b"\0" * (len(echo) % 2)
        echo = echo[:2] + struct.pack("!H", checksum(padded)) + echo[4:]
        return back + frame[14:26] + frame[30:34] + frame[26:30] + echo
    return None


print("here", flush=True)
while True:
    try:
        wire, mac = opened()
    except OSError:
        time.sleep(0.02)
        continue
    print("open", flush=True)
    try:
        while True:
            reply = answer(os.read(wire, 65536), mac)
            if reply:
                os.write(wire, reply)
    except OSError as error:
        if error.errno == 5:
            time.sleep(0.02)
    os.close(wire)
