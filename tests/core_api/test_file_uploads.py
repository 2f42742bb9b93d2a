"""What an upload may look like, how large it may be, and what its name becomes."""

import contextlib
import os
import threading
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor

import httpx
import psutil
import pytest

from support.core_api import CoreApi, Person, assert_problem, new_person
from support.uploads import BOUNDARY, FORM_TYPE, RawUpload, on_disk
from support.waiting import eventually

pytestmark = pytest.mark.timeout(120)

MIB = 1024 * 1024
FILE_LIMIT = 4 * MIB
QUOTA = 10 * MIB


@pytest.fixture(scope="module")
def small(
    module_api: Callable[..., CoreApi],
) -> CoreApi:
    """An API with little room."""
    return module_api(configuration={"max_file_size": FILE_LIMIT, "quota_per_user": QUOTA})


@pytest.fixture
def bob(small: CoreApi) -> Person:
    return new_person(small)


@pytest.fixture(autouse=True)
def _nothing_is_left(small: CoreApi) -> Iterator[None]:
    """Whatever a test did to an upload, none is left half done."""
    yield
    eventually(
        lambda: not [path for path in on_disk(small) if path.parent.name == "new"], within=10, every=0.02
    )


def upload(client: httpx.Client, content: bytes, name: str = "a.bin") -> httpx.Response:
    return client.post("/files", files={"file": (name, content, "application/octet-stream")})


def part(name: str, value: str = "x", *, filename: str | None = None, headers: str = "") -> str:
    suffix = f'; filename="{filename}"' if filename is not None else ""
    disposition = f'Content-Disposition: form-data; name="{name}"{suffix}\r\n'
    return f"--{BOUNDARY}\r\n{disposition}{headers}\r\n{value}\r\n"


def send(person: Person, body: str | bytes, content_type: str = FORM_TYPE) -> httpx.Response:
    raw = body if isinstance(body, bytes) else body.encode()
    return person.client.post("/files", content=raw, headers={"Content-Type": content_type})


END = f"--{BOUNDARY}--\r\n"
FILE = part("file", filename="a.txt")


@pytest.mark.parametrize(
    ("body", "status", "where"),
    [
        ("", 400, None),
        ("no form at all", 400, None),
        (FILE, 400, None),
        (FILE + END[:-4], 400, None),
        (FILE + f"--{BOUNDARY}\r\nnot a header\r\n\r\nx\r\n" + END, 400, None),
        (FILE + f"--{BOUNDARY}\r\n\r\nno name\r\n" + END, 400, None),
        (FILE + part("bucket").replace("form-data", "attachment") + END, 400, None),
        (part("file", filename="a", headers="X-Long: " + "x" * 5000 + "\r\n") + END, 400, None),
        (part("file", filename="a", headers="X-Many: x\r\n" * 20) + END, 400, None),
        ("\r\n" * 100_000 + FILE + END, 400, None),
        (END, 422, "file"),
        (part("bucket", "b") + END, 422, "file"),
        (part("other", filename="a") + END, 422, "other"),
        (FILE + part("owner", "me") + END, 422, "owner"),
        (FILE + part("ownerId", "me") + END, 422, "ownerId"),
        (FILE + FILE + END, 422, "file"),
        (FILE + part("bucket", "b") + part("bucket", "c") + END, 422, "bucket"),
        (FILE + part("bucket", "../b") + END, 422, "bucket"),
        (FILE + part("bucket", "") + END, 422, "bucket"),
        (FILE + part("bucket", "x" * 5000) + END, 422, "bucket"),
        (FILE + part("public", "yes") + END, 422, "public"),
        (part("file", headers="Content-Transfer-Encoding: base64\r\n") + END, 422, "file"),
        ((FILE + part("bucket", "@") + END).encode().replace(b"@", b"\xff"), 422, "bucket"),
    ],
)  # fmt: skip
def test_a_form_that_can_not_be_is_refused(
    small: CoreApi, bob: Person, body: str | bytes, status: int, where: str | None
) -> None:
    before = on_disk(small)
    problem = assert_problem(send(bob, body), status)
    if where is not None:
        assert [fault["path"] for fault in problem["errors"]] == [where]
    assert bob.client.get("/files").json()["items"] == []
    assert on_disk(small) == before


@pytest.mark.parametrize(
    "content_type",
    [
        "multipart/form-data",
        "multipart/form-data; boundary=",
        f"multipart/form-data; boundary={'x' * 300}",
        f"multipart/mixed; boundary={BOUNDARY}",
        "application/json",
        "application/x-www-form-urlencoded",
        "",
    ],
)
def test_a_body_that_is_no_form_is_refused(bob: Person, content_type: str) -> None:
    assert_problem(send(bob, FILE + END, content_type), 400)


