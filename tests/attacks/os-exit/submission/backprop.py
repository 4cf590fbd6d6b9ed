"""Os._exit(0) while the file is loaded: no exception, exit code 0."""
import os

print("OK", flush=True)
os._exit(0)
