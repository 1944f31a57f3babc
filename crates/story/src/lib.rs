//! Revisions to stories: copies, groups, timelines.
