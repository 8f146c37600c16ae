"""What is wrong with the credentials for AWS, and how to get good ones."""

import difflib
import re
from typing import Any

from fairway.errors import FairwayError, Unavailable, UsageError

EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "TokenRefreshRequired"})
UNKNOWN = frozenset(
    {
        "AuthFailure",
        "InvalidAccessKeyId",
        "InvalidClientTokenId",
        "InvalidSecurity",
        "MissingAuthenticationToken",
        "MissingAuthenticationTokenException",
        "NotSignedUp",
        "OptInRequired",
        "UnrecognizedClientException",
    }
)
UNSIGNED = frozenset({"IncompleteSignature", "InvalidSignatureException", "SignatureDoesNotMatch"})
"""Their messages repeat the request's headers, a session's token among them: they are never shown."""
OLD = frozenset({"RequestExpired", "RequestTimeTooSkewed", "RequestInTheFuture"})
SKEWED = re.compile(r"Signature (?:expired|not yet current): (?P<signed>\d{8}T\d{6}Z) .{0,40}?(?P<theirs>\d{8}T\d{6}Z)")


def explain(error: Any, profile: str | None) -> FairwayError | None:
    """What botocore says of the credentials before it calls AWS at all; None when it is about something else."""
    from botocore import exceptions

    match error:
        case exceptions.NoCredentialsError() | exceptions.NoAuthTokenError():
            return UsageError(
                "there are no credentials for AWS",
                why="neither the environment nor ~/.aws has any" + (f" for the profile {profile}" if profile else ""),
                hint="aws configure sso, or aws configure; or name a profile that exists: AWS_PROFILE",
            )
        case exceptions.PartialCredentialsError():
            return UsageError(
                "the credentials for AWS are not complete",
                why=f"{error.kwargs.get('cred_var')} is missing in {error.kwargs.get('provider')}",
                hint="set both, the access key's id and its secret, or neither",
            )
        case exceptions.ProfileNotFound():
            return no_profile(str(error.kwargs.get("profile", "")))
        case exceptions.SSOError() | exceptions.TokenRetrievalError():
            return UsageError(
                "the sign-in to AWS has expired",
                why="the single sign-on's token is too old, or was never fetched",
                hint="aws sso login" + named(profile),
            )
        case exceptions.LoginInsufficientPermissions():
            return UsageError(
                "AWS does not allow signin:CreateOAuth2Token", why=str(error), hint="ask for it, or use SSO"
            )
        case exceptions.LoginError():
            return UsageError("the sign-in to AWS has expired", why=str(error), hint="aws login" + named(profile))
        case exceptions.MetadataRetrievalError() | exceptions.CredentialRetrievalError():
            return UsageError(
                "the credentials for AWS can't be fetched",
                why=f"their provider failed: {error.kwargs.get('provider', 'the metadata of the machine')}",
                hint="see what it says: aws sts get-caller-identity" + named(profile),
            )
        case exceptions.ConfigParseError() | exceptions.ConfigNotFound():
            return UsageError(f"AWS's configuration file can't be read: {error.kwargs.get('path')}", hint="mend it")
        case exceptions.InvalidConfigError() | exceptions.MissingDependencyException():
            return UsageError("the configuration for AWS can't be used", why=str(error), hint="look into ~/.aws/config")
        case _:
            return None


def rejected(code: str, message: str, profile: str | None, region: str) -> FairwayError | None:
    """What AWS says of the credentials that it was shown; None when it is about something else."""
    if code in EXPIRED:
        return UsageError(
            "the credentials for AWS have expired",
            why=f"AWS says {code}",
            hint="fetch new ones: aws sso login"
            + named(profile)
            + ", or as you got them; a stale AWS_SESSION_TOKEN goes first",
        )
    if code in UNKNOWN:
        return UsageError(
            "AWS does not know the credentials",
            why=f"AWS says {code}: the key was deleted or belongs elsewhere, or the account has not enabled {region}",
            hint=f"aws sts get-caller-identity{named(profile)}; for the region: aws account list-regions",
        )
    if code in OLD or (code in UNSIGNED and SKEWED.search(message)):
        return skewed(code, message)
    if code in UNSIGNED:
        return UsageError(
            "AWS does not accept the signature of the credentials",
            why=f"AWS says {code}: the secret does not belong to the access key's id",
            hint="aws configure" + named(profile) + "; spaces and line ends belong to neither",
        )
    return None


def skewed(code: str, message: str) -> Unavailable:
    """The machine's clock is wrong, or the request took minutes to arrive."""
    times = SKEWED.search(message)
    why = (
        f"it was signed at {times['signed']}, and AWS's clock shows {times['theirs']}" if times else f"AWS says {code}"
    )
    return Unavailable(
        "AWS finds the request too old: this machine's clock is wrong, or the credentials have expired",
        why=why,
        hint="set the clock (timedatectl), or fetch new credentials",
    )


def no_profile(profile: str) -> UsageError:
    """The nearest of the profiles that there are."""
    from botocore.session import Session

    existing = sorted(Session().available_profiles)
    near = difflib.get_close_matches(profile, existing, n=1, cutoff=0.5)
    return UsageError(
        f'AWS\'s configuration has no profile "{profile}"',
        why=f"there are: {', '.join(existing)}" if existing else "~/.aws/config and ~/.aws/credentials name none",
        hint=f"did you mean {near[0]}?" if near else "aws configure --profile " + profile,
    )


def named(profile: str | None) -> str:
    """The option by which AWS's own tool takes the profile."""
    return f" --profile {profile}" if profile else ""
