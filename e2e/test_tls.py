"""HTTPS in each mode of `spec.tls`, with Traefik's certificate resolver at work: Pebble,
Let's Encrypt's own test server, is its certificate authority."""

import json
import ssl
from collections.abc import Iterator
from functools import partial

import httpx
import pytest
from websockets.sync.client import connect

from backpack_dev.system import OPERATOR_NAMESPACE, RunningSystem
from backpack_operator.rbac import RETRY_MIDDLEWARE
from backpack_operator.reconcile.retry import retry_body
from support.backpack_client import PASSWORD, BackpackClient, open_client
from support.backpacks import create_ready, unique
from support.certificates import DAY, Authority, Pair, names, shown, tls_secret, trusting
from support.kubectl import Kubectl, Object, backpack
from support.pebble import Pebble, running_pebble
from support.waiting import eventually

ENCRYPTED, MOVING, LATE = unique("encrypted"), unique("moving"), unique("late")
RESOLVER = {"mode": "Resolver"}


def hosts_of(system: RunningSystem, name: str) -> tuple[str, str]:
    return f"{name}.{system.domain}", f"{name}-api.{system.domain}"


@pytest.fixture(scope="module")
def pebble(system: RunningSystem, kubectl: Kubectl) -> Iterator[Pebble]:
    hosts = [host for name in (ENCRYPTED, MOVING, LATE) for host in hosts_of(system, name)]
    with running_pebble(kubectl, hosts) as result:
        yield result


@pytest.fixture(scope="module")
def trust(pebble: Pebble) -> ssl.SSLContext:
    return trusting(pebble.root())


@pytest.fixture(scope="module")
def encrypted(namespace: Kubectl, pebble: Pebble) -> Object:
    """A Backpack with an automatic certificate; that it is Ready means that it has it."""
    return create_ready(namespace, ENCRYPTED, tls=RESOLVER)


@pytest.fixture
def ada(encrypted: Object, trust: ssl.SSLContext) -> Iterator[BackpackClient]:
    email = f"{unique('ada')}@example.com"
    with BackpackClient(encrypted["status"]["apiUrl"], email, trust=trust) as client:
        yield client.sign_up()


def test_both_hosts_have_one_certificate_as_soon_as_it_is_ready(
    system: RunningSystem, encrypted: Object, trust: ssl.SSLContext
) -> None:
    site, api = hosts_of(system, ENCRYPTED)
    first, second = (shown(host, system.https_port) for host in (site, api))
    assert first == second
    assert set(names(first)) == {site, api}
    assert encrypted["status"]["url"] == f"https://{site}:{system.https_port}"
    assert encrypted["status"]["apiUrl"] == f"https://{api}:{system.https_port}"
    for url, path in ((encrypted["status"]["url"], "/"), (encrypted["status"]["apiUrl"], "/readyz")):
        with open_client(url, trust) as client:
            answer = client.get(path)
            assert answer.status_code == 200
            # Whoever runs the whole domain may add it: see docs/decisions/0013.
            assert "strict-transport-security" not in answer.headers


def test_a_client_that_does_not_know_the_authority_refuses(encrypted: Object) -> None:
    with open_client(encrypted["status"]["url"]) as client, pytest.raises(httpx.ConnectError, match="verify"):
        client.get("/")


@pytest.mark.parametrize(("method", "status"), [("GET", 301), ("HEAD", 308), ("POST", 308), ("PUT", 308)])
@pytest.mark.parametrize("which", [0, 1], ids=["site", "api"])
def test_plain_http_is_sent_to_https(
    system: RunningSystem, encrypted: Object, which: int, method: str, status: int
) -> None:
    host = hosts_of(system, ENCRYPTED)[which]
    with open_client(f"http://{host}:{system.http_port}") as client:
        answer = client.request(method, "/some/path?with=query")
    assert answer.status_code == status
    assert answer.headers["location"] == f"https://{host}:{system.https_port}/some/path?with=query"


def test_the_authoritys_questions_over_plain_http_are_still_traefiks(
    system: RunningSystem, encrypted: Object
) -> None:
    """Or no certificate could be renewed."""
    for host in hosts_of(system, ENCRYPTED):
        with open_client(f"http://{host}:{system.http_port}") as client:
            assert client.get("/.well-known/acme-challenge/unknown").status_code == 404


def test_a_session_in_a_cookie_needs_https(encrypted: Object, ada: BackpackClient) -> None:
    answer = ada.http.post("/auth/login", json={"email": ada.email, "password": PASSWORD})
    assert answer.status_code == 200
    name, _, rest = answer.headers["set-cookie"].partition("=")
    assert name.startswith("__Host-")
    assert "secure" in [part.strip().lower() for part in rest.split(";")]


def test_realtime_works_over_tls(
    system: RunningSystem, encrypted: Object, ada: BackpackClient, trust: ssl.SSLContext
) -> None:
    url = encrypted["status"]["apiUrl"].replace("https://", "wss://")
    headers = {"Authorization": ada.http.headers["Authorization"]}
    at = ("127.0.0.1", system.https_port)
    with connect(f"{url}/realtime", ssl=trust, proxy=None, additional_headers=headers, address=at) as socket:
        assert json.loads(socket.recv(timeout=15))["user"]["id"] == ada.user["id"]
        socket.send(json.dumps({"id": 1, "op": "ping"}))
        assert json.loads(socket.recv(timeout=15))["ok"] is True


