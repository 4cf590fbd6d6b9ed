"""Student code in a process of its own.

Both sides:      wire, messages, border, room, policy, names
The grader:      cell, identity, clearing, scratch, client, exchange, deadline, printed, layers, support, warm
The worker:      worker, confine, kernel, calls, seatbelt, reach, probe
A child of it:   child, loading, running, imports, elsewhere, notebook, session, sources, locate, fingerprint, answer, failure

What may live here: numpy and this package itself; nothing of the reference,
the checks or the diagnosis is ever imported, so that no answer can leak.
"""