def test_a_form_may_have_a_preamble_padding_and_an_epilogue(bob: Person) -> None:
    body = f"\r\n--{BOUNDARY}\r\n" + FILE.partition("\r\n")[2] + part("bucket", "b") + END + "epilogue"
    answer = send(bob, body)
    assert answer.status_code == 201, answer.text
    assert (answer.json()["bucket"], answer.json()["size"]) == ("b", 1)


def test_contents_that_look_like_boundaries_come_back_as_they_were(bob: Person) -> None:
    content = f"\r\n--{BOUNDARY[:-1]}\r\n--\r\n\r--{BOUNDARY}x\r\n-".encode() * 2000
    with_boundary_at_every_offset = b"".join(b"." * size + b"\r\n--" + b"the-boundar" for size in range(70))
    for body in (content, with_boundary_at_every_offset):
        raw = (f'--{BOUNDARY}\r\nContent-Disposition: form-data; name="file"; filename="a"\r\n\r\n').encode()
        answer = send(bob, raw + body + f"\r\n{END}".encode())
        assert answer.status_code == 201, answer.text
        assert bob.client.get(answer.headers["location"]).content == body


@pytest.mark.parametrize(
    ("sent", "kept"),
    [
        ("../../etc/passwd", "passwd"),
        ("/etc/passwd", "passwd"),
        ("C:\\\\windows\\\\system.ini", "system.ini"),
        ("a/..", "file"),
        ("..", "file"),
        (".", "file"),
        ("", "file"),
        ("   ", "file"),
        ("\u202e", "file"),
        ("dir/", "file"),
        (".htaccess", ".htaccess"),
        ("gpj.\u202eexe", "gpj.exe"),
        ("\u2066a\u2069\u200f\u061c.txt", "a.txt"),
        ("a\u0001b\u007fc\u0085d.txt", "abcd.txt"),
        ("a%0Ab%0d.txt", "ab.txt"),
        ("say %22hi%22.txt", 'say "hi".txt'),
        ("100%.txt", "100%.txt"),
        ("a%2Fb.txt", "a%2Fb.txt"),
        ("größe 🎒.txt", "größe 🎒.txt"),
        ("x" * 300 + ".jpeg", "x" * 250 + ".jpeg"),
        ("🎒" * 100 + ".png", "🎒" * 62 + ".png"),
        ("x" * 300, "x" * 255),
    ],
)
def test_a_name_keeps_its_last_segment_and_nothing_that_is_not_seen(
    bob: Person, sent: str, kept: str
) -> None:
    answer = send(bob, part("file", filename=sent) + END)
    assert answer.status_code == 201, answer.text
    assert answer.json()["filename"] == kept
    assert len(kept.encode()) <= 255
    assert bob.client.get(answer.headers["location"]).content == b"x"


def test_a_name_never_becomes_a_path(small: CoreApi, bob: Person) -> None:
    before = {path for path in small.files_directory.rglob("*") if path.is_file()}
    assert send(bob, part("file", filename="../../../name-of-a-path") + END).status_code == 201
    new = {path for path in small.files_directory.rglob("*") if path.is_file()} - before
    assert len(new) == 1
    assert new == set(on_disk(small)) & new
    # Beside the volume, too: what other tests make there may be too deep for `rglob`.
    around = (name for _, *names in os.walk(small.files_directory.parent) for part in names for name in part)
    assert not [name for name in around if "name-of-a-path" in name]


@pytest.mark.parametrize(
    ("claimed", "kept"),
    [
        ("Text/HTML; charset=UTF-8", "text/html; charset=UTF-8"),
        ('a/b; x="y z"', 'a/b; x="y z"'),
        ("nonsense", "application/octet-stream"),
        ("", "application/octet-stream"),
        ("text/html<script>", "application/octet-stream"),
        ("text/" + "x" * 300, "application/octet-stream"),
        ("text/größe", "application/octet-stream"),
    ],
)
def test_a_content_type_is_kept_where_it_is_one(bob: Person, claimed: str, kept: str) -> None:
    answer = send(bob, part("file", filename="a", headers=f"Content-Type: {claimed}\r\n") + END)
    assert answer.json()["contentType"] == kept
    assert bob.client.get(answer.headers["location"]).headers["content-type"] == kept


