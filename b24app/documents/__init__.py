"""Documents: bytes in, bytes out.

The modules beside this file are light: a web worker may import all of them, save `s3_storage` and `s3_errors`, which
load boto3 and are imported only where documents live in a bucket. Whatever parses, draws or typesets lives in `jobs/`
(and `typesetting`, which serves jobs) and is imported only inside a guarded child process.
"""
