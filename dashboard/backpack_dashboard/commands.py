"""What whoever may run a command in the dashboard's pod can do: get one-time links.

python3 -m backpack_dashboard setup-link       the link that makes the first owner
python3 -m backpack_dashboard invite NAME      a link that gives this account a password
"""

import sys

from backpack_dashboard.kube.client import KubeClient
from backpack_dashboard.services.links import SetupLinks, invite_by_name
from backpack_dashboard.settings import Settings
from backpack_dashboard.stores.resources import ResourceStore
from backpack_dashboard.stores.secrets import SecretStore

USAGE = "usage: python3 -m backpack_dashboard [setup-link | invite NAME]"


async def command(settings: Settings, words: list[str]) -> int:
    """Run one; the exit status."""
    client = await KubeClient.connect()
    try:
        resources = ResourceStore(client, settings.namespace)
        secrets = SecretStore(client, settings.namespace)
        match words:
            case ["setup-link"]:
                link = await SetupLinks(settings, resources, secrets).make()
                # Without one there is an owner, who signs in and invites.
                print(link or f"{settings.public_url}/")
            case ["invite", name]:
                print(await invite_by_name(settings, resources, secrets, name))
            case _:
                print(USAGE, file=sys.stderr)
                return 2
    finally:
        await client.close()
    return 0
