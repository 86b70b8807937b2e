//! What somebody is going to do, and when: words that the agenda writes down, the desk keeps and `acts` turns
//! into commands.

/// Something that somebody will do.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) struct Intent {
    /// Nanoseconds since 1970; first, so that intents sort by it.
    pub(crate) time: u64,
    /// Index of a person, organisation or till, as the act says.
    pub(crate) who: u32,
    /// What.
    pub(crate) act: Act,
}

/// Kinds of acts.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord)]
pub(crate) enum Act {
    // On fixed days; of persons.
    Salary,
    Pension,
    Rent,
    School,
    Meals,
    Utility,
    Phone,
    Mortgage,
    CardRepayment,
    Allowance,
    PocketMoney,
    SavingsInterest,
    LoanInterest,
    // On fixed days; of organisations.
    Tax,
    Supply,
    // Every morning; of tills.
    FillTill,
    // As people please; of persons.
    Shop,
    Market,
    Restaurant,
    Online,
    Transit,
    Peer,
    RedPacket,
    ToOtherBank,
    FromOtherBank,
    Counter,
    Machine,
    Hotel,
    Deposit,
    Save,
    Exchange,
    Hospital,
    // As they please; of organisations.
    Business,
    // What must be refused, and what has to be put right; of persons.
    TooDear,
    OverTransferLimit,
    OverDailyLimit,
    ToClosedAccount,
    WrongNumber,
    WrongCurrency,
    ToSelf,
    FeeDoesNotFit,
    Mistake,
    RaiseLimit,
    // Stories; of persons.
    CourtOrder,
    PartialCourtOrder,
    PayWhileBlocked,
    Leave,
}