def change_tls(kubectl: Kubectl, name: str, **tls: str | None) -> None:
    """Set `spec.tls`; None takes a field out."""
    kubectl.run("patch", "backpack", name, "--type=merge", f"--patch={json.dumps({'spec': {'tls': tls}})}")


def serves(origin: str, trust: ssl.SSLContext | None = None) -> bool:
    with open_client(origin, trust) as client:
        try:
            return client.get("/").status_code == 200
        except httpx.ConnectError:
            return False


def test_the_mode_changes_while_everything_runs(
    system: RunningSystem, namespace: Kubectl, kubectl: Kubectl, pebble: Pebble, trust: ssl.SSLContext
) -> None:
    traefik = partial(containers_of_traefik, kubectl)
    before, authority, hosts = traefik(), Authority.make(), hosts_of(system, MOVING)
    plain, secure = f"http://{hosts[0]}:{system.http_port}", f"https://{hosts[0]}:{system.https_port}"
    own = trusting(authority.pem)

    created = create_ready(namespace, MOVING, tls={"mode": "Disabled"})
    assert created["status"]["url"] == plain
    eventually(lambda: serves(plain), within=15)

    namespace.apply(tls_secret("moving-tls", authority.issue(*hosts)))
    change_tls(namespace, MOVING, mode="Secret", secretName="moving-tls")
    assert namespace.wait_ready(MOVING)["status"]["url"] == secure
    eventually(lambda: serves(secure, own), within=15)
    eventually(lambda: redirects(plain), within=15)

    change_tls(namespace, MOVING, mode="Resolver", secretName=None)
    namespace.wait_ready(MOVING)
    eventually(lambda: serves(secure, trust), within=15)

    change_tls(namespace, MOVING, mode="Disabled")
    assert namespace.wait_ready(MOVING)["status"]["url"] == plain
    eventually(lambda: serves(plain), within=15)
    assert traefik() == before, "nothing of it was restarted"


def redirects(origin: str) -> bool:
    with open_client(origin) as client:
        return client.get("/").status_code == 301


def containers_of_traefik(kubectl: Kubectl) -> list[tuple[str, int]]:
    return [
        (pod["metadata"]["uid"], status["restartCount"])
        for pod in kubectl.within("traefik").list("pods")
        for status in pod["status"]["containerStatuses"]
    ]


def test_a_certificate_of_ones_own_is_checked_and_may_be_mended(
    system: RunningSystem, namespace: Kubectl
) -> None:
    name, authority = unique("own"), Authority.make()
    hosts = hosts_of(system, name)
    namespace.apply(backpack(name, tls={"mode": "Secret", "secretName": f"{name}-tls"}))
    namespace.wait_reason(name, "RouteReady", "CertificateMissing")
    assert namespace.condition(name, "Ready")["status"] == "False"  # type: ignore[index]

    flawed = [
        (Pair("no certificate", "no key"), "CertificateInvalid", "no certificate in PEM form in tls.crt"),
        (authority.issue(hosts[0]), "CertificateInvalid", f"is for {hosts[0]}, and not for {hosts[1]}"),
        (authority.issue(*hosts, starts=-2 * DAY, ends=-DAY), "CertificateExpired", "has expired on"),
    ]
    for pair, reason, words in flawed:
        namespace.apply(tls_secret(f"{name}-tls", pair))

        def told(reason: str = reason, words: str = words) -> bool:
            condition = namespace.condition(name, "RouteReady")
            return condition is not None and condition["reason"] == reason and words in condition["message"]

        eventually(told, within=60, what=words)

    namespace.apply(tls_secret(f"{name}-tls", authority.issue(*hosts)))
    ready = namespace.wait_ready(name, within=60)
    eventually(lambda: serves(ready["status"]["url"], trusting(authority.pem)), within=15)
    namespace.run("delete", "backpack", name)


@pytest.mark.long
def test_without_the_authority_it_says_so_and_recovers_when_traefik_tries_again(
    system: RunningSystem, namespace: Kubectl, kubectl: Kubectl, pebble: Pebble, trust: ssl.SSLContext
) -> None:
    pebble.cut_off()
    namespace.apply(backpack(LATE, tls=RESOLVER))
    for component in ("DatabaseReady", "CacheReady", "ApiReady", "WebReady"):
        namespace.wait_reason(LATE, component, "Available", within=120)
    told = namespace.wait_reason(LATE, "Ready", "CertificatePending", within=60)
    host, api = hosts_of(system, LATE)
    assert f"Traefik shows no certificate for {host} and {api} yet" in told["message"]
    assert "kubectl logs --namespace traefik" in told["message"]
    log = kubectl.within("traefik").run("logs", "deployment/traefik", "--tail=-1")
    assert any("Unable to obtain ACME certificate" in line and host in line for line in log.splitlines())

    pebble.reconnect()
    own = kubectl.within(OPERATOR_NAMESPACE)
    # What the operator does by itself, after a quarter of an hour.
    own.apply(retry_body(OPERATOR_NAMESPACE, "now"))
    try:
        ready = namespace.wait_ready(LATE, within=90)
    finally:
        own.run("delete", "middleware", RETRY_MIDDLEWARE)
    assert serves(ready["status"]["url"], trust)
