//! What plays ask of risk control. A program is `ask 100.00 hold 1,000.00 refuse 5000.00`: what follows from an amount
//! of so much or more. It stands behind `keep` and `adopt` alike; `junk` is none.

use super::{Read, Words};
use engine::risk::{Feature, Line, Program, Single, Step};
use sha2::{Digest, Sha256};
use terms::*;

impl Words<'_> {
    pub(super) fn risk_command(&mut self, verb: &str) -> Read<Command> {
        Ok(match verb {
            "keep" => Command::KeepPart(self.part()?),
            "adopt" => Command::AdoptRules(self.rule_set()?),
            "screen" => Command::RecordScreening(self.screening()?),
            "withdraw" => Command::WithdrawRules(self.withdrawal()?),
            _ => Command::WorkCase(self.case()?),
        })
    }

    /// `from=`, `size=` and `hash=` say other than the truth; `part=7` keeps 7 bytes.
    fn part(&mut self) -> Read<ArtifactPart> {
        let mut bytes = self.program()?;
        let hash = match self.keyed::<u8>("hash")? {
            Some(byte) => [byte; 32],
            None => Sha256::digest(&bytes).into(),
        };
        let size = self.keyed("size")?.unwrap_or(bytes.len() as u32);
        let at: u32 = self.keyed("from")?.unwrap_or(0);
        bytes.drain(..bytes.len().min(at as usize));
        bytes.truncate(self.keyed("part")?.unwrap_or(bytes.len()));
        Ok(ArtifactPart { artifact: hash, size, at, bytes })
    }

    fn program(&mut self) -> Read<Vec<u8>> {
        if self.flag("junk") {
            return Ok(vec![1, 2, 3]);
        }
        let amount = Feature::single(Single::Amount);
        let (mut constants, mut lines) = (Vec::new(), Vec::new());
        let mut steps = vec![Step::Load(0, amount)];
        while let Some(word) = self.words.pop() {
            let ruling = Ruling::ALL.into_iter().find(|ruling| ruling.word() == word);
            let ruling = ruling.ok_or(format!("{word} is no ruling"))?;
            let from = i128::try_from(self.amount(Currency::CNY)?.0).map_err(|e| e.to_string())?;
            let at = constants.len() as u16;
            // Features count thousandths.
            constants.push(from * 10);
            steps.extend([
                Step::Constant(1 + 2 * at, at),
                Step::LessOrEqual(2 + 2 * at, 1 + 2 * at, 0),
            ]);
            lines.push(Line { condition: 2 + 2 * at, ruling, points: 10 });
        }
        let program = Program::new(constants, steps, lines, [None; 3]);
        program.map(|program| program.to_bytes()).map_err(|why| why.to_string())
    }

    /// `adopt "spring rules" hold 1000.00 by=risk`.
    fn rule_set(&mut self) -> Read<RuleSet> {
        let name = self.word("a name")?;
        let stage = match self.named.remove("stage").as_deref().unwrap_or("active") {
            "shadow" => RuleStage::Shadow,
            "canary" => RuleStage::Canary,
            "active" => RuleStage::Active,
            other => return Err(format!("{other} is no stage")),
        };
        let four_eyes = self.flag("four-eyes");
        let at_end = match self.named.remove("end").as_deref().unwrap_or("refuse") {
            "refuse" => HoldEnd::Refuse,
            "release" => HoldEnd::Release,
            other => return Err(format!("{other} is no end of a hold")),
        };
        let (share_ppm, loss_max) = (self.keyed("share")?.unwrap_or(0), self.keyed("loss")?);
        let program = Sha256::digest(self.program()?).into();
        Ok(RuleSet {
            name,
            program,
            words: program,
            model: self.keyed::<u8>("model")?.map(|byte| [byte; 32]),
            stage,
            share_ppm,
            loss_max: loss_max.unwrap_or(u64::MAX),
            stopped_ppm_max: self.keyed("stops")?.unwrap_or(1_000_000),
            hold_s: self.keyed("held")?.unwrap_or(86_400),
            at_end,
            tables: self.keyed::<u8>("tables")?.map(|byte| [byte; 32]),
            four_eyes,
            by: self.named.remove("by").unwrap_or_else(|| "risk office".into()),
        })
    }

    /// `screen 5 possible`, by a program, or `by=anna`.
    fn screening(&mut self) -> Read<Screening> {
        let (party, word) = (self.party_id()?, self.word("a result")?);
        let known = ScreeningResult::ALL.into_iter().find(|result| result.word() == word);
        let result = known.ok_or(format!("{word} is no result"))?;
        let by = self.named.remove("by").unwrap_or_default();
        Ok(Screening { party, lists: [7; 32], result, entry: String::new(), score: 0, by })
    }

    /// `withdraw 2 by=anna`, or for another reason by the bank itself.
    fn withdrawal(&mut self) -> Read<Withdrawal> {
        let set = self.plain("a number")?;
        let reason = match self.named.remove("reason").as_deref() {
            None => WithdrawalReason::Asked,
            Some("stopped") => WithdrawalReason::StoppedTooMany,
            Some("lost") => WithdrawalReason::LostTooMuch,
            Some("slow") => WithdrawalReason::TooSlow,
            Some(other) => return Err(format!("{other} is no reason")),
        };
        Ok(Withdrawal { set, reason, by: self.named.remove("by").unwrap_or_default() })
    }

    /// `case 7 anna note "called the customer"`, `case 7 anna link 9`, `case 7 anna mark fraud`.
    fn case(&mut self) -> Read<CaseAct> {
        // `case party anna open other=5` is about party 5.
        let of_party = self.flag("party");
        let case = if of_party { TransferId(0) } else { self.transfer_id()? };
        let by = self.word("who")?;
        let step = self.word("a step")?;
        let step = CaseStep::ALL
            .into_iter()
            .find(|known| known.word() == step)
            .ok_or(format!("{step} is no step"))?;
        let other = TransferId(self.keyed_id("other")?.unwrap_or(0));
        let (mut other, mut mark, mut text) = (other, None, String::new());
        match step {
            CaseStep::Link => other = self.transfer_id()?,
            CaseStep::Mark => {
                let word = self.word("a mark")?;
                let known = CaseMark::ALL.into_iter().find(|mark| mark.word() == word);
                mark = Some(known.ok_or(format!("{word} is no mark"))?);
            }
            _ => text = self.words.pop().unwrap_or_default(),
        }
        let case = match self.keyed::<u128>("of")? {
            Some(party) => engine::party_case(PartyId(party)),
            None if of_party => engine::party_case(PartyId(other.0)),
            None => case,
        };
        Ok(CaseAct { case, by, step, text, other, mark })
    }
}
