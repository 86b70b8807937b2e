//! Every bound of a rulebook. What comes from a folder may be anything; nothing here grows with it.

/// Packs of one rulebook.
pub const PACKS_MAX: usize = 256;
/// Files of one pack, its `pack.toml` among them.
pub const PACK_FILES_MAX: usize = 257;
/// Bytes of one file of a pack.
pub const FILE_BYTES_MAX: usize = 64 * 1024;
/// Bytes of a list of accounts or parties.
pub const LIST_BYTES_MAX: usize = 24 << 20;
/// Bytes of a condition that several texts of a pack come to: a scorecard's sum stands in it twice.
pub const MADE_BYTES_MAX: usize = 16 * 1_024;
/// Bytes of a scorecard's sum or of a table of limits.
pub const SUM_BYTES_MAX: usize = 4 * 1_024;
/// Hours that a rule holds a payment at most.
pub const HOLD_HOURS_MAX: u32 = 8_760;
/// Folders below each other, from the rulebook's own down to a pack's.
pub const FOLDERS_DEEP_MAX: usize = 8;
/// Bytes of a pack's files as one text, beyond which the text is not kept: a list may be far longer than what people edit.
pub const PACK_TEXT_BYTES_MAX: usize = 1 << 20;
/// Bytes of an id: of a pack or a rule.
pub const ID_BYTES_MAX: usize = 64;
/// Bytes of any other text of a head.
pub const TEXT_BYTES_MAX: usize = 1_024;
/// Points that one risk rule adds to a score, or takes from it, at most.
pub const POINTS_MAX: u32 = 100_000;
/// Parentheses within each other in one body; what plans it has a stack.
pub const PARENTHESES_DEEP_MAX: usize = 64;
/// Rules that share one scan. Their answer has two columns each.
pub const FUSED_RULES_MAX: usize = 64;

const _: () = assert!(TEXT_BYTES_MAX < FILE_BYTES_MAX / 16);
const _: () = assert!(2 * SUM_BYTES_MAX + 4 * TEXT_BYTES_MAX <= MADE_BYTES_MAX);
const _: () = assert!(ID_BYTES_MAX <= TEXT_BYTES_MAX);
