//! What names become.
