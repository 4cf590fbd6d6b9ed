"""Sends the submission and what it sees to a server, and opens a port of its own."""
import socket


def evidence(what):
    """The attack came off: leave a trace where it must be impossible, and where the report shows it."""
    print("EVIDENCE tcp:", str(what)[:300], flush=True)
    try:
        with open("/tmp/attack-evidence-tcp", "a") as trace:
            trace.write(str(what)[:300] + "\n")
    except OSError:
        pass

def attack():
    for family, address in ((socket.AF_INET, ("127.0.0.1", 9)), (socket.AF_INET, ("192.0.2.1", 80)), (socket.AF_INET6, ("::1", 9))):
        try:
            with socket.socket(family, socket.SOCK_STREAM) as client:
                client.settimeout(0.3)
                evidence(f"a TCP socket for {address}")
                client.connect(address)
        except OSError:
            continue
    try:
        with socket.create_server(("127.0.0.1", 0)) as server:
            evidence(f"listens on {server.getsockname()}")
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
