"""Which ZIPs become a site, and what is said of the others."""

import stat

import pytest
from hypothesis import given
from hypothesis import strategies as st

from backpack_api.domain.releases import Entry, ReleaseLimits, Selection, check_entries
from backpack_api.problems import InvalidValue, Problem, TooLarge

LIMITS = ReleaseLimits(
    archive_bytes=5_000, unpacked_bytes=10_000, entries=8, ratio=10, ratio_free_bytes=2_000, depth=4
)
ARCHIVE_BYTES = 1_000


def entries(*names: str, **fields: int) -> list[Entry]:
    """An `index.html` and these, one after the other in the ZIP; the fields are of the last one."""
    every = ["index.html", *names]
    made = [Entry(name, 0 if name.endswith("/") else 10, 10, 1_000 * at) for at, name in enumerate(every)]
    last = made[-1]
    values = {
        "name": last.name,
        "size": last.size,
        "packed": last.packed,
        "offset": last.offset,
        "flags": 0,
        "method": 0,
        "mode": 0,
    }
    made[-1] = Entry(**{**values, **fields})  # type: ignore[arg-type]
    return made


def check(*names: str, **fields: int) -> Selection:
    return check_entries(entries(*names, **fields), ARCHIVE_BYTES, LIMITS)


def test_files_keep_their_paths_and_folders_are_not_files() -> None:
    assert check("css/", "css/app.css", "docs/a b/ü.html").files == {
        "index.html": 0,
        "css/app.css": 2,
        "docs/a b/ü.html": 3,
    }


@pytest.mark.parametrize(
    ("name", "path"),
    [
        ("./app.js", "app.js"),
        ("Ünïcode.html", "Ünïcode.html"),
        ("e\u0301te\u0301.html", "été.html"),
        (".well-known/security.txt", ".well-known/security.txt"),
        ("a..b/c...js", "a..b/c...js"),
        ("what?.html", "what?.html"),
        ("C", "C"),
        ("docs/__backpack/page.html", "docs/__backpack/page.html"),
    ],
)
def test_a_name_becomes_the_path_that_a_browser_asks_for(name: str, path: str) -> None:
    assert set(check(name).files) == {"index.html", path}


@pytest.mark.parametrize("name", ["./", "css/"])
def test_a_folder_of_its_own_is_no_file(name: str) -> None:
    assert check(name) == Selection({"index.html": 0}, 0)


@pytest.mark.parametrize(
    "name",
    [
        "__MACOSX/._index.html",
        ".DS_Store",
        "css/.DS_Store",
        ".git/config",
        ".env",
        "docs/.git/HEAD",
        ".well-known/.hidden",
        "docs/.well-known/x",
    ],
)
def test_what_does_not_belong_on_the_web_is_left_out(name: str) -> None:
    assert check(name) == Selection({"index.html": 0}, 1)


@pytest.mark.parametrize(
    ("name", "word"),
    [
        ("../secret", "not plain"),
        ("a/../../secret", "not plain"),
        ("a/..", "not plain"),
        ("..", "not plain"),
        ("a/./b", "not plain"),
        ("././b", "not plain"),
        ("a//b", "not plain"),
        ("/etc/passwd", "absolute"),
        ("//host/share", "absolute"),
        ("C:/windows", "absolute"),
        ("c:evil", "absolute"),
        ("..\\..\\secret", "backslash"),
        ("a\\b", "backslash"),
        ("a\0.html", "control character"),
        ("a\n.html", "control character"),
        ("a\x7f.html", "control character"),
        ("a\x85.html", "control character"),
        ("", "without a name"),
        ("__backpack/init.json", "belongs to the API"),
        ("__backpack", "belongs to the API"),
        ("__nginx/healthz", "belongs to the web server"),
        ("x" * 256, "too long"),
        ("é" * 128, "too long"),
        ("/".join("a" * 5), "too long"),
        ("index.html", "two entries of one name"),
        ("./index.html", "two entries of one name"),
        ("index.html/", "two entries of one name"),
        ("index.html/a", "both a file and a folder"),
    ],
)
def test_a_name_that_is_none_is_refused(name: str, word: str) -> None:
    with pytest.raises(InvalidValue, match=word) as refused:
        check(name)
    assert refused.value.detail.isprintable()
    assert len(refused.value.detail) < 300


def test_two_names_that_differ_in_form_only_are_two_entries_of_one_name() -> None:
    with pytest.raises(InvalidValue, match="two entries of one name"):
        check("é.html", "e\u0301.html")