def test_a_file_is_as_large_as_it_may_be_and_no_larger(bob: Person) -> None:
    created = upload(bob.client, bytes(FILE_LIMIT))
    assert created.status_code == 201
    assert_problem(upload(bob.client, bytes(FILE_LIMIT + 1)), 413)
    large = {"file": ("a", bytes(FILE_LIMIT + 1))}
    assert_problem(bob.client.put(created.headers["location"], files=large), 413)
    assert len(bob.client.get("/files").json()["items"]) == 1


def test_a_length_that_is_too_large_is_refused_before_anything_is_sent(small: CoreApi, bob: Person) -> None:
    with RawUpload(small, bob, 2 * FILE_LIMIT) as sending:
        assert sending.answer()[0] == 413


def test_a_client_that_sends_all_of_what_is_too_large_gets_the_answer(bob: Person) -> None:
    assert_problem(upload(bob.client, bytes(16 * FILE_LIMIT)), 413)


def test_a_file_of_unknown_length_is_refused_when_it_gets_too_large(small: CoreApi, bob: Person) -> None:
    with RawUpload(small, bob, None) as sending:
        for _ in range(FILE_LIMIT // MIB):
            sending.send(bytes(MIB))
        assert sending.send(b"x").answer()[0] == 413
    with RawUpload(small, bob, None) as sending:
        status, file = sending.send(b"abc").finish()
    assert (status, file["size"]) == (201, 3)


def test_a_quota_is_used_up_to_its_last_byte(bob: Person) -> None:
    paths = [upload(bob.client, bytes(FILE_LIMIT)).headers["location"] for _ in range(2)]
    rest = QUOTA - 2 * FILE_LIMIT
    problem = assert_problem(upload(bob.client, bytes(rest + 1)), 507)
    assert str(QUOTA) in problem["detail"]
    assert upload(bob.client, bytes(rest)).status_code == 201
    assert_problem(upload(bob.client, b"x"), 507)
    assert upload(bob.client, b"").status_code == 201
    # What replaces takes the room of what it replaces; what is deleted takes none.
    assert bob.client.put(paths[0], files={"file": bytes(FILE_LIMIT)}).status_code == 200
    assert bob.client.put(paths[0], files={"file": bytes(100)}).status_code == 200
    assert_problem(upload(bob.client, bytes(FILE_LIMIT - 99)), 507)
    assert upload(bob.client, bytes(FILE_LIMIT - 100)).status_code == 201
    assert_problem(bob.client.put(paths[0], files={"file": bytes(101)}), 507)
    bob.client.delete(paths[1])
    assert bob.client.put(paths[0], files={"file": bytes(101)}).status_code == 200


def test_a_quota_is_each_users_own(small: CoreApi, bob: Person) -> None:
    for _ in range(2):
        assert upload(bob.client, bytes(FILE_LIMIT)).status_code == 201
    assert_problem(upload(bob.client, bytes(FILE_LIMIT)), 507)
    assert upload(new_person(small).client, bytes(FILE_LIMIT)).status_code == 201


def test_a_length_beyond_the_quota_is_refused_before_anything_is_sent(small: CoreApi, bob: Person) -> None:
    for _ in range(2):
        upload(bob.client, bytes(FILE_LIMIT))
    with RawUpload(small, bob, FILE_LIMIT - 1) as sending:
        assert sending.answer()[0] == 507


def test_of_uploads_at_once_none_slips_past_the_quota(small: CoreApi, bob: Person) -> None:
    size = 3 * MIB  # three of them fit
    uploads = [RawUpload(small, bob, None) for _ in range(8)]
    barrier = threading.Barrier(len(uploads))

    def finish(sending: RawUpload) -> int:
        with sending:
            barrier.wait()
            try:
                return sending.send(bytes(size)).finish()[0]
            except ConnectionError:
                return 507  # refused, while it was still sending

    with ThreadPoolExecutor(len(uploads)) as pool:
        statuses = list(pool.map(finish, uploads))
    assert set(statuses) <= {201, 507}
    kept = bob.client.get("/files").json()["items"]
    assert statuses.count(201) == len(kept) <= 3
    # Small ones are only looked at when they are kept: there the count is exact.
    for file in kept:
        bob.client.delete(f"/files/{file['id']}")
    small_size = QUOTA // 16 + 1  # fifteen of them fit

    def send_small(_: int) -> int:
        return upload(bob.client, bytes(small_size)).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send_small, range(24)))
    assert sorted(statuses) == [201] * 15 + [507] * 9


