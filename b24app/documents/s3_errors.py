"""What boto3 raises, in our words. Imported only where documents live in an S3 store."""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager

from botocore.exceptions import (
    BotoCoreError,
    ClientError,
    ConnectionError,
    HTTPClientError,
    IncompleteReadError,
    SSLError,
)

from b24app.errors import N_, StorageError

_UNREACHABLE = (ConnectionError, HTTPClientError, IncompleteReadError)
_PASSING = frozenset({"RequestTimeout", "SlowDown", "Throttling", "ThrottlingException", "OperationAborted"})
_GARBLED = frozenset({"BadDigest", "InvalidDigest", "XAmzContentChecksumMismatch", "XAmzContentSHA256Mismatch"})


@contextmanager
def in_words(bucket: str) -> Iterator[None]:
    """Turn whatever boto3 raises into a StorageError whose code is the store's own word."""
    try:
        yield
    except ClientError as error:
        raise _refusal(error, bucket) from error
    except SSLError as error:
        raise StorageError(
            N_("The encrypted connection to the document store failed: its certificate is not trusted."),
            code="certificate",
        ) from error
    except _UNREACHABLE as error:
        raise _away(type(error).__name__) from error
    except (BotoCoreError, ValueError) as error:  # no credentials, an endpoint or a profile that cannot be understood
        raise StorageError(
            N_("The document store cannot be addressed (%(wrong)s). Check key and endpoint in PARAPH_BLOB_URL."),
            code=type(error).__name__,
            wrong=type(error).__name__,
        ) from error


def not_kept(code: str) -> StorageError:
    return StorageError(N_("The document store did not receive a file as it was sent. Please try again."), code=code)


def _away(code: str) -> StorageError:
    return StorageError(
        N_("The document store cannot be used at the moment. Nothing is lost; please try again in a few minutes."),
        code=code,
    )


def _refusal(error: ClientError, bucket: str) -> StorageError:
    code = str(error.response.get("Error", {}).get("Code", ""))
    status = int(error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", 0))
    if status >= 500 or status == 429 or code in _PASSING:
        return _away(code)
    if code in _GARBLED:
        return not_kept(code)
    if code == "NoSuchBucket" or (error.operation_name == "HeadBucket" and status == 404):
        return StorageError(
            N_("The bucket %(bucket)s does not exist. Create it, or correct PARAPH_BLOB_URL."),
            code="NoSuchBucket",
            bucket=bucket,
        )
    return StorageError(
        N_(
            "The document store refuses access to the bucket %(bucket)s (%(answer)s). "
            "Check key, bucket, region and permissions in PARAPH_BLOB_URL."
        ),
        code=code,
        bucket=bucket,
        answer=code,
    )
