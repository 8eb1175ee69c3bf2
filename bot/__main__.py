"""`python -m bot` is `valhalla`."""

from bot.cli import main

main()