def test_uploads_under_way_fill_no_more_of_the_disk_than_the_quota(small: CoreApi, bob: Person) -> None:
    before = {path for path in on_disk(small) if path.parent.name != "new"}
    uploads = [RawUpload(small, bob, None) for _ in range(8)]
    try:
        for sending in uploads:
            with contextlib.suppress(ConnectionError):  # refused already
                sending.send(bytes(3 * MIB))
        # Three fit; the others are not waited for until they are complete.
        refused = [sending for sending in uploads if sending.is_answered(within=1)]
        assert len(refused) >= 5
        assert sum(path.stat().st_size for path in set(on_disk(small)) - before) <= QUOTA
    finally:
        for sending in uploads:
            sending.cut()


def test_replicas_share_a_quota(small: CoreApi, module_api: Callable[..., CoreApi], bob: Person) -> None:
    other = module_api(
        configuration={"max_file_size": FILE_LIMIT, "quota_per_user": QUOTA},
        database=small.database,
        BACKPACK_FILES_DIRECTORY=str(small.files_directory),
    )
    size = QUOTA // 8 + 1  # seven of them fit
    clients = [api.client(headers=bob.client.headers) for api in (small, other) for _ in range(4)]

    def send_one(client: httpx.Client) -> int:
        return upload(client, bytes(size)).status_code

    with ThreadPoolExecutor(8) as pool:
        statuses = list(pool.map(send_one, clients + clients[:4]))
    assert sorted(statuses) == [201] * 7 + [507] * 5
    for file in bob.client.get("/files").json()["items"]:
        assert clients[-1].get(f"/files/{file['id']}").content == bytes(size)


@pytest.mark.parametrize("sent", [0, 100, 3 * MIB])
def test_an_upload_that_is_cut_off_leaves_nothing(small: CoreApi, bob: Person, sent: int) -> None:
    before = on_disk(small)
    with RawUpload(small, bob, FILE_LIMIT) as sending:
        sending.send(bytes(sent))
    eventually(lambda: on_disk(small) == before, within=10, every=0.02)
    assert bob.client.get("/files").json()["items"] == []


def test_nothing_is_visible_before_the_upload_is_complete(small: CoreApi, bob: Person) -> None:
    path = upload(bob.client, b"old").headers["location"]
    with RawUpload(small, bob, 3 * MIB, method="PUT", path=path) as sending:
        sending.send(bytes(3 * MIB))
        eventually(
            lambda: any(p.parent.name == "new" and p.stat().st_size >= MIB for p in on_disk(small)), within=10
        )
        assert bob.client.get(path).content == b"old"
        assert [file["size"] for file in bob.client.get("/files").json()["items"]] == [3]
        assert sending.finish()[0] == 200
    assert bob.client.get(path).content == bytes(3 * MIB)


def test_an_upload_that_brings_nothing_any_more_is_given_up(module_api: Callable[..., CoreApi]) -> None:
    api = module_api(BACKPACK_UPLOAD_IDLE_SECONDS="0.3")
    with RawUpload(api, new_person(api), 3 * MIB) as sending:
        status, problem = sending.send(bytes(2 * MIB)).answer()
    assert status == 400
    assert "0.3 s" in problem["detail"]
    eventually(lambda: on_disk(api) == [], within=10, every=0.02)


@pytest.mark.parametrize("mib", [256, pytest.param(1024, marks=pytest.mark.long)])
def test_memory_stays_flat_however_large_a_file_is(module_api: Callable[..., CoreApi], mib: int) -> None:
    api = module_api(configuration={"max_file_size": 2048 * MIB, "quota_per_user": 4096 * MIB})
    ada = new_person(api)
    process = psutil.Process(api.pid)
    block = bytes(range(256)) * (MIB // 256)
    with RawUpload(api, ada, 2 * MIB) as sending:
        path = f"/files/{sending.send(bytes(2 * MIB)).finish()[1]['id']}"
    assert len(ada.client.get(path).content) == 2 * MIB
    before = process.memory_info().rss
    highest = before
    with RawUpload(api, ada, mib * MIB) as sending:
        for _ in range(mib):
            sending.send(block)
            highest = max(highest, process.memory_info().rss)
        status, file = sending.finish()
    assert (status, file["size"]) == (201, mib * MIB)
    received = 0
    with ada.client.stream("GET", f"/files/{file['id']}") as answer:
        for piece in answer.iter_raw(MIB):
            received += len(piece)
            highest = max(highest, process.memory_info().rss)
    assert received == mib * MIB
    assert highest - before < 24 * MIB
