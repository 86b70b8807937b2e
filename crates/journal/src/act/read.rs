//! The other direction: an act from its CBOR, in the order `act.rs` wrote it. Anything else (another
//! key, another order, a number without meaning) is an error that names the field.

use super::{
    ADOPT_RULES, ATTACH, CLOSE_DAY, CREATE_ACCOUNT, DEFINE_CHART_LINE, DROP_PAYEE, END_ORDER,
    ERASE_PARTY, EXPIRE, FILE_COMPLAINT, GRANT_ROLE, KEEP_PART, KEEP_PAYEE, KEY_BOOKING_DATE,
    KEY_COMMAND, KEY_FIELDS, KEY_OUTCOME, KEY_TIME, MARK_SNAPSHOT, OPEN_INSTITUTION, PLACE_HOLD,
    PLACE_ORDER, PLAN_LIMITS, POST_ENTRY, RECORD_ACCESS, RECORD_CHECK, RECORD_QUERIES,
    RECORD_SCREENING, REGISTER_PARTY, RELEASE_HOLD, REVERSE, REVOKE_ROLE, SET_INTEREST, SET_LIMITS,
    SETTLE_INTEREST, WITHDRAW_RULES, WORK_CASE, WORK_COMPLAINT,
};
use crate::cbor::{DecodeError, Fault, Pairs, Reader, fault};
use crate::outcome::outcome_of;
use terms::{
    AccessKind, AccessRecord, Account, AccountFlags, AccountId, Act, Amount, ArtifactPart,
    Attachment, CaseAct, CaseMark, CaseStep, ChartClass, ChartLine, CheckKind, CheckRecord,
    CheckResult, Command, Complaint, ComplaintAct, ComplaintStep, Currency, Day, DayBasis, Entry,
    Hold, HoldEnd, HoldOrder, Institution, InterestTerms, Leg, LimitPlan, OrderEnd, Party, PartyId,
    PartyKind, Payee, PayeeEnd, QueryDoor, QueryEnd, QueryRecord, Rhythm, Role, RoleKind, RuleSet,
    RuleStage, Screening, ScreeningResult, Sealed, SealingCipher, Side, SnapshotMark,
    SpendingLimits, StandingOrder, TimeNs, TransferId, Withdrawal, WithdrawalReason,
};

type Read<T> = Result<T, DecodeError>;

/// The act whose CBOR `bytes` are, all of them.
pub(crate) fn decode(bytes: &[u8]) -> Read<Act> {
    let mut f = Fields(Reader::new(bytes));
    let mut m = f.0.map("act")?;
    let time = TimeNs(f.uint(&mut m, KEY_TIME, "time")?);
    let booking_date = f.day(&mut m, KEY_BOOKING_DATE, "booking_date")?;
    let outcome = outcome_of(f.uint(&mut m, KEY_OUTCOME, "outcome")?)?;
    let tag: u64 = f.uint(&mut m, KEY_COMMAND, "command")?;
    f.0.key(&mut m, KEY_FIELDS, "fields")?;
    let command = match u8::try_from(tag) {
        Ok(known) => f.command(known)?,
        Err(_) => return fault("command", Fault::UnknownCode(tag)),
    };
    f.0.end_map(&m, "act")?;
    f.0.end("act")?;
    Ok(Act { time, booking_date, command, outcome })
}

/// Reads values of a map, each after its key.
struct Fields<'a>(Reader<'a>);