def test_a_path_of_many_bytes_is_refused() -> None:
    with pytest.raises(InvalidValue, match="too long"):
        check_entries(entries("/".join(["a" * 200] * 6)), ARCHIVE_BYTES, ReleaseLimits())


@pytest.mark.parametrize(
    ("fields", "word"),
    [
        ({"flags": 0x1}, "encrypted"),
        ({"flags": 0x41}, "encrypted"),
        ({"method": 12}, "method other than deflate"),
        ({"method": 99}, "method other than deflate"),
        ({"mode": stat.S_IFLNK | 0o777}, "a link"),
        ({"mode": stat.S_IFCHR | 0o600}, "a device"),
        ({"mode": stat.S_IFBLK | 0o600}, "a device"),
        ({"mode": stat.S_IFIFO | 0o600}, "a pipe"),
        ({"mode": stat.S_IFSOCK | 0o600}, "a socket"),
    ],
)
def test_what_is_no_plain_file_is_refused(fields: dict[str, int], word: str) -> None:
    with pytest.raises(InvalidValue, match=word):
        check("thing", **fields)


@pytest.mark.parametrize("mode", [0, 0o644, stat.S_IFREG | 0o4755])
def test_a_plain_file_may_have_any_permission(mode: int) -> None:
    assert "thing" in check("thing", mode=mode).files


def test_a_folder_with_content_is_refused() -> None:
    with pytest.raises(InvalidValue, match="folder with content"):
        check("thing/", size=1)


@pytest.mark.parametrize(("offset", "fits"), [(0, False), (1, False), (49, False), (50, True), (1_000, True)])
def test_entries_share_no_bytes(offset: int, fits: bool) -> None:
    # `index.html` takes 30 bytes of header, 10 of name and 10 of content.
    if fits:
        check("thing", offset=offset)
    else:
        with pytest.raises(InvalidValue, match="overlap"):
            check("thing", offset=offset)


def test_more_entries_than_allowed_are_refused() -> None:
    assert len(check(*"abcdefg").files) == 8
    with pytest.raises(InvalidValue, match=r"9 entries; a site has at most 8"):
        check(*"abcdefgh")


def test_what_is_left_out_counts_too() -> None:
    with pytest.raises(InvalidValue, match="entries"):
        check(*(f".{name}" for name in "abcdefgh"))


@pytest.mark.parametrize(
    ("size", "error"),
    [(9_990, None), (9_991, TooLarge)],
)
def test_the_whole_is_bounded(size: int, error: type[Problem] | None) -> None:
    if error is None:
        check("thing", size=size)
    else:
        with pytest.raises(error, match="10000 bytes"):
            check("thing", size=size)


def test_a_ratio_that_no_site_has_is_refused() -> None:
    LIMITS.check_unpacked(2_000, 1)
    LIMITS.check_unpacked(9_000, 900)
    with pytest.raises(InvalidValue, match="10 times its size"):
        LIMITS.check_unpacked(9_001, 900)


def test_a_zip_is_bounded() -> None:
    LIMITS.check_archive(5_000)
    with pytest.raises(TooLarge, match="5000 bytes"):
        LIMITS.check_archive(5_001)


@pytest.mark.parametrize(
    ("names", "message"),
    [
        ([], "The ZIP is empty"),
        (["dist/"], "The ZIP is empty"),
        ([".DS_Store"], "The ZIP is empty"),
        (["app.js"], "no `index.html` at its root."),
        (["INDEX.HTML"], "no `index.html` at its root."),
        (["my-app/dist/index.html", "my-app/index.html"], "but one in `my-app/`: pack the contents"),
    ],
)
def test_a_zip_without_a_first_page_is_told_where_it_is(names: list[str], message: str) -> None:
    found = [Entry(name, 0, 0, 1_000 * at) for at, name in enumerate(names)]
    with pytest.raises(InvalidValue) as refused:
        check_entries(found, ARCHIVE_BYTES, LIMITS)
    assert message in refused.value.detail


@given(st.text(max_size=40))
def test_whatever_is_accepted_is_a_path_below_the_root(name: str) -> None:
    try:
        paths = set(check(name).files) - {"index.html"}
    except InvalidValue:
        return
    for path in paths:
        assert path == "/".join(segment for segment in path.split("/") if segment not in ("", ".", ".."))
        assert "\\" not in path
        assert path.isprintable() or not any(ord(character) < 32 for character in path)
