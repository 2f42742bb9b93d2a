"""`python -m backpack_cli`."""

from .main import main

main()
