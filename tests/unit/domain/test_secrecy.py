"""Which values are masked, and which would only make a log unreadable."""

import pytest

from fairway.domain import secrecy


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("STRIPE_KEY", "sk_live_4eC39HqLyjWDarjtT1zdp7dc"),
        ("DB_PASSWORD", "hunter2"),
        ("SESSION_SECRET", "correct horse battery staple"),
        ("DATABASE_URL", "postgres://shop:s3cr3t@db.internal:5432/shop"),
        ("DATABASE_URL", "postgres://shop:s3cr3t@db.internal"),
        ("SLACK", "https://hooks.slack.com/services/T0001ABCD/B0002ABCD/x1y2z3A4B5C6D7E8"),
        ("CODEWORD", "kraken-4711"),
        ("ANYTHING", "4eC39HqLyjWDarjtT1zdp7dc"),
        ("MAIL_FROM", "ada@example.com"),
        ("CERTIFICATE", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----"),
        ("WEBHOOK_URL", "https://example.com/hook"),
    ],
)
def test_a_secret_is_one(name: str, value: str) -> None:
    assert secrecy.is_secret(name, value)


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("NODE_ENV", "production"),
        ("DB_PASSWORD", "postgres"),
        ("PORT", "3000"),
        ("TIMEOUT", "30000000"),
        ("LOG_LEVEL", "info"),
        ("SERVICE_NAME", "checkout-service"),
        ("APP_URL", "https://shop.example.com/checkout"),
        ("REDIS_HOST", "redis.internal:6379"),
        ("ORIGINS", "https://a.example.com, https://b.example.com"),
        ("DATA", "/var/lib/shop/data"),
        ("PUBLIC_KEY_PATH", "/etc/keys/shop.pem"),
        ("PIN", "1234"),
        ("EMPTY_SECRET", ""),
        ("TZ", "Europe/Berlin"),
    ],
)
def test_what_everybody_may_read_is_none(name: str, value: str) -> None:
    assert not secrecy.is_secret(name, value)


def test_the_password_of_a_url_and_each_line_of_a_key_are_secrets_of_their_own() -> None:
    found = secrecy.secrets_of(
        {
            "DATABASE_URL": "postgres://shop:s3cr3t-9@db:5432/shop",
            "PRIVATE_KEY": "-----BEGIN-----\nMIIEvQIBADANBg\nkqhkiG9w0B\n",
            "APP": "shop-api-2000",
        },
        known=["shop-api-2000"],
    )

    assert found == {
        "postgres://shop:s3cr3t-9@db:5432/shop",
        "s3cr3t-9",
        "-----BEGIN-----\nMIIEvQIBADANBg\nkqhkiG9w0B",
        "-----BEGIN-----",
        "MIIEvQIBADANBg",
        "kqhkiG9w0B",
    }
