"""What `make up` prints when all is up: commands that work as printed."""

from typing import Any

from .examples import NAMESPACE
from .system import RunningSystem

EMAIL = "ada@example.com"
PASSWORD = "correct-horse-battery"  # noqa: S105  an example, shown to be typed


def next_steps(running: RunningSystem, examples: list[dict[str, Any]], dashboard: str, seconds: float) -> str:
    """The text for the terminal; `examples` are the Backpacks, all Ready, `dashboard` the address of
    the dashboard, which has a `#` while it is the one-time link that makes the first owner."""
    once = "\n             (this link makes you its first owner, once)" if "#" in dashboard else ""
    sites = "\n".join(f"  {each['metadata']['name']:10} {each['status']['url']}" for each in examples)
    api = examples[0]["status"]["apiUrl"]
    body = f'{{"email": "{EMAIL}", "password": "{PASSWORD}"}}'
    return f"""
Up after {seconds:.0f} s:

  dashboard  {dashboard}{once}
{sites}

Look at it:

  export KUBECONFIG={running.kubeconfig}
  export PATH={running.kubectl.parent}:$PATH
  kubectl get bp --namespace {NAMESPACE}

Use the API of {examples[0]["metadata"]["name"]}:

  curl {api}/readyz
  curl {api}/auth/register -H 'Content-Type: application/json' -d '{body}'

`make up` again brings changes of the code in; `make down` removes everything."""
