from backpack_contract import admin_tokens


def test_a_token_says_whose_it_is_for_which_backpack_and_until_when() -> None:
    claims = admin_tokens.claims("ada", "a-uid", 1000.9)
    assert claims == {"sub": "ada", "aud": "a-uid", "iat": 1000, "exp": 1060}
    assert set(admin_tokens.REQUIRED) <= set(claims)
    assert admin_tokens.header("a-kid") == {"alg": "EdDSA", "kid": "a-kid", "typ": "JWT"}
    assert admin_tokens.authorization("a.b.c") == "Bearer a.b.c"
