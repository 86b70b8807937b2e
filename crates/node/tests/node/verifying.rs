//! (filled in with verify)
