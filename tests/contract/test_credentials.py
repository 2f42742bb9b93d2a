"""The ACL file opens Redis to the password, and holds only its digest."""

from backpack_contract.credentials import redis_acl


def test_the_acl_does_not_hold_the_password() -> None:
    assert "s3cret-password" not in redis_acl("s3cret-password")


def test_of_two_passwords_it_does_not_matter_which_is_used() -> None:
    both = redis_acl("one", "two")
    assert both == redis_acl("two", "one")
    assert both.count("#") == 2


def test_the_acl_is_one_line_of_redis_syntax_with_the_sha256_of_the_password() -> None:
    # echo -n password | sha256sum
    digest = "5e884898da28047151d0e56f8dc6292773603d0d6aabbdd62a11ef721d1542d8"
    assert redis_acl("password") == f"user default on #{digest} ~* &* +@all\n"
