"""The process: `python -m backpack_api`."""

import logging
import sys

import uvloop

from backpack_api import logs, memory
from backpack_api.runtime import Runtime
from backpack_api.server import serve
from backpack_api.settings import SettingsError, load_configuration, load_settings


def main() -> int:
    """Run until told to end. Exit status 2: the environment isn't usable."""
    memory.prepare()
    try:
        settings = load_settings()
        configuration = load_configuration(settings.config_file)
    except SettingsError as error:
        logs.configure("info", backpack="", namespace="")
        logging.getLogger("backpack_api").critical("cannot start: %s", error)
        return 2
    logs.configure(settings.log_level, backpack=configuration.name, namespace=configuration.namespace)

    async def run() -> None:
        runtime = Runtime(settings, configuration)
        memory.settle()
        await serve(runtime)

    uvloop.run(run())
    return 0


if __name__ == "__main__":
    sys.exit(main())
