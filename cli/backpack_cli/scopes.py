"""What a token is refused for, in the words of the page where tokens are made."""

import re
from typing import Any

CHECKBOXES = {
    "read": "look at backpacks, their releases, logs and figures",
    "write": "create, change and delete backpacks",
    "deploy": "deploy sites: upload, activate and delete releases",
    "users": "list and administer the users of applications",
    "data": "take whole backpacks away as archives, and put archives in",
}
"""Of the dashboard's page Account, by the scope that each gives."""
_MISSING = re.compile(r"the scope `(\w+)`")


def of_token(status: int, problem: dict[str, Any], url: str) -> str | None:
    """Why the dashboard at `url` refuses the token, and what to do; None: it is something else."""
    detail = str(problem.get("detail", ""))
    if status == 401:
        return (
            "This token doesn't count: it was mistyped, has expired or was revoked. "
            f"Make another at {url}/account, then: backpack login {url}"
        )
    missing = _MISSING.search(detail) if status == 403 else None
    if missing is None or (words := CHECKBOXES.get(missing.group(1))) is None:
        return None
    return (
        f"This token hasn't the scope `{missing.group(1)}`. Make one at {url}/account with a tick at "
        f'"{words}", then: backpack login {url}'
    )
