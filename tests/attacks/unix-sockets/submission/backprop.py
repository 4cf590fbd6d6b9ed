"""Talks to the machine's services by UNIX and netlink sockets, and leaves an abstract name."""
import socket


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE unix-sockets:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-unix-sockets", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for family, kind, address in (
        (socket.AF_UNIX, socket.SOCK_STREAM, "/var/run/docker.sock"), (socket.AF_UNIX, socket.SOCK_DGRAM, "/dev/log"),
        (socket.AF_UNIX, socket.SOCK_STREAM, "/run/dbus/system_bus_socket"), (socket.AF_UNIX, socket.SOCK_STREAM, "\0left-behind"),
        (16, socket.SOCK_RAW, None), (40, socket.SOCK_STREAM, None),
    ):
        try:
            with socket.socket(family, kind) as client:
                evidence(f"a socket of family {family}")
                if address:
                    client.connect(address)
        except OSError:
            continue


def make_dataset(num_points):
    attack()
    return None


def forward(X, params):
    attack()
    return None


def backprop(X, t, params):
    attack()
    return None


attack()