impl Fields<'_> {
    fn uint<T: TryFrom<u64>>(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<T> {
        self.0.key(m, key, field)?;
        self.0.uint(field)
    }

    fn id(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<u128> {
        self.0.key(m, key, field)?;
        self.0.uint128(field)
    }

    fn account_id(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<AccountId> {
        self.id(m, key, field).map(AccountId)
    }

    fn transfer_id(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<TransferId> {
        self.id(m, key, field).map(TransferId)
    }

    fn day(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<Day> {
        self.0.key(m, key, field)?;
        self.0.int(field).map(Day)
    }

    fn text(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<String> {
        self.0.key(m, key, field)?;
        self.0.text(field).map(str::to_owned)
    }

    fn amount_if_any(
        &mut self,
        m: &mut Pairs,
        key: u8,
        field: &'static str,
    ) -> Read<Option<Amount>> {
        if !self.0.optional_key(m, key) {
            return Ok(None);
        }
        self.0.uint128(field).map(|minor| Some(Amount(minor)))
    }

    /// A number that must stand for one of `all`.
    fn one_of<T: Copy>(
        &mut self,
        m: &mut Pairs,
        key: u8,
        field: &'static str,
        all: &[(u16, T)],
    ) -> Read<T> {
        let code: u64 = self.uint(m, key, field)?;
        meaning(code, field, all)
    }

    fn command(&mut self, tag: u8) -> Read<Command> {
        let mut pairs = self.0.map("fields")?;
        let m = &mut pairs;
        let command = match tag {
            CREATE_ACCOUNT => Command::CreateAccount(self.account(m)?),
            OPEN_INSTITUTION => Command::OpenInstitution(self.institution(m)?),
            DEFINE_CHART_LINE => Command::DefineChartLine(self.chart_line(m)?),
            REGISTER_PARTY => Command::RegisterParty(self.party(m)?),
            ERASE_PARTY => Command::EraseParty {
                party: PartyId(self.id(m, 1, "party")?),
                reason: self.text(m, 2, "reason")?,
            },
            GRANT_ROLE => Command::GrantRole(self.role(m)?),
            REVOKE_ROLE => Command::RevokeRole(self.role(m)?),
            SET_LIMITS => Command::SetLimits(SpendingLimits {
                account: self.account_id(m, 1, "account")?,
                per_transfer: self.amount_if_any(m, 2, "per_transfer")?,
                per_day: self.amount_if_any(m, 3, "per_day")?,
            }),
            SET_INTEREST => Command::SetInterest(self.interest(m)?),
            PLACE_HOLD => Command::PlaceHold(self.hold(m)?),
            RELEASE_HOLD => Command::ReleaseHold { hold: self.transfer_id(m, 1, "hold")? },
            POST_ENTRY => Command::PostEntry(self.entry(m)?),
            REVERSE => Command::Reverse {
                id: self.transfer_id(m, 1, "id")?,
                of: self.transfer_id(m, 2, "of")?,
                value_date: self.day(m, 3, "value_date")?,
            },
            SETTLE_INTEREST => Command::SettleInterest {
                id: self.transfer_id(m, 1, "id")?,
                account: self.account_id(m, 2, "account")?,
            },
            CLOSE_DAY => {
                Command::CloseDay { day: self.day(m, 1, "day")?, next: self.day(m, 2, "next")? }
            }
            ATTACH => Command::Attach(self.attachment(m)?),
            EXPIRE => Command::Expire { pending: self.transfer_id(m, 1, "pending")? },
            MARK_SNAPSHOT => Command::MarkSnapshot(self.snapshot_mark(m)?),
            RECORD_QUERIES => Command::RecordQueries(self.list(m, 1, "queries", Fields::query)?),
            RECORD_CHECK => Command::RecordCheck(self.check(m)?),
            RECORD_ACCESS => Command::RecordAccess(self.list(m, 1, "notes", Fields::access)?),
            PLACE_ORDER => Command::PlaceOrder(self.order(m)?),
            END_ORDER => Command::EndOrder(OrderEnd {
                order: self.transfer_id(m, 1, "order")?,
                by: self.text(m, 2, "by")?,
            }),
            KEEP_PART => Command::KeepPart(self.part(m)?),
            ADOPT_RULES => Command::AdoptRules(self.rule_set(m)?),
            WITHDRAW_RULES => Command::WithdrawRules(Withdrawal {
                set: self.uint(m, 1, "set")?,
                reason: self.one_of(m, 2, "reason", &WITHDRAWAL_REASONS)?,
                by: self.text(m, 3, "by")?,
            }),
            WORK_CASE => Command::WorkCase(self.case(m)?),
            RECORD_SCREENING => Command::RecordScreening(Screening {
                party: PartyId(self.id(m, 1, "party")?),
                lists: self.hash(m, 2, "lists")?,
                result: self.one_of(m, 3, "result", &SCREENING_RESULTS)?,
                entry: self.text(m, 4, "entry")?,
                score: self.uint(m, 5, "score")?,
                by: self.text(m, 6, "by")?,
            }),
            other => self.own_command(other, m)?,
        };
        self.0.end_map(m, "fields")?;
        Ok(command)
    }

    /// What customers do for themselves; nothing else has any number that is left.
    fn own_command(&mut self, tag: u8, m: &mut Pairs) -> Read<Command> {
        Ok(match tag {
            PLAN_LIMITS => Command::PlanLimits(LimitPlan {
                account: self.account_id(m, 1, "account")?,
                per_transfer: self.amount_if_any(m, 2, "per_transfer")?,
                per_day: self.amount_if_any(m, 3, "per_day")?,
                cooling_h: self.uint(m, 4, "cooling_h")?,
                by: self.text(m, 5, "by")?,
            }),
            KEEP_PAYEE => Command::KeepPayee(Payee {
                id: self.transfer_id(m, 1, "id")?,
                party: PartyId(self.id(m, 2, "party")?),
                account: self.account_id(m, 3, "account")?,
                name: self.sealed(m, 4, "name")?,
                by: self.text(m, 5, "by")?,
            }),
            DROP_PAYEE => Command::DropPayee(PayeeEnd {
                payee: self.transfer_id(m, 1, "payee")?,
                party: PartyId(self.id(m, 2, "party")?),
                by: self.text(m, 3, "by")?,
            }),
            FILE_COMPLAINT => Command::FileComplaint(Complaint {
                id: self.transfer_id(m, 1, "id")?,
                party: PartyId(self.id(m, 2, "party")?),
                account: self.account_id(m, 3, "account")?,
                subject: self.transfer_id(m, 4, "subject")?,
                days: self.uint(m, 5, "days")?,
                text: self.sealed(m, 6, "text")?,
                by: self.text(m, 7, "by")?,
            }),
            WORK_COMPLAINT => Command::WorkComplaint(ComplaintAct {
                complaint: self.transfer_id(m, 1, "complaint")?,
                party: PartyId(self.id(m, 2, "party")?),
                step: self.one_of(m, 3, "step", &COMPLAINT_STEPS)?,
                days: self.uint(m, 4, "days")?,
                text: self.sealed(m, 5, "text")?,
                by: self.text(m, 6, "by")?,
            }),
            other => return fault("command", Fault::UnknownCode(other.into())),
        })
    }

    fn account(&mut self, m: &mut Pairs) -> Read<Account> {
        Ok(Account {
            id: self.account_id(m, 1, "id")?,
            user_data_128: self.id(m, 2, "user_data_128")?,
            user_data_64: self.uint(m, 3, "user_data_64")?,
            user_data_32: self.uint(m, 4, "user_data_32")?,
            ledger: Currency(self.uint(m, 5, "ledger")?),
            code: self.uint(m, 6, "code")?,
            flags: AccountFlags(self.uint(m, 7, "flags")?),
            timestamp: TimeNs(self.uint(m, 8, "timestamp")?),
        })
    }

    fn institution(&mut self, m: &mut Pairs) -> Read<Institution> {
        let name = self.text(m, 1, "name")?;
        let currency = Currency(self.uint(m, 2, "currency")?);
        self.0.key(m, 3, "utc_offset_min")?;
        let Ok(utc_offset_min) = i16::try_from(self.0.int("utc_offset_min")?) else {
            return fault("utc_offset_min", Fault::OutOfRange);
        };
        let first_day = self.day(m, 4, "first_day")?;
        Ok(Institution { name, currency, utc_offset_min, first_day })
    }

    fn chart_line(&mut self, m: &mut Pairs) -> Read<ChartLine> {
        Ok(ChartLine {
            code: self.uint(m, 1, "code")?,
            class: self.one_of(m, 2, "class", &CHART_CLASSES)?,
            name: self.text(m, 3, "name")?,
        })
    }

    fn party(&mut self, m: &mut Pairs) -> Read<Party> {
        Ok(Party {
            id: PartyId(self.id(m, 1, "id")?),
            kind: self.one_of(m, 2, "kind", &PARTY_KINDS)?,
            identity: self.sealed(m, 3, "identity")?,
        })
    }

    fn sealed(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<Sealed> {
        self.0.key(m, key, field)?;
        let mut inner = self.0.map(field)?;
        self.0.key(&mut inner, 1, "commitment")?;
        let commitment = self.0.bytes_of("commitment")?;
        let cipher = self.one_of(&mut inner, 2, "cipher", &CIPHERS)?;
        self.0.key(&mut inner, 3, "nonce")?;
        let nonce = self.0.bytes_of("nonce")?;
        self.0.key(&mut inner, 4, "ciphertext")?;
        let ciphertext = self.0.bytes("ciphertext")?.to_vec();
        self.0.end_map(&inner, field)?;
        Ok(Sealed { commitment, cipher, nonce, ciphertext })
    }

    fn role(&mut self, m: &mut Pairs) -> Read<Role> {
        Ok(Role {
            party: PartyId(self.id(m, 1, "party")?),
            account: self.account_id(m, 2, "account")?,
            kind: self.one_of(m, 3, "kind", &ROLE_KINDS)?,
            until: self.day(m, 4, "until")?,
        })
    }

    fn interest(&mut self, m: &mut Pairs) -> Read<InterestTerms> {
        Ok(InterestTerms {
            account: self.account_id(m, 1, "account")?,
            rate_ppm: self.uint(m, 2, "rate_ppm")?,
            basis: self.one_of(m, 3, "basis", &DAY_BASES)?,
            counter_account: self.account_id(m, 4, "counter_account")?,
        })
    }

    fn hold(&mut self, m: &mut Pairs) -> Read<Hold> {
        Ok(Hold {
            id: self.transfer_id(m, 1, "id")?,
            account: self.account_id(m, 2, "account")?,
            amount: self.amount_if_any(m, 3, "amount")?,
            order: self.one_of(m, 4, "order", &HOLD_ORDERS)?,
            reference: self.text(m, 5, "reference")?,
        })
    }

    fn entry(&mut self, m: &mut Pairs) -> Read<Entry> {
        let id = self.transfer_id(m, 1, "id")?;
        let code = self.uint(m, 2, "code")?;
        let value_date = self.day(m, 3, "value_date")?;
        let user_data_128 = self.id(m, 4, "user_data_128")?;
        let reverses = self.transfer_id(m, 5, "reverses")?;
        let legs = self.list(m, 6, "legs", Fields::leg)?;
        Ok(Entry { id, code, value_date, user_data_128, reverses, legs })
    }

    /// An array of any length whose items `item` reads.
    fn list<T>(
        &mut self,
        m: &mut Pairs,
        key: u8,
        field: &'static str,
        item: fn(&mut Self) -> Read<T>,
    ) -> Read<Vec<T>> {
        self.0.key(m, key, field)?;
        let count = self.0.array(field)?;
        // Not reserved ahead: the number comes from outside, the bytes that must follow bound it.
        let mut items = Vec::new();
        for _ in 0..count {
            items.push(item(self)?);
        }
        Ok(items)
    }

    /// The head of an array of `count`.
    fn array_of(&mut self, count: u64, field: &'static str) -> Read<()> {
        if self.0.array(field)? == count { Ok(()) } else { fault(field, Fault::OutOfRange) }
    }

    fn leg(&mut self) -> Read<Leg> {
        self.array_of(3, "leg")?;
        let account = AccountId(self.0.uint128("leg account")?);
        let side = meaning(self.0.uint("leg side")?, "leg side", &SIDES)?;
        Ok(Leg { account, side, amount: Amount(self.0.uint128("leg amount")?) })
    }

    fn attachment(&mut self, m: &mut Pairs) -> Read<Attachment> {
        Ok(Attachment {
            subject: self.transfer_id(m, 1, "subject")?,
            party: PartyId(self.id(m, 2, "party")?),
            text: self.sealed(m, 3, "text")?,
        })
    }

    fn snapshot_mark(&mut self, m: &mut Pairs) -> Read<SnapshotMark> {
        let records = self.uint(m, 1, "records")?;
        self.0.key(m, 2, "hash")?;
        Ok(SnapshotMark { records, hash: self.0.bytes_of("hash")? })
    }

    fn query(&mut self) -> Read<QueryRecord> {
        self.array_of(7, "query")?;
        Ok(QueryRecord {
            asker: self.0.text("asker")?.to_owned(),
            door: meaning(self.0.uint("door")?, "door", &QUERY_DOORS)?,
            text_hash: self.0.bytes_of("text_hash")?,
            as_of: self.0.uint("as_of")?,
            rows: self.0.uint("rows")?,
            result_hash: self.0.bytes_of("result_hash")?,
            end: meaning(self.0.uint("end")?, "end", &QUERY_ENDS)?,
        })
    }

    fn order(&mut self, m: &mut Pairs) -> Read<StandingOrder> {
        Ok(StandingOrder {
            id: self.transfer_id(m, 1, "id")?,
            debit_account: self.account_id(m, 2, "debit_account")?,
            credit_account: self.account_id(m, 3, "credit_account")?,
            amount: Amount(self.id(m, 4, "amount")?),
            code: self.uint(m, 5, "code")?,
            first: self.day(m, 6, "first")?,
            last: self.day(m, 7, "last")?,
            rhythm: self.one_of(m, 8, "rhythm", &RHYTHMS)?,
            every: self.uint(m, 9, "every")?,
            by: self.text(m, 10, "by")?,
        })
    }

    fn access(&mut self) -> Read<AccessRecord> {
        self.array_of(5, "note")?;
        let code: u64 = self.0.uint("kind")?;
        let kind = AccessKind::ALL.into_iter().find(|kind| u64::from(*kind as u8) == code);
        let Some(kind) = kind else { return fault("kind", Fault::UnknownCode(code)) };
        Ok(AccessRecord {
            kind,
            who: self.0.text("who")?.to_owned(),
            about: self.0.text("about")?.to_owned(),
            says: self.0.text("says")?.to_owned(),
            times: self.0.uint("times")?,
        })
    }

    fn check(&mut self, m: &mut Pairs) -> Read<CheckRecord> {
        let pack = self.text(m, 1, "pack")?;
        let version = self.uint(m, 2, "version")?;
        self.0.key(m, 3, "hash")?;
        let hash = self.0.bytes_of("hash")?;
        let as_of = self.uint(m, 4, "as_of")?;
        let results = self.list(m, 5, "results", Fields::result)?;
        Ok(CheckRecord { pack, version, hash, as_of, results })
    }

    fn part(&mut self, m: &mut Pairs) -> Read<ArtifactPart> {
        self.0.key(m, 1, "artifact")?;
        let artifact = self.0.bytes_of("artifact")?;
        let (size, at) = (self.uint(m, 2, "size")?, self.uint(m, 3, "at")?);
        self.0.key(m, 4, "bytes")?;
        Ok(ArtifactPart { artifact, size, at, bytes: self.0.bytes("bytes")?.to_vec() })
    }

    fn hash(&mut self, m: &mut Pairs, key: u8, field: &'static str) -> Read<[u8; 32]> {
        self.0.key(m, key, field)?;
        self.0.bytes_of(field)
    }

    fn rule_set(&mut self, m: &mut Pairs) -> Read<RuleSet> {
        let name = self.text(m, 1, "name")?;
        let (program, words) = (self.hash(m, 2, "program")?, self.hash(m, 3, "words")?);
        let model = if self.0.optional_key(m, 4) { Some(self.0.bytes_of("model")?) } else { None };
        Ok(RuleSet {
            name,
            program,
            words,
            model,
            stage: self.one_of(m, 5, "stage", &RULE_STAGES)?,
            share_ppm: self.uint(m, 6, "share_ppm")?,
            loss_max: self.uint(m, 7, "loss_max")?,
            stopped_ppm_max: self.uint(m, 8, "stopped_ppm_max")?,
            hold_s: self.uint(m, 9, "hold_s")?,
            four_eyes: self.one_of(m, 10, "four_eyes", &[(0, false), (1, true)])?,
            by: self.text(m, 11, "by")?,
            at_end: if self.0.optional_key(m, 12) {
                // To go back is what happens where nothing is said.
                meaning(self.0.uint("at_end")?, "at_end", &HOLD_ENDS)?
            } else {
                HoldEnd::Refuse
            },
            tables: if self.0.optional_key(m, 13) {
                Some(self.0.bytes_of("tables")?)
            } else {
                None
            },
        })
    }

    fn case(&mut self, m: &mut Pairs) -> Read<CaseAct> {
        let (case, by) = (self.transfer_id(m, 1, "case")?, self.text(m, 2, "by")?);
        let code: u64 = self.uint(m, 3, "step")?;
        let step = CaseStep::ALL.into_iter().find(|step| u64::from(*step as u8) == code);
        let Some(step) = step else { return fault("step", Fault::UnknownCode(code)) };
        let text = self.text(m, 4, "text")?;
        let mut other = TransferId(0);
        if self.0.optional_key(m, 5) {
            other = TransferId(self.0.uint128("other")?);
            // Zero stands for none, which is left out.
            if other == TransferId(0) {
                return fault("other", Fault::OutOfRange);
            }
        }
        let mut mark = None;
        if self.0.optional_key(m, 6) {
            mark = Some(meaning(self.0.uint("mark")?, "mark", &CASE_MARKS)?);
        }
        Ok(CaseAct { case, by, step, text, other, mark })
    }

    fn result(&mut self) -> Read<CheckResult> {
        self.array_of(5, "result")?;
        Ok(CheckResult {
            rule: self.0.text("rule")?.to_owned(),
            kind: meaning(self.0.uint("kind")?, "kind", &CHECK_KINDS)?,
            rows: self.0.uint("rows")?,
            value: self.0.text("value")?.to_owned(),
            result_hash: self.0.bytes_of("result_hash")?,
        })
    }
}

/// What `code` stands for.
fn meaning<T: Copy>(code: u64, field: &'static str, all: &[(u16, T)]) -> Read<T> {
    match all.iter().find(|(known, _)| u64::from(*known) == code) {
        Some((_, meaning)) => Ok(*meaning),
        None => fault(field, Fault::UnknownCode(code)),
    }
}

const CHART_CLASSES: [(u16, ChartClass); 7] = [
    (ChartClass::Asset as u16, ChartClass::Asset),
    (ChartClass::Liability as u16, ChartClass::Liability),
    (ChartClass::Equity as u16, ChartClass::Equity),
    (ChartClass::Income as u16, ChartClass::Income),
    (ChartClass::Expense as u16, ChartClass::Expense),
    (ChartClass::Common as u16, ChartClass::Common),
    (ChartClass::OffBalance as u16, ChartClass::OffBalance),
];
const COMPLAINT_STEPS: [(u16, ComplaintStep); 4] = [
    (1, ComplaintStep::Answer),
    (2, ComplaintStep::Extend),
    (3, ComplaintStep::Raise),
    (4, ComplaintStep::Withdraw),
];
const RHYTHMS: [(u16, Rhythm); 3] = [
    (Rhythm::Once as u16, Rhythm::Once),
    (Rhythm::Weekly as u16, Rhythm::Weekly),
    (Rhythm::Monthly as u16, Rhythm::Monthly),
];
const DAY_BASES: [(u16, DayBasis); 2] = [
    (DayBasis::Actual360 as u16, DayBasis::Actual360),
    (DayBasis::Actual365 as u16, DayBasis::Actual365),
];
const HOLD_ORDERS: [(u16, HoldOrder); 4] = [
    (HoldOrder::Court as u16, HoldOrder::Court),
    (HoldOrder::Aml as u16, HoldOrder::Aml),
    (HoldOrder::Tax as u16, HoldOrder::Tax),
    (HoldOrder::Bank as u16, HoldOrder::Bank),
];
const PARTY_KINDS: [(u16, PartyKind); 2] = [
    (PartyKind::Person as u16, PartyKind::Person),
    (PartyKind::Organisation as u16, PartyKind::Organisation),
];
const CIPHERS: [(u16, SealingCipher); 2] = [
    (SealingCipher::Aes256Gcm as u16, SealingCipher::Aes256Gcm),
    (SealingCipher::Sm4Gcm as u16, SealingCipher::Sm4Gcm),
];
const ROLE_KINDS: [(u16, RoleKind); 5] = [
    (RoleKind::Owner as u16, RoleKind::Owner),
    (RoleKind::JointOwner as u16, RoleKind::JointOwner),
    (RoleKind::Disponent as u16, RoleKind::Disponent),
    (RoleKind::Viewer as u16, RoleKind::Viewer),
    (RoleKind::Guardian as u16, RoleKind::Guardian),
];
const SIDES: [(u16, Side); 2] =
    [(Side::Debit as u16, Side::Debit), (Side::Credit as u16, Side::Credit)];
const QUERY_DOORS: [(u16, QueryDoor); 3] = [
    (QueryDoor::CommandLine as u16, QueryDoor::CommandLine),
    (QueryDoor::FlightSql as u16, QueryDoor::FlightSql),
    (QueryDoor::Program as u16, QueryDoor::Program),
];
const QUERY_ENDS: [(u16, QueryEnd); 3] = [
    (QueryEnd::Complete as u16, QueryEnd::Complete),
    (QueryEnd::Cancelled as u16, QueryEnd::Cancelled),
    (QueryEnd::Failed as u16, QueryEnd::Failed),
];
const CHECK_KINDS: [(u16, CheckKind); 2] = [
    (CheckKind::Quality as u16, CheckKind::Quality),
    (CheckKind::Indicator as u16, CheckKind::Indicator),
];
const RULE_STAGES: [(u16, RuleStage); 3] = [
    (RuleStage::Shadow as u16, RuleStage::Shadow),
    (RuleStage::Canary as u16, RuleStage::Canary),
    (RuleStage::Active as u16, RuleStage::Active),
];
const HOLD_ENDS: [(u16, HoldEnd); 1] = [(HoldEnd::Release as u16, HoldEnd::Release)];
const WITHDRAWAL_REASONS: [(u16, WithdrawalReason); 4] = [
    (WithdrawalReason::Asked as u16, WithdrawalReason::Asked),
    (WithdrawalReason::StoppedTooMany as u16, WithdrawalReason::StoppedTooMany),
    (WithdrawalReason::LostTooMuch as u16, WithdrawalReason::LostTooMuch),
    (WithdrawalReason::TooSlow as u16, WithdrawalReason::TooSlow),
];
const CASE_MARKS: [(u16, CaseMark); 3] = [
    (CaseMark::Fraud as u16, CaseMark::Fraud),
    (CaseMark::Laundering as u16, CaseMark::Laundering),
    (CaseMark::Mistaken as u16, CaseMark::Mistaken),
];
const SCREENING_RESULTS: [(u16, ScreeningResult); 3] = [
    (ScreeningResult::Clear as u16, ScreeningResult::Clear),
    (ScreeningResult::Possible as u16, ScreeningResult::Possible),
    (ScreeningResult::Confirmed as u16, ScreeningResult::Confirmed),
];
