"""What `make up` prints when all is up: commands that work as printed."""

from typing import Any

from .system import EXAMPLE_NAMESPACE, RunningSystem

EMAIL = "ada@example.com"
PASSWORD = "correct-horse-battery"  # noqa: S105  an example, shown to be typed


def next_steps(running: RunningSystem, example: dict[str, Any], dashboard: str, seconds: float) -> str:
    """The text for the terminal; `example` is the Ready Backpack, `dashboard` the address of
    the dashboard, which has a `#` while it is the one-time link that makes the first owner."""
    once = "\n             (this link makes you its first owner, once)" if "#" in dashboard else ""
    api = example["status"]["apiUrl"]
    body = f'{{"email": "{EMAIL}", "password": "{PASSWORD}"}}'
    return f"""
Up after {seconds:.0f} s. Backpack {example["metadata"]["name"]} is Ready:

  dashboard  {dashboard}{once}
  site       {example["status"]["url"]}
  API        {api}

Look at it:

  export KUBECONFIG={running.kubeconfig}
  export PATH={running.kubectl.parent}:$PATH
  kubectl get bp --namespace {EXAMPLE_NAMESPACE}

Use it:

  curl {api}/readyz
  curl {api}/auth/register -H 'Content-Type: application/json' -d '{body}'

`make up` again brings changes of the code in; `make down` removes everything."""
