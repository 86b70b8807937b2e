//! Everything somebody may be allowed to do, one word each: the same words in policies, in refusals, in the
//! table of rights and in the journal.

/// One kind of operation. A new one has no rights until a policy gives it some.
#[derive(Clone, Copy, Debug, PartialEq, Eq, PartialOrd, Ord, Hash)]
#[repr(u8)]
pub enum Action {
    /// See a party: name, identity number, address.
    PartyRead,
    /// Register or change a party.
    PartyWrite,
    /// Destroy a party's key, so that its personal data is forgotten.
    PartyErase,
    /// See an account: who holds it, its terms and state.
    AccountRead,
    /// Open an account.
    AccountOpen,
    /// Change an account's terms, close it or open it again.
    AccountWrite,
    /// See a balance.
    BalanceRead,
    /// See what happened on an account.
    StatementRead,
    /// See who may do what with an account in the ledger.
    HolderRead,
    /// Let a party hold a role on an account, or end that.
    HolderWrite,
    /// See who helps with an account: whom its owner lets see it.
    HelperRead,
    /// Let somebody see an account, and no more than that.
    HelperWrite,
    /// End that: nothing is given, so nobody signs it.
    HelperEnd,
    /// See whom a customer pays, by the customer's own names.
    PayeeRead,
    /// Keep a payee.
    PayeeWrite,
    /// Keep a payee no longer: nothing is made easier, so nobody signs it.
    PayeeEnd,
    /// See a customer's complaints.
    ComplaintRead,
    /// Complain, find an answer wanting, take a complaint back.
    ComplaintWrite,
    /// Answer complaints, or say that it takes longer.
    ComplaintAnswer,
    /// Find a customer by name.
    PartyFind,
    /// See spending limits.
    LimitRead,
    /// Set spending limits.
    LimitWrite,
    /// Let more leave an account of one's own than before, or sooner; signed.
    LimitLoosen,
    /// See a payment.
    PaymentRead,
    /// Send a payment.
    PaymentCreate,
    /// Say yes to a payment that somebody else made.
    PaymentApprove,
    /// Send a received payment back.
    PaymentReturn,
    /// Take back a posting by a new one.
    PaymentReverse,
    /// See a file of payments.
    BatchRead,
    /// Hand in a file of payments.
    BatchCreate,
    /// Let a file of payments go that somebody else handed in.
    BatchApprove,
    /// Post what was reserved.
    PendingPost,
    /// Give back what was reserved.
    PendingVoid,
    /// See payments that wait for their day.
    ScheduledRead,
    /// Make, change or cancel a payment that waits for its day.
    ScheduledWrite,
    /// See standing orders.
    StandingRead,
    /// Make or change a standing order.
    StandingWrite,
    /// End a standing order, or take back a payment that waits for its day: nothing leaves, so nobody signs it.
    StandingEnd,
    /// See holds.
    HoldRead,
    /// Block money by order of a court or an authority.
    HoldPlace,
    /// End a hold.
    HoldLift,
    /// See a case.
    CaseRead,
    /// See what was thought, noted and done about a case.
    CaseHistory,
    /// Work on a case: take it, note, ask.
    CaseWork,
    /// Decide a case.
    CaseDecide,
    /// Ask whether a name is on a list.
    ScreeningAsk,
    /// See rule sets and models.
    RulesRead,
    /// Register a rule set or a model.
    RulesPropose,
    /// Put a rule set or a model into use that somebody else registered.
    RulesAdopt,
    /// Ask the tables; personal data is masked.
    QueryAsk,
    /// Ask the tables for personal data in clear.
    QueryPersonal,
    /// See quality reports and indicators.
    ReportRead,
    /// Fetch receipts and proofs.
    ProofRead,
    /// Read the public part of the journal: checkpoints and tiles.
    JournalRead,
    /// Follow the stream of events.
    EventRead,
    /// See who is told of events.
    WebhookRead,
    /// Say who is told of events.
    WebhookWrite,
    /// Carry what people type on phones; what becomes of it, each of them may in their own name.
    TextCarry,
    /// Say that somebody saw to messages of which something was refused.
    MessageAcknowledge,
    /// Close a business day.
    DayClose,
    /// See users and their roles.
    UserRead,
    /// Add, disable or remove users; send a one-time link.
    UserWrite,
    /// Let a customer in who stands at the counter and never was.
    CustomerLetIn,
    /// Give a user a role, or take it.
    UserRole,
    /// See clients (machines).
    ClientRead,
    /// Add, change, disable or remove clients.
    ClientWrite,
    /// Make a program of one's own in a sample bank.
    SandboxMake,
    /// See other people's sessions.
    SessionRead,
    /// End other people's sessions.
    SessionEnd,
    /// Ask that somebody be let in again who lost all keys.
    RecoveryAsk,
    /// Say yes to a recovery that somebody else asked for.
    RecoveryApprove,
    /// Ask for wider rights in an emergency, for a short time.
    BreakGlassAsk,
    /// Say yes to an emergency that somebody else asked for.
    BreakGlassApprove,
    /// See that the bank is well.
    HealthRead,
    /// See measured figures of the running bank.
    MetricsRead,
}

