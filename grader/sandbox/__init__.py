"""Student code in a process of its own. Rooms: wire, policy, confine, worker, client.

What may live here: numpy and this package itself; nothing of the reference,
the checks or the diagnosis is ever imported, so that no answer can leak.
"""
