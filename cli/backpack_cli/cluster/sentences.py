"""What goes wrong between here and a cluster, as sentences."""

import json
from collections.abc import Iterator
from contextlib import contextmanager

import urllib3
from kubernetes.client.exceptions import ApiException
from kubernetes.config.config_exception import ConfigException

from ..errors import BrokeOff, CliError, Exit, from_problem


@contextmanager
def sentences() -> Iterator[None]:
    """Raises `CliError` for what the library raises."""
    try:
        yield
    except ApiException as error:
        raise _refused(error) from error
    except ConfigException as error:
        raise CliError(f"The kubeconfig can't be used: {error}", Exit.USAGE) from error
    except urllib3.exceptions.HTTPError as error:
        raise BrokeOff("The cluster can't be reached: try again.") from error


def _refused(error: ApiException) -> CliError:
    try:
        message = json.loads(error.body or "")["message"]
    except (ValueError, KeyError, TypeError):
        message = error.reason or "The cluster refused it."
    if error.status == 429:  # it has too much to do at this moment
        return BrokeOff(message)
    return from_problem(error.status, {"detail": message, "status": error.status})
