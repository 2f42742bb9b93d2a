"""`python -m backpack_dashboard`: the server, or with a word one of its commands."""

import asyncio
import sys

from backpack_dashboard.commands import command
from backpack_dashboard.errors import DashboardError
from backpack_dashboard.logs import set_up
from backpack_dashboard.settings import SettingsError, load_settings


def main() -> int:
    try:
        settings = load_settings()
        if len(sys.argv) > 1:
            return asyncio.run(command(settings, sys.argv[1:]))
        set_up(settings.log_level)
        # A command does without: this import alone takes as long as all that it needs.
        from backpack_dashboard.server import serve  # noqa: PLC0415

        asyncio.run(serve(settings))
    except (SettingsError, DashboardError) as error:
        print(f"backpack-dashboard: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
