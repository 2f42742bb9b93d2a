"""`python -m backpack_operator`: settings from the environment, then the program."""

import sys

import uvloop
from pydantic import ValidationError

from backpack_operator.errors import OperatorError
from backpack_operator.logs import set_up
from backpack_operator.main import run
from backpack_operator.settings import PREFIX, Settings


def main() -> int:
    try:
        settings = Settings()
    except ValidationError as error:
        for problem in error.errors():
            name = PREFIX + "_".join(str(part) for part in problem["loc"]).upper()
            print(f"{name}: {problem['msg']}", file=sys.stderr)
        return 2
    set_up(settings.log_level)
    try:
        uvloop.run(run(settings))
    except OperatorError as error:
        print(f"backpack-operator: {error}", file=sys.stderr)
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
