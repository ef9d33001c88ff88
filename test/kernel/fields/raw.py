"""Link attributes ip(8) of Debian 12 has no word for, by number, without vnetd's own code.

raw.py dump                 {"br0": {"data": {"1": "dc050000"}, "slave": {}}, ...} on stdout
raw.py set                  reads lines `LINK KIND data|slave NUMBER HEX` and sends each as RTM_NEWLINK
"""
import json
import socket
import struct
import sys

NLM_F_REQUEST, NLM_F_ACK, NLM_F_DUMP = 1, 4, 0x300
RTM_NEWLINK, RTM_GETLINK = 16, 18
IFLA_IFNAME, IFLA_LINKINFO, NESTED = 3, 18, 0x8000
INFO = {"kind": 1, "data": 2, "slave_kind": 4, "slave": 5}


def attribute(number, payload):
    return struct.pack("HH", 4 + len(payload), number) + payload + b"\0" * (-len(payload) % 4)


def attributes(data):
    found = {}
    while len(data) >= 4:
        length, number = struct.unpack_from("HH", data)
        if length < 4:
            break
        found[number & 0x3FFF] = data[4:length]
        data = data[(length + 3) & ~3 :]
    return found


def open_socket():
    sock = socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0)
    sock.bind((0, 0))
    return sock


def send(sock, kind, flags, body):
    sock.send(struct.pack("IHHII", 16 + len(body), kind, NLM_F_REQUEST | flags, 1, 0) + body)


def messages(sock):
    while True:
        data = sock.recv(1 << 20)
        while data:
            length, kind, _flags, _seq, _pid = struct.unpack_from("IHHII", data)
            yield kind, data[16:length]
            data = data[(length + 3) & ~3 :]


def dump():
    sock = open_socket()
    send(sock, RTM_GETLINK, NLM_F_DUMP, struct.pack("BBHiII", 0, 0, 0, 0, 0, 0))
    links = {}
    for kind, body in messages(sock):
        if kind == 3:
            break
        top = attributes(body[16:])
        info = attributes(top.get(IFLA_LINKINFO, b""))
        links[top[IFLA_IFNAME].rstrip(b"\0").decode()] = {
            where: {number: value.hex() for number, value in attributes(info.get(INFO[where], b"")).items()}
            for where in ("data", "slave")
        }
    print(json.dumps(links))


def change():
    sock = open_socket()
    failed = 0
    for line in sys.stdin:
        link, kind, where, number, payload = (line.split() + [""])[:5]
        inside = attribute(INFO["kind" if where == "data" else "slave_kind"], kind.encode())
        inside += attribute(INFO[where] | NESTED, attribute(int(number), bytes.fromhex(payload)))
        body = struct.pack("BBHiII", 0, 0, 0, socket.if_nametoindex(link), 0, 0)
        send(sock, RTM_NEWLINK, NLM_F_ACK, body + attribute(IFLA_LINKINFO | NESTED, inside))
        _, answer = next(messages(sock))
        error = struct.unpack_from("i", answer)[0]
        if error:
            failed = 1
            print(f"{line.strip()}: errno {-error}", file=sys.stderr)
    sys.exit(failed)


dump() if sys.argv[1] == "dump" else change()
