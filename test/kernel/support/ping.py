"""Sends ICMP echo requests to an address until one is answered; exits 1 when none is for so many seconds."""
import socket
import struct
import sys
import time


def checksum(data):
    total = sum(struct.unpack("!%dH" % (len(data) // 2), data))
    while total >> 16:
        total = (total & 0xFFFF) + (total >> 16)
    return ~total & 0xFFFF


address, seconds = sys.argv[1], float(sys.argv[2])
wire = socket.socket(socket.AF_INET, socket.SOCK_RAW, socket.IPPROTO_ICMP)
wire.settimeout(0.05)
body = struct.pack("!HH", 0x766E, 1) + b"vnetd!"
request = struct.pack("!BBH", 8, 0, checksum(b"\x08\x00\x00\x00" + body)) + body
end = time.monotonic() + seconds
while time.monotonic() < end:
    try:
        wire.sendto(request, (address, 0))
        while True:
            answer, (sender, _) = wire.recvfrom(256)
            if sender == address and answer[20] == 0 and answer[24:] == body:
                sys.exit(0)
    except OSError:
        time.sleep(0.02)
sys.exit(1)
