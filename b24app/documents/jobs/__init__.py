"""Work done inside a guarded child: every job is `job(args, blobs) -> Output`, named "package.module:function"."""
