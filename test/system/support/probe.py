"""Tries what a unit's hardening allows, and prints what became of each as JSON: "ok" or the name of the errno."""
import ctypes, errno, json, os, socket, sys

libc = ctypes.CDLL(None, use_errno=True)
CLONE = {"mnt": 0x20000, "uts": 0x4000000, "ipc": 0x8000000, "user": 0x10000000, "pid": 0x20000000, "net": 0x40000000}


def call(name, *args):
    ctypes.set_errno(0)
    if getattr(libc, name)(*args) < 0:
        raise OSError(ctypes.get_errno(), name)


def in_child(act):
    """What becomes of `act` in a process of its own: a namespace entered is left with it."""
    read, write = os.pipe()
    if os.fork() == 0:
        os.write(write, outcome(act).encode())
        os._exit(0)
    os.close(write)
    told = os.read(read, 100).decode()
    os.wait()
    if told != "ok":
        raise OSError(getattr(errno, told), told)


def outcome(act):
    try:
        act()
        return "ok"
    except OSError as error:
        return errno.errorcode.get(error.errno, str(error.errno))


def enter_namespace():
    call("setns", os.open("/proc/self/ns/net", os.O_RDONLY), CLONE["net"])


def set_user_id_bit():
    open("/run/vnetd/probe", "w").close()
    os.chmod("/run/vnetd/probe", 0o4755)


def large_receive_buffer():
    with socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0) as s:
        s.setsockopt(socket.SOL_SOCKET, 33, 1 << 24)


def mount_and_unmount():
    os.makedirs("/run/vnetd/probe-mount", exist_ok=True)
    call("mount", b"none", b"/run/vnetd/probe-mount", b"tmpfs", 0, None)
    call("umount2", b"/run/vnetd/probe-mount", 2)
    os.rmdir("/run/vnetd/probe-mount")


tries = {
    "socket inet": lambda: socket.socket(socket.AF_INET, socket.SOCK_DGRAM),
    "socket packet": lambda: socket.socket(socket.AF_PACKET, socket.SOCK_RAW),
    "socket netlink": lambda: socket.socket(socket.AF_NETLINK, socket.SOCK_RAW, 0),
    "socket unix": lambda: socket.socket(socket.AF_UNIX, socket.SOCK_STREAM),
    "large receive buffer": large_receive_buffer,
    "enter a network namespace": lambda: in_child(enter_namespace),
    "write a sysctl": lambda: open("/proc/sys/net/ipv4/conf/all/rp_filter", "w").write("0"),
    "give a file to a group": lambda: os.chown("/run/vnetd", 0, 0),
    "set-user-id bit": set_user_id_bit,
    "real-time scheduling": lambda: os.sched_setscheduler(0, os.SCHED_FIFO, os.sched_param(1)),
    "personality": lambda: call("personality", 8),
    "tun device": lambda: os.close(os.open("/dev/net/tun", os.O_RDWR)),
    "kernel log": lambda: os.close(os.open("/dev/kmsg", os.O_RDWR)),
    "set the clock": lambda: call("settimeofday", ctypes.byref((ctypes.c_long * 2)(1, 0)), None),
    "set the host's name": lambda: socket.sethostname("probed"),
    "mount": mount_and_unmount,
    "load a module": lambda: call("syscall", 175, b"", 0, b""),
    "become another user": lambda: in_child(lambda: os.setuid(65534)),
    "override a file's mode": lambda: open("/run/probe-foreign").close(),
    "write memory of others": lambda: call("syscall", 101, 16, 1, 0, 0),
}
for kind in ("net", "mnt", "uts", "ipc", "pid", "user"):
    tries[f"unshare {kind}"] = lambda kind=kind: in_child(lambda: call("unshare", CLONE[kind]))

with open(sys.argv[1], "w") as told:
    json.dump({name: outcome(act) for name, act in tries.items()}, told)
