"""Sends by UDP, which Landlock does not stop, and asks a name server."""
import socket


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE udp:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-udp", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for kind, protocol in ((socket.SOCK_DGRAM, 0), (socket.SOCK_RAW, 1), (socket.SOCK_SEQPACKET, 0)):
        try:
            with socket.socket(socket.AF_INET, kind, protocol) as client:
                client.sendto(b"exfiltrated", ("127.0.0.1", 9))
                evidence(f"a datagram, {kind}")
        except OSError:
            continue
    try:
        evidence(socket.getaddrinfo("localhost.example", 80))
    except OSError:
        pass


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
