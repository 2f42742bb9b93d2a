"""So many at once, and so many a second."""

from backpack_api.domain.token_bucket import TokenBucket


def taken(bucket: TokenBucket, now: float, tries: int = 1000) -> int:
    return sum(bucket.take(now) for _ in range(tries))


def test_it_is_full_at_first_and_fills_with_time() -> None:
    bucket = TokenBucket(burst=200, per_second=100)
    assert taken(bucket, 50.0) == 200
    assert taken(bucket, 50.0) == 0
    assert taken(bucket, 50.5) == 50
    assert taken(bucket, 1000.0) == 200


def test_a_clock_that_goes_back_gives_nothing() -> None:
    bucket = TokenBucket(burst=1, per_second=1)
    assert taken(bucket, 10.0) == 1
    assert taken(bucket, 5.0) == 0
    assert taken(bucket, 10.5) == 0


def test_who_was_kept_from_taking_any_loses_none() -> None:
    bucket = TokenBucket(burst=200, per_second=100)
    assert taken(bucket, 50.0) == 200
    bucket.catch_up(55.0)
    assert taken(bucket, 55.0) == 500
    bucket.catch_up(55.0)
    assert taken(bucket, 55.5) == 50
    assert taken(bucket, 1000.0) == 200