/// Each action with its word, in the order in which they are declared.
const WORDS: [(Action, &str); 75] = [
    (Action::PartyRead, "party.read"),
    (Action::PartyWrite, "party.write"),
    (Action::PartyErase, "party.erase"),
    (Action::AccountRead, "account.read"),
    (Action::AccountOpen, "account.open"),
    (Action::AccountWrite, "account.write"),
    (Action::BalanceRead, "balance.read"),
    (Action::StatementRead, "statement.read"),
    (Action::HolderRead, "holder.read"),
    (Action::HolderWrite, "holder.write"),
    (Action::HelperRead, "helper.read"),
    (Action::HelperWrite, "helper.write"),
    (Action::HelperEnd, "helper.end"),
    (Action::PayeeRead, "payee.read"),
    (Action::PayeeWrite, "payee.write"),
    (Action::PayeeEnd, "payee.end"),
    (Action::ComplaintRead, "complaint.read"),
    (Action::ComplaintWrite, "complaint.write"),
    (Action::ComplaintAnswer, "complaint.answer"),
    (Action::PartyFind, "party.find"),
    (Action::LimitRead, "limit.read"),
    (Action::LimitWrite, "limit.write"),
    (Action::LimitLoosen, "limit.loosen"),
    (Action::PaymentRead, "payment.read"),
    (Action::PaymentCreate, "payment.create"),
    (Action::PaymentApprove, "payment.approve"),
    (Action::PaymentReturn, "payment.return"),
    (Action::PaymentReverse, "payment.reverse"),
    (Action::BatchRead, "batch.read"),
    (Action::BatchCreate, "batch.create"),
    (Action::BatchApprove, "batch.approve"),
    (Action::PendingPost, "pending.post"),
    (Action::PendingVoid, "pending.void"),
    (Action::ScheduledRead, "scheduled.read"),
    (Action::ScheduledWrite, "scheduled.write"),
    (Action::StandingRead, "standing.read"),
    (Action::StandingWrite, "standing.write"),
    (Action::StandingEnd, "standing.end"),
    (Action::HoldRead, "hold.read"),
    (Action::HoldPlace, "hold.place"),
    (Action::HoldLift, "hold.lift"),
    (Action::CaseRead, "case.read"),
    (Action::CaseHistory, "case.history"),
    (Action::CaseWork, "case.work"),
    (Action::CaseDecide, "case.decide"),
    (Action::ScreeningAsk, "screening.ask"),
    (Action::RulesRead, "rules.read"),
    (Action::RulesPropose, "rules.propose"),
    (Action::RulesAdopt, "rules.adopt"),
    (Action::QueryAsk, "query.ask"),
    (Action::QueryPersonal, "query.personal"),
    (Action::ReportRead, "report.read"),
    (Action::ProofRead, "proof.read"),
    (Action::JournalRead, "journal.read"),
    (Action::EventRead, "event.read"),
    (Action::WebhookRead, "webhook.read"),
    (Action::WebhookWrite, "webhook.write"),
    (Action::TextCarry, "text.carry"),
    (Action::MessageAcknowledge, "message.acknowledge"),
    (Action::DayClose, "day.close"),
    (Action::UserRead, "user.read"),
    (Action::UserWrite, "user.write"),
    (Action::CustomerLetIn, "customer.let_in"),
    (Action::UserRole, "user.role"),
    (Action::ClientRead, "client.read"),
    (Action::ClientWrite, "client.write"),
    (Action::SandboxMake, "sandbox.make"),
    (Action::SessionRead, "session.read"),
    (Action::SessionEnd, "session.end"),
    (Action::RecoveryAsk, "recovery.ask"),
    (Action::RecoveryApprove, "recovery.approve"),
    (Action::BreakGlassAsk, "break_glass.ask"),
    (Action::BreakGlassApprove, "break_glass.approve"),
    (Action::HealthRead, "health.read"),
    (Action::MetricsRead, "metrics.read"),
];

impl Action {
    /// All of them, in the order of the table of rights.
    pub const ALL: [Action; WORDS.len()] = {
        let mut all = [Action::PartyRead; WORDS.len()];
        let mut at = 0;
        while at < all.len() {
            all[at] = WORDS[at].0;
            at += 1;
        }
        all
    };

    /// One word for policies and programs, `payment.create`.
    pub fn word(self) -> &'static str {
        WORDS[self as usize].1
    }

    /// The action of this word.
    pub fn from_word(word: &str) -> Option<Action> {
        Action::ALL.into_iter().find(|action| action.word() == word)
    }

    /// True when money may leave by it: what a phone whose SIM changed cannot do.
    pub(crate) fn pays(self) -> bool {
        matches!(
            self,
            Action::PaymentCreate
                | Action::PaymentApprove
                | Action::PaymentReturn
                | Action::BatchCreate
                | Action::BatchApprove
                | Action::PendingPost
                | Action::ScheduledWrite
                | Action::StandingWrite
        )
    }

    /// True when what is seen shows who somebody is. Such a read of somebody else's data is noted.
    pub fn reads_personal(self) -> bool {
        matches!(
            self,
            Action::PartyRead
                | Action::AccountRead
                | Action::BalanceRead
                | Action::StatementRead
                | Action::HolderRead
                | Action::HelperRead
                | Action::PayeeRead
                | Action::ComplaintRead
                | Action::PartyFind
                | Action::PaymentRead
                | Action::BatchRead
                | Action::ScheduledRead
                | Action::StandingRead
                | Action::HoldRead
                | Action::CaseRead
                | Action::CaseHistory
                | Action::ScreeningAsk
                | Action::QueryPersonal
        )
    }
}

impl std::fmt::Display for Action {
    fn fmt(&self, f: &mut std::fmt::Formatter<'_>) -> std::fmt::Result {
        f.write_str(self.word())
    }
}
