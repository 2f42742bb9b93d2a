"""Asks the operator at the URL that is given whether it is ready, for `helm test`."""

import sys
import time
import urllib.error
import urllib.request

# The Service and no proxy: what HTTP_PROXY names does not know the cluster's names.
opener = urllib.request.build_opener(urllib.request.ProxyHandler({}))
url, seconds = sys.argv[1], float(sys.argv[2]) if len(sys.argv) > 2 else 60
deadline = time.monotonic() + seconds
while True:
    try:
        with opener.open(url, timeout=5) as answer:
            print(f"{url}: {answer.read().decode()}")
            sys.exit(0)
    except urllib.error.HTTPError as error:
        said = f"{error.code} {error.read().decode()}"
    except OSError as error:
        said = str(error)
    if time.monotonic() > deadline:
        sys.exit(f"the operator is not ready: {url}: {said}")
    time.sleep(1)
