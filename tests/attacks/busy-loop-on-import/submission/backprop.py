"""Never finishes loading: the file counts for ever before it defines anything."""

while True:
    pass
