"""A run on Gradescope: its folders, its metadata, its deadline, its results.json.

What may live here: what differs between Gradescope and `grade` on one's own
machine. Marks are made elsewhere; what a policy of the rubric takes off or
keeps afterwards is decided here.
"""
