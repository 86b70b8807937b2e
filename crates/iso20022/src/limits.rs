//! How large a message may be. What exceeds a limit is refused where it does, before it is kept in memory.

/// Limits on what is read. The defaults take a file of 100,000 payments and refuse what no bank sends.
#[derive(Clone, Copy, Debug, PartialEq, Eq)]
pub struct Limits {
    /// Bytes of the whole stream.
    pub bytes_max: u64,
    /// Elements inside each other. The deepest element of the messages read here is at 17.
    pub depth_max: usize,
    /// Elements of the whole document.
    pub elements_max: u64,
    /// Attributes of one element, namespace declarations among them.
    pub element_attributes_max: usize,
    /// Attributes of the whole document.
    pub attributes_max: u64,
    /// Bytes of one tag, comment, reference or unbroken piece of text: what must be in memory at once.
    pub token_bytes_max: u64,
    /// Bytes of the text of one element. The longest text of a schema here has 10,240 characters.
    pub text_bytes_max: usize,
    /// Bytes of one unit (a payment, an entry of a statement) as a tree.
    pub unit_bytes_max: usize,
    /// Payments or entries of the whole document.
    pub units_max: u64,
    /// Faults that are kept for one unit and for the whole document; more are only counted.
    pub faults_max: usize,
}

impl Limits {
    /// The defaults.
    pub const DEFAULT: Limits = Limits {
        bytes_max: 512 << 20,
        depth_max: 64,
        elements_max: 40_000_000,
        element_attributes_max: 16,
        attributes_max: 20_000_000,
        token_bytes_max: 64 << 10,
        text_bytes_max: 48 << 10,
        unit_bytes_max: 4 << 20,
        units_max: 1_000_000,
        faults_max: 100,
    };
}

impl Default for Limits {
    fn default() -> Limits {
        Limits::DEFAULT
    }
}

// A text is read in tokens, so it cannot be longer than they are together; a unit holds at least one text.
const _: () = assert!(Limits::DEFAULT.text_bytes_max as u64 <= Limits::DEFAULT.token_bytes_max);
const _: () = assert!(Limits::DEFAULT.text_bytes_max < Limits::DEFAULT.unit_bytes_max);
const _: () = assert!(Limits::DEFAULT.token_bytes_max < Limits::DEFAULT.bytes_max);
