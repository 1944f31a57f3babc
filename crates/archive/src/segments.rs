//! The archive's own WARC segments: appending, flushing, cutting a torn tail.
