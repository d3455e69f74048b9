"""`python -m engine.cli`: the same as the installed `palimpsest`."""

from engine.cli.main import main

main()
